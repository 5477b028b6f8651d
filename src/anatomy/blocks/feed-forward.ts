/** The dense feed-forward block: up and down, with a gate in between where the activation is gated (SwiGLU, GeGLU). */
import type { BlockAnatomy } from "../block.ts";

export interface FeedForward {
  readonly kind: "feed-forward";
  readonly hiddenSize: number;
  readonly width: number;
  readonly gated: boolean;
  readonly bias?: boolean;
}

/** @see Shazeer 2020, arXiv:2002.05202, eq. 6 */
export function feedForward(block: FeedForward): BlockAnatomy {
  return { weights: [{ part: "dense feed-forward", parameters: feedForwardWeights(block) }], cache: [], work: [] };
}

/** Weights of one gated or plain feed-forward network; an expert is one. */
export function feedForwardWeights({ hiddenSize, width, gated, bias }: Omit<FeedForward, "kind">): number {
  const inner = gated ? 2 : 1;
  return (inner + 1) * hiddenSize * width + (bias ? inner * width + hiddenSize : 0);
}
