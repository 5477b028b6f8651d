/**
 * Lightning attention: linear attention whose state decays at a fixed rate for each head.
 *
 *   weights: 3·h·n (q, k, v) + h·n (output gate) + n (norm) + n·h (output),  n = nh·d
 *   state:   nh·d²
 *   work:    5·nh·d² a token: decay the state (1), add to it (2), read it (2)
 *
 * h hidden size, nh heads of d dimensions.
 *
 * @see MiniMax-01, arXiv:2501.08313, §2.2; Qin et al. 2024, arXiv:2401.04658
 */
import type { BlockAnatomy } from "../block.ts";

export interface LightningAttention {
  readonly kind: "lightning attention";
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headDim: number;
}

export function lightningAttention({ hiddenSize, heads, headDim }: LightningAttention): BlockAnatomy {
  const inner = heads * headDim;
  const state = [{ role: "state", count: inner * headDim }] as const;
  const once = { kind: "constant", entries: 1 } as const;
  return {
    weights: [{ part: "linear attention", parameters: 5 * hiddenSize * inner + inner }],
    cache: [{ elements: state, span: once }],
    work: [{ kind: "state", flopsPerEntry: 5 * inner * headDim, reads: state, span: once }],
  };
}
