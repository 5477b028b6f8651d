/** Weights with no cache and no work that grows with the context: embeddings, output heads, norms, projections. */
import type { BlockAnatomy, Part } from "../block.ts";

export interface Plain {
  readonly kind: "plain";
  readonly part: Part;
  readonly parameters: number;
  /** Parameters that one token passes through; left out where it passes through all of them. */
  readonly activeParameters?: number;
}

export const plain = ({ kind: _, ...weights }: Plain): BlockAnatomy => ({ weights: [weights], cache: [], work: [] });
