/**
 * Kimi Delta Attention (KDA): linear attention whose state forgets by channel and is corrected by the delta rule. It keeps
 * one d·d state a head, and the last tokens that its three short convolutions look back on.
 *
 *   weights: 3·h·n (q, k, v) + 3·n·k (convolutions) + h·d + d·n + n (decay) + nh (its rate) + h·nh (beta)
 *            + h·n, or h·d + d·n (output gate) + d (norm) + n·h (output),  n = nh·d
 *   work:    7·nh·d² a token: decay the state (1), read it at the key (2), correct it (2), read it at the query (2)
 *
 * K3's checkpoint pads the decay's rates to 128 where the model has 96 heads; the padding is not counted.
 *
 * @see Kimi Linear, arXiv:2510.26692, §3
 */
import type { BlockAnatomy } from "../block.ts";

export interface DeltaAttention {
  readonly kind: "delta attention";
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headDim: number;
  /** Tokens that a short convolution spans. */
  readonly convolutionTokens: number;
  /** The output gate is one matrix instead of two through a bottleneck of one head's size (K3). */
  readonly fullRankGate: boolean;
}

export function deltaAttention(block: DeltaAttention): BlockAnatomy {
  const { hiddenSize, heads, headDim, convolutionTokens, fullRankGate } = block;
  const inner = heads * headDim;
  const bottleneck = hiddenSize * headDim + headDim * inner;
  const state = [{ role: "state", count: heads * headDim * headDim }] as const;
  const once = { kind: "constant", entries: 1 } as const;
  return {
    weights: [
      {
        part: "linear attention",
        parameters:
          3 * hiddenSize * inner +
          3 * inner * convolutionTokens +
          (bottleneck + inner + heads) +
          hiddenSize * heads +
          (fullRankGate ? hiddenSize * inner : bottleneck) +
          headDim +
          inner * hiddenSize,
      },
    ],
    cache: [
      { elements: state, span: once },
      { elements: [{ role: "convolution", count: 3 * inner * (convolutionTokens - 1) }], span: once },
    ],
    work: [{ kind: "state", flopsPerEntry: 7 * heads * headDim * headDim, reads: state, span: once }],
  };
}
