/**
 * A gated short convolution in the place of attention: all that it keeps are the last inputs.
 *
 *   3·h·h (input and two gates) + h·k + h·h,   state: h·(k−1)
 *
 * h hidden size, k tokens that it spans.
 *
 * @see LFM2, arXiv:2511.23404, §2
 */
import type { BlockAnatomy } from "../block.ts";

export interface ShortConvolution {
  readonly kind: "short convolution";
  readonly hiddenSize: number;
  readonly tokens: number;
}

export function shortConvolution({ hiddenSize, tokens }: ShortConvolution): BlockAnatomy {
  const inputs = [{ role: "convolution", count: hiddenSize * (tokens - 1) }] as const;
  return {
    weights: [{ part: "short convolution", parameters: 4 * hiddenSize * hiddenSize + hiddenSize * tokens }],
    cache: [{ elements: inputs, span: { kind: "constant", entries: 1 } }],
    work: [],
  };
}
