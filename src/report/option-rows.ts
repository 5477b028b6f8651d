/** What tables have a row for. */
import type { CandidateInfo } from "../evals/index.ts";
import type { RunSummary } from "./summary.ts";
import type { Measures } from "./tally.ts";

export interface OptionRow {
  readonly candidate: CandidateInfo;
  /** Of a job with several arms; null for a candidate over all its cells. */
  readonly arm: string | null;
  readonly measures: Measures;
}

/** Arms are to be chosen from, so nothing is pooled over them; other cells are conditions, and are. */
export function optionRows({ candidates }: Pick<RunSummary, "candidates">): OptionRow[] {
  if (!hasArms({ candidates }))
    return candidates.map(({ candidate, total }) => ({ candidate, arm: null, measures: total }));
  return candidates.flatMap(({ candidate, cells }) =>
    cells.map((cell) => ({ candidate, arm: String(cell.cell.arm), measures: cell })),
  );
}

export const hasArms = ({ candidates }: Pick<RunSummary, "candidates">) => {
  const cells = candidates[0]?.cells ?? [];
  return cells.length > 1 && cells.every(({ cell }) => typeof cell.arm === "string" && Object.keys(cell).length === 1);
};

export const optionName = ({ candidate, arm }: OptionRow) => (arm === null ? candidate.id : `${candidate.id} · ${arm}`);
