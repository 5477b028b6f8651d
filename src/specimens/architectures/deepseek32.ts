/**
 * `deepseek32`: latent attention that reads only the tokens which a small indexer scores highest (DeepSeek Sparse
 * Attention). The indexer's keys are a second cache.
 *
 * @see DeepSeek-V3.2, arXiv:2512.02556, §2.1
 */
import { type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, embeddings, keysOf } from "./architecture.ts";
import { type ExpertLayers, expertKeys, feedForward, gating } from "./experts.ts";
import { type LatentDimensions, latentAttention, latentKeys, latentQueryKeys } from "./latent-attention.ts";
import { layersOf } from "./size.ts";
import { constant, gain, matrix } from "./tensors.ts";

export interface IndexerDimensions {
  readonly heads: number;
  /** The key is turned by a Hadamard matrix, so this has to be a power of two; llama.cpp wants 64 or more. */
  readonly keyDim: number;
  /** Tokens, or compressed entries, that it picks. */
  readonly topK: number;
}

export interface SparseModel extends ExpertLayers {
  readonly latent: LatentDimensions & { readonly queryRank: number };
  readonly indexer: IndexerDimensions;
}

export const indexerKeys = ({ heads, keyDim, topK }: IndexerDimensions): GgufMetadata => ({
  "attention.indexer.head_count": u32(heads),
  "attention.indexer.key_length": u32(keyDim),
  "attention.indexer.top_k": u32(topK),
});

export const deepseek32 = (size: SparseModel): Architecture => ({
  name: "deepseek32",
  metadata: keysOf("deepseek32", size, {
    leading_dense_block_count: u32(size.leadingDenseLayers),
    ...expertKeys(size.experts, gating.sigmoid),
    ...latentQueryKeys(size.latent),
    ...latentKeys(size.latent),
    ...indexerKeys(size.indexer),
  }),
  tensors: [
    ...embeddings(size),
    ...layersOf(size).flatMap((layer) => [
      gain(`blk.${layer}.attn_norm`, size.width),
      ...latentAttention(`blk.${layer}`, size, size.latent),
      ...indexerTensors(`blk.${layer}`, size),
      gain(`blk.${layer}.ffn_norm`, size.width),
      ...feedForward(layer, size),
    ]),
  ],
});

const indexerTensors = (block: string, { width, latent, indexer }: SparseModel): GgufTensor[] => [
  gain(`${block}.indexer.k_norm`, indexer.keyDim),
  constant(`${block}.indexer.k_norm.bias`, [indexer.keyDim], 0),
  matrix(`${block}.indexer.proj.weight`, [width, indexer.heads]),
  matrix(`${block}.indexer.attn_k.weight`, [width, indexer.keyDim]),
  matrix(`${block}.indexer.attn_q_b.weight`, [latent.queryRank, indexer.heads * indexer.keyDim]),
];
