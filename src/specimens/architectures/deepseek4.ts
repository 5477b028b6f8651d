/**
 * `deepseek4`: every layer reads a short window of raw tokens; some also read the context compressed, 4 tokens to one
 * entry with an indexer (CSA) or 128 to one without (HCA). Keys and values are one vector. Experts in every layer, those
 * of the first chosen by a table from the token, and hyper-connections for residual streams.
 *
 * @see DeepSeek-V4, arXiv:2606.19348
 */
import { f32, f32s, type GgufTensor, i32s, u32 } from "../../weights/index.ts";
import { type Architecture, embeddings, keysOf } from "./architecture.ts";
import { type IndexerDimensions, indexerKeys } from "./deepseek32.ts";
import { type ExpertDimensions, expertFeedForward, expertKeys, gating } from "./experts.ts";
import { layersOf, type Size } from "./size.ts";
import { constant, gain, matrix } from "./tensors.ts";

export interface CompressedModel extends Size {
  readonly headDim: number;
  /** Of a head, dimensions with rotation. */
  readonly ropeDim: number;
  readonly queryRank: number;
  readonly output: { readonly groups: number; readonly rank: number };
  readonly windowTokens: number;
  /** Tokens to an entry, by layer: 4 (CSA), 128 (HCA), or 0 for a layer with the window only. */
  readonly ratios: readonly number[];
  readonly indexer: IndexerDimensions;
  readonly experts: ExpertDimensions;
  /** First layers, whose experts a table names for each token. */
  readonly tableRoutedLayers: number;
  /** Residual streams. */
  readonly streams: number;
}

const csaRatio = 4;

export const deepseek4 = (size: CompressedModel): Architecture => ({
  name: "deepseek4",
  metadata: keysOf("deepseek4", size, {
    ...expertKeys(size.experts, gating.sqrtSoftplus, 1.5),
    hash_layer_count: u32(size.tableRoutedLayers),
    swiglu_clamp_exp: f32s(layersOf(size).map(() => 10)),
    swiglu_clamp_shexp: f32s(layersOf(size).map(() => 10)),
    embedding_length_out: u32(size.width * size.streams),
    "attention.head_count_kv": u32(1),
    "attention.key_length": u32(size.headDim),
    "attention.value_length": u32(size.headDim),
    "rope.dimension_count": u32(size.ropeDim),
    "attention.q_lora_rank": u32(size.queryRank),
    "attention.sliding_window": u32(size.windowTokens),
    ...indexerKeys(size.indexer),
    "attention.output_group_count": u32(size.output.groups),
    "attention.output_lora_rank": u32(size.output.rank),
    "attention.compress_ratios": i32s(size.ratios),
    "attention.compress_rope_freq_base": f32(160_000),
    "hyper_connection.count": u32(size.streams),
    "hyper_connection.sinkhorn_iterations": u32(20),
    "hyper_connection.epsilon": f32(1e-6),
  }),
  tensors: [
    ...embeddings(size),
    matrix("output_hc_fn.weight", [size.width * size.streams, size.streams], { type: "f32" }),
    constant("output_hc_base.weight", [size.streams], 0),
    constant("output_hc_scale.weight", [1], 1),
    ...layersOf(size).flatMap((layer) => [
      ...attention(`blk.${layer}`, size),
      ...compressor(`blk.${layer}`, size, size.ratios[layer]!),
      ...hyperConnections(`blk.${layer}`, size),
      gain(`blk.${layer}.ffn_norm`, size.width),
      ...expertFeedForward(`blk.${layer}`, size.width, size.experts, { bias: layer >= size.tableRoutedLayers }),
      ...(layer < size.tableRoutedLayers ? [expertTable(`blk.${layer}`, size)] : []),
    ]),
  ],
});

const attention = (block: string, { width, heads, headDim, queryRank, output }: CompressedModel): GgufTensor[] => [
  gain(`${block}.attn_norm`, width),
  constant(`${block}.attn_sinks.weight`, [heads], 0),
  matrix(`${block}.attn_q_a.weight`, [width, queryRank]),
  gain(`${block}.attn_q_a_norm`, queryRank),
  matrix(`${block}.attn_q_b.weight`, [queryRank, heads * headDim]),
  matrix(`${block}.attn_kv.weight`, [width, headDim]),
  gain(`${block}.attn_kv_a_norm`, headDim),
  matrix(`${block}.attn_output_a.weight`, [(heads * headDim) / output.groups, output.groups * output.rank]),
  matrix(`${block}.attn_output_b.weight`, [output.groups * output.rank, width], { scale: 0.5 }),
];

/** CSA's compression windows overlap, so its weights are twice as wide; it compresses the indexer's keys as well. */
function compressor(block: string, size: CompressedModel, ratio: number): GgufTensor[] {
  const { width, headDim, queryRank, indexer } = size;
  if (ratio === 0) return [];
  const overlap = ratio === csaRatio ? 2 : 1;
  const compress = (prefix: string, dim: number) => [
    matrix(`${block}.${prefix}_kv.weight`, [width, overlap * dim]),
    matrix(`${block}.${prefix}_gate.weight`, [width, overlap * dim]),
    matrix(`${block}.${prefix}_ape.weight`, [overlap * dim, ratio], { type: "f32" }),
    gain(`${block}.${prefix}_norm`, dim),
  ];
  if (ratio !== csaRatio) return compress("attn_compressor", headDim);
  return [
    ...compress("attn_compressor", headDim),
    matrix(`${block}.indexer.proj.weight`, [width, indexer.heads]),
    matrix(`${block}.indexer.attn_q_b.weight`, [queryRank, indexer.heads * indexer.keyDim]),
    ...compress("indexer_compressor", indexer.keyDim),
  ];
}

/** Reading, writing and mixing weights of the residual streams, before attention and before the experts. */
const hyperConnections = (block: string, { width, streams }: CompressedModel): GgufTensor[] =>
  ["attn", "ffn"].flatMap((part) => [
    matrix(`${block}.hc_${part}_fn.weight`, [width * streams, (2 + streams) * streams], { type: "f32" }),
    constant(`${block}.hc_${part}_base.weight`, [(2 + streams) * streams], 0),
    constant(`${block}.hc_${part}_scale.weight`, [3], 1),
  ]);

/** The experts of each token, all different. */
const expertTable = (block: string, { experts, vocabularySize }: CompressedModel): GgufTensor => ({
  name: `${block}.ffn_gate_tid2eid.weight`,
  shape: [experts.used, vocabularySize],
  type: "i32",
  values: () =>
    Int32Array.from({ length: experts.used * vocabularySize }, (_, index) => {
      const token = Math.floor(index / experts.used);
      return (token * 7 + (index % experts.used)) % experts.count;
    }),
});
