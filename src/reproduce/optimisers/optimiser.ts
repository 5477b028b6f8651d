/** What the optimisers have in common: how each is described, and what one step of it gives for one weight. */
import type { Graph, Tensor } from "../graph/graph.ts";
import type { Weight } from "../model/site.ts";

/** @see AdamW: Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2 */
export interface AdamWSettings {
  readonly kind: "adamw";
  readonly weightDecay: number;
}

export interface MuonSettings {
  readonly kind: "muon";
  readonly momentum: number;
  readonly newtonSchulz: NewtonSchulz;
  readonly weightDecay: number;
}

/** Stochastic gradient descent with Nesterov momentum (Sutskever et al. 2013, §2). */
export interface SgdSettings {
  readonly kind: "sgd";
  readonly momentum: number;
  readonly weightDecay: number;
}

/** `jordan`: five equal steps; `deepseek-v4`: eight of these, then two that settle at 1. */
export type NewtonSchulz = "jordan" | "deepseek-v4";

export type MatrixSettings = AdamWSettings | MuonSettings | SgdSettings;

export interface OptimiserSettings {
  /** For the matrices inside the layers. */
  readonly matrices: MatrixSettings;
  /** For embedding, norms, biases and gates. */
  readonly others: AdamWSettings | SgdSettings;
  /** Gradients that are longer, all weights together, are shortened to this. */
  readonly maxGradientNorm: number;
  /** Attention logits above this are scaled down after the step (QK-Clip); `null` leaves them alone. */
  readonly qkClip: number | null;
}

/** A value of the training state and what it becomes, under the name of its input. */
export interface Update {
  readonly name: string;
  readonly next: Tensor;
}

/** What a weight moves against, before the learning rate, and the moments that go with it. */
export interface Direction {
  readonly direction: Tensor;
  readonly moments: readonly Update[];
}

export type Rule = (graph: Graph, weight: Weight, gradient: Tensor) => Direction;

/** Moments are inputs named `first:` or `second:` before the weight's name; they start at 0. */
export const moment = (graph: Graph, order: "first" | "second", { name, shape }: Weight) => {
  const full = `${order}:${name}`;
  return { before: graph.input(full, shape), becomes: (next: Tensor): Update => ({ name: full, next }) };
};
