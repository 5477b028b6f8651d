/**
 * Attention with one vector that is key and value for all heads, over a window of raw tokens and over compressed entries:
 * all of them (HCA), or those that an indexer picks (CSA). The entries are a `compressor`'s, of this layer or another.
 *
 *   weights: h·q + q + q·nh·d + h·d + d + nh·d·o + g·o·h + nh
 *   decode:  4·nh·d for each entry
 *
 * h hidden size, nh heads of d dimensions, q query rank, g groups of the output projection with rank o, nh sinks.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, §2.3; DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.3
 */
import type { BlockAnatomy, ContextWork } from "../block.ts";
import type { Span } from "../span.ts";

export interface CompressedAttention {
  readonly kind: "compressed attention";
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headDim: number;
  /** Of the head, dimensions with rotation. */
  readonly rotaryDim: number;
  readonly queryRank: number;
  /** The heads' outputs are projected in groups, each to a rank of its own, and then together. */
  readonly output: { readonly groups: number; readonly rank: number };
  readonly windowTokens: number;
  /** Null in layers that read their window alone. */
  readonly entries: CompressedEntries | null;
}

export interface CompressedEntries {
  /** Tokens to an entry. */
  readonly ratio: number;
  /** How many entries an indexer picks; null where all are read. */
  readonly picks: number | null;
  /** The indexer's queries; null where another layer's picks are taken. */
  readonly indexer: {
    readonly heads: number;
    readonly keyDim: number;
    /** It scores only so many entries, which another layer's indexer chose; null where it scores all (V4.1). */
    readonly candidates: number | null;
  } | null;
}

export function compressedAttention(block: CompressedAttention): BlockAnatomy {
  const { hiddenSize, heads, headDim, rotaryDim, queryRank, output, entries } = block;
  const window = { kind: "window", tokens: block.windowTokens } as const;
  const reads = [
    { role: "latent", count: headDim - rotaryDim },
    { role: "rotary key", count: rotaryDim },
  ] as const;
  const scores = (span: Span): ContextWork => ({ kind: "scores", flopsPerEntry: 4 * heads * headDim, reads, span });
  const indexer = entries?.indexer ?? null;
  return {
    weights: [
      {
        part: "attention",
        parameters:
          hiddenSize * queryRank +
          queryRank +
          queryRank * heads * headDim +
          hiddenSize * headDim +
          headDim +
          heads * headDim * output.rank +
          output.groups * output.rank * hiddenSize +
          heads,
      },
      ...(indexer === null
        ? []
        : [
            {
              part: "indexer" as const,
              parameters: queryRank * indexer.heads * indexer.keyDim + hiddenSize * indexer.heads,
            },
          ]),
    ],
    cache: [{ elements: reads, span: window }],
    work: [scores(window), ...(entries === null ? [] : [scores(read(entries)), ...indexing(entries)])],
  };
}

const all = ({ ratio }: CompressedEntries): Span => ({ kind: "compressed", ratio });

const read = (entries: CompressedEntries): Span =>
  entries.picks === null ? all(entries) : { kind: "top", count: entries.picks, of: all(entries) };

function indexing(entries: CompressedEntries): ContextWork[] {
  if (entries.indexer === null) return [];
  const { heads, keyDim, candidates } = entries.indexer;
  return [
    {
      kind: "index",
      flopsPerEntry: 2 * heads * keyDim,
      reads: [{ role: "index key", count: keyDim }],
      span: candidates === null ? all(entries) : { kind: "top", count: candidates, of: all(entries) },
    },
  ];
}
