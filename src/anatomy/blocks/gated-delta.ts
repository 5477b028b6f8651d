/**
 * Gated DeltaNet: linear attention whose state forgets by head and is corrected by the delta rule. One short convolution
 * runs over queries, keys and values; several heads of values share a head of keys.
 *
 *   weights: h·(2K+2V) (q, k, v, output gate) + (2K+V)·c + 2·h·n (decay and beta) + 2n (rate and bias) + dv (norm) + V·h
 *   state:   n·dk·dv, and (c−1)·(2K+V) inputs of the convolution
 *   work:    7·n·dk·dv a token: decay the state (1), read it at the key (2), correct it (2), read it at the query (2)
 *
 * h hidden size, n heads of values, K key heads · dk, V = n·dv, c tokens of the convolution.
 *
 * @see Yang et al. 2024, arXiv:2412.06464, §3; as in Qwen3-Next
 */
import type { BlockAnatomy } from "../block.ts";

export interface GatedDelta {
  readonly kind: "gated delta";
  readonly hiddenSize: number;
  readonly keyHeads: number;
  readonly valueHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  /** Tokens that the short convolution spans. */
  readonly convolutionTokens: number;
}

export function gatedDelta(block: GatedDelta): BlockAnatomy {
  const { hiddenSize, keyHeads, valueHeads, keyDim, valueDim, convolutionTokens } = block;
  const keys = keyHeads * keyDim;
  const values = valueHeads * valueDim;
  const convolved = 2 * keys + values;
  const state = [{ role: "state", count: valueHeads * keyDim * valueDim }] as const;
  const once = { kind: "constant", entries: 1 } as const;
  return {
    weights: [
      {
        part: "linear attention",
        parameters:
          hiddenSize * (convolved + values) +
          convolved * convolutionTokens +
          2 * hiddenSize * valueHeads +
          2 * valueHeads +
          valueDim +
          values * hiddenSize,
      },
    ],
    cache: [
      { elements: state, span: once },
      { elements: [{ role: "convolution", count: convolved * (convolutionTokens - 1) }], span: once },
    ],
    work: [{ kind: "state", flopsPerEntry: 7 * valueHeads * keyDim * valueDim, reads: state, span: once }],
  };
}
