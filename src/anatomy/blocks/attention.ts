/**
 * Attention with keys and values of its own: MHA, GQA and MQA, over the whole context, a sliding window or a chunk.
 *
 * @see MHA: Vaswani et al. 2017, arXiv:1706.03762, §3.2.2. MQA: Shazeer 2019, arXiv:1911.02150, §3.
 *      GQA: Ainslie et al. 2023, arXiv:2305.13245, §2.2. Blocks that an indexer picks: llama.cpp,
 *      src/models/minimax-m3.cpp. FLOPs: Kaplan et al. 2020, arXiv:2001.08361, §2.1
 */
import type { BlockAnatomy } from "../block.ts";
import type { Span } from "../span.ts";

export interface Attention {
  readonly kind: "attention";
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Of a value; left out where it is `headDim`. */
  readonly valueHeadDim?: number;
  readonly span: Extract<Span, { kind: "all" | "window" | "chunk" }>;
  /** Biases on the projections of queries, keys and values. */
  readonly qkvBias?: boolean;
  readonly outputBias?: boolean;
  /** Gains that normalise queries and keys: one for all heads, or one for each. */
  readonly qkNorm?: "shared" | "per-head";
  /** Multiplies the attention's output, from the layer's input: one value for each element, or one for each head. */
  readonly outputGate?: "elementwise" | "headwise";
  /** One learnt logit a head that takes attention away (gpt-oss). */
  readonly sinks?: boolean;
  /** Picks blocks of tokens, which alone are read (MiniMax-M3); left out where every token of the span is. */
  readonly indexer?: BlockIndexer;
  /** Keys and values are another layer's: nothing is projected for them and nothing cached (Gemma 3n). */
  readonly sharesCache?: boolean;
}

/** Small queries and one small key a token, each normalised. */
export interface BlockIndexer {
  readonly heads: number;
  readonly keyDim: number;
  readonly blockTokens: number;
  /** Blocks that are read, the latest among them. */
  readonly topBlocks: number;
}

export function attention(block: Attention): BlockAnatomy {
  const { hiddenSize, heads, headDim, span, indexer } = block;
  const valueHeadDim = block.valueHeadDim ?? headDim;
  const kvHeads = block.sharesCache ? 0 : block.kvHeads;
  const queries = heads * headDim;
  const keys = kvHeads * headDim;
  const values = kvHeads * valueHeadDim;
  const outputs = heads * valueHeadDim;
  const gate = { elementwise: outputs, headwise: heads, none: 0 }[block.outputGate ?? "none"];
  const norms = { shared: headDim + (kvHeads > 0 ? headDim : 0), "per-head": queries + keys, none: 0 }[
    block.qkNorm ?? "none"
  ];
  const projections = hiddenSize * (queries + keys + values + gate) + outputs * hiddenSize;
  const biases = (block.qkvBias ? queries + keys + values : 0) + (block.outputBias ? hiddenSize : 0);
  const entry = [
    { role: "key", count: block.kvHeads * headDim },
    { role: "value", count: block.kvHeads * valueHeadDim },
  ] as const;
  const scores = { kind: "scores", flopsPerEntry: 2 * heads * (headDim + valueHeadDim), reads: entry } as const;
  const own: BlockAnatomy = {
    weights: [{ part: "attention", parameters: projections + biases + norms + (block.sinks ? heads : 0) }],
    cache: kvHeads === 0 ? [] : [{ elements: entry, span }],
    work: [{ ...scores, span }],
  };
  if (indexer === undefined) return own;
  const { keyDim, blockTokens, topBlocks } = indexer;
  const indexKey = [{ role: "index key", count: keyDim }] as const;
  const read = { kind: "top", count: topBlocks * blockTokens, of: span } as const;
  return {
    weights: [...own.weights, { part: "indexer", parameters: hiddenSize * (indexer.heads + 1) * keyDim + 2 * keyDim }],
    cache: [...own.cache, { elements: indexKey, span }],
    work: [
      { ...scores, span: read },
      { kind: "index", flopsPerEntry: 2 * indexer.heads * keyDim, reads: indexKey, span },
    ],
  };
}
