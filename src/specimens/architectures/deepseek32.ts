/**
 * `deepseek32`: latent attention that reads only the tokens which a small indexer scores highest (DeepSeek Sparse
 * Attention). The indexer's keys are a second cache.
 *
 * @see DeepSeek-V3.2, arXiv:2512.02556, §2.1
 */
import { type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { expertFeedForward, expertKeys, experts, gating } from "./experts.ts";
import { latent, latentAttention, latentKeys, latentQueryKeys } from "./latent-attention.ts";
import { layers, size } from "./size.ts";
import { constant, gain, matrix } from "./tensors.ts";

/** The key is turned by a Hadamard matrix, so its length has to be a power of two; llama.cpp wants 64 or more. */
export const indexer = { heads: 4, keyDim: 64, topK: 256 } as const;

export const indexerKeys: GgufMetadata = {
  "attention.indexer.head_count": u32(indexer.heads),
  "attention.indexer.key_length": u32(indexer.keyDim),
  "attention.indexer.top_k": u32(indexer.topK),
};

export const deepseek32 = (vocabularySize: number): Architecture => ({
  name: "deepseek32",
  metadata: keysOf("deepseek32", vocabularySize, {
    leading_dense_block_count: u32(experts.leadingDenseLayers),
    ...expertKeys(gating.sigmoid),
    ...latentQueryKeys,
    ...latentKeys,
    ...indexerKeys,
  }),
  tensors: [
    ...embeddings(vocabularySize),
    ...layers.flatMap((layer) => [
      gain(`blk.${layer}.attn_norm`, size.width),
      ...latentAttention(`blk.${layer}`),
      ...indexerTensors(`blk.${layer}`),
      gain(`blk.${layer}.ffn_norm`, size.width),
      ...(layer < experts.leadingDenseLayers ? denseFeedForward(`blk.${layer}`) : expertFeedForward(`blk.${layer}`)),
    ]),
  ],
});

const indexerTensors = (block: string): GgufTensor[] => [
  gain(`${block}.indexer.k_norm`, indexer.keyDim),
  constant(`${block}.indexer.k_norm.bias`, [indexer.keyDim], 0),
  matrix(`${block}.indexer.proj.weight`, [size.width, indexer.heads]),
  matrix(`${block}.indexer.attn_k.weight`, [size.width, indexer.keyDim]),
  matrix(`${block}.indexer.attn_q_b.weight`, [latent.queryRank, indexer.heads * indexer.keyDim]),
];
