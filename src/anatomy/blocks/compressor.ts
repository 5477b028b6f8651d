/**
 * Makes one cache entry of `ratio` tokens: a weighted sum of their projections, the weights from a projection of their own.
 * Layers read the entries with `compressed attention`; an indexer's keys are made along with them.
 *
 *   x·h·d (+ x·h·d for the weights, + m·x·d for the positions in a group) + d
 *
 * h hidden size, d size of an entry, m tokens to an entry, x 2 where groups overlap and 1 where they do not.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, §2.3; DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.3
 */
import type { BlockAnatomy, CacheStore, Weights } from "../block.ts";

export interface Compressor {
  readonly kind: "compressor";
  readonly hiddenSize: number;
  /** Tokens to an entry. One token to an entry is a plain projection. */
  readonly ratio: number;
  /** Each group looks back on the one before it (CSA). */
  readonly overlap: boolean;
  /** Learnt biases on the weights, by position in the group. */
  readonly positions: boolean;
  readonly entryDim: number;
  /** Of the entry, dimensions with rotation. */
  readonly rotaryDim: number;
  /** Made by a compressor of their own, or projected from the entry; null where no indexer reads the entries. */
  readonly indexKeys: { readonly dim: number; readonly from: "tokens" | "entries" } | null;
}

export function compressor(block: Compressor): BlockAnatomy {
  const { ratio, entryDim, rotaryDim, indexKeys } = block;
  const span = { kind: "compressed", ratio } as const;
  const dims = [entryDim, ...(indexKeys?.from === "tokens" ? [indexKeys.dim] : [])];
  return {
    weights: [
      ...dims.map((dim): Weights => ({ part: "compressor", parameters: compressorWeights(block, dim) })),
      ...(indexKeys?.from === "entries"
        ? [{ part: "indexer" as const, parameters: entryDim * indexKeys.dim + indexKeys.dim }]
        : []),
    ],
    cache: [
      {
        elements: [
          { role: "latent", count: entryDim - rotaryDim },
          { role: "rotary key", count: rotaryDim },
        ],
        span,
      },
      ...(indexKeys === null ? [] : [{ elements: [{ role: "index key" as const, count: indexKeys.dim }], span }]),
      ...(ratio === 1 ? [] : dims.map((dim) => waiting(block, dim))),
    ],
    work: [],
  };
}

const width = ({ overlap }: Compressor) => (overlap ? 2 : 1);

function compressorWeights(block: Compressor, dim: number): number {
  const { hiddenSize, ratio, positions } = block;
  const columns = width(block) * dim;
  const projections = ratio === 1 ? 1 : 2;
  return projections * hiddenSize * columns + (positions ? ratio * columns : 0) + dim;
}

/** Values and weights of the tokens whose group is not full, and of the group before it where groups overlap. */
const waiting = (block: Compressor, dim: number): CacheStore => ({
  elements: [{ role: "waiting", count: 2 * width(block) * dim }],
  span: { kind: "constant", entries: width(block) * block.ratio },
});
