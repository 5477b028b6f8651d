/** The learning rate over a training run, as shares of its peak. */

export interface Schedule {
  readonly steps: number;
  readonly warmUpSteps: number;
  /** Share of the peak at the last step. */
  readonly lastShare: number;
  readonly shape: "cosine" | "linear" | "constant";
}

/** The share at a step counted from 0: a rise in a line, then the fall. */
export function rateShare({ steps, warmUpSteps, lastShare, shape }: Schedule, step: number): number {
  if (step < warmUpSteps) return (step + 1) / warmUpSteps;
  if (shape === "constant") return 1;
  const done = Math.min(1, (step + 1 - warmUpSteps) / Math.max(1, steps - warmUpSteps));
  const fallen = shape === "linear" ? done : (1 - Math.cos(Math.PI * done)) / 2;
  return 1 - (1 - lastShare) * fallen;
}
