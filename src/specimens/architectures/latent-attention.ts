/**
 * Multi-head latent attention as llama.cpp runs it, "absorbed": the up-projections of keys and values are multiplied into
 * the queries and the output, so the cache holds one latent and one rotated key a token, which every head reads.
 *
 * @see DeepSeek-V2, arXiv:2405.04434, §2.1
 */
import { type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import { size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

export const latent = { queryRank: 128, kvRank: 128, ropeDim: 64, plainDim: 64, valueDim: 64 } as const;

const { queryRank, kvRank, ropeDim, plainDim, valueDim } = latent;
const keyDim = plainDim + ropeDim;

/** `key_length` and `value_length` describe the cache, those with `_mla` a head. */
export const latentKeys: GgufMetadata = {
  "attention.kv_lora_rank": u32(kvRank),
  "attention.key_length": u32(kvRank + ropeDim),
  "attention.value_length": u32(kvRank),
  "attention.key_length_mla": u32(keyDim),
  "attention.value_length_mla": u32(valueDim),
  "rope.dimension_count": u32(ropeDim),
};

export const latentQueryKeys: GgufMetadata = {
  "attention.head_count_kv": u32(1),
  "attention.q_lora_rank": u32(queryRank),
};

/** The weights of one layer; `compressedQueries` as in DeepSeek-V2 and V3, without as in Kimi Linear. */
export function latentAttention(block: string, { compressedQueries = true } = {}): GgufTensor[] {
  const queries = compressedQueries
    ? [
        matrix(`${block}.attn_q_a.weight`, [size.width, queryRank]),
        gain(`${block}.attn_q_a_norm`, queryRank),
        matrix(`${block}.attn_q_b.weight`, [queryRank, size.heads * keyDim]),
      ]
    : [matrix(`${block}.attn_q.weight`, [size.width, size.heads * keyDim])];
  return [
    ...queries,
    matrix(`${block}.attn_kv_a_mqa.weight`, [size.width, kvRank + ropeDim]),
    gain(`${block}.attn_kv_a_norm`, kvRank),
    matrix(`${block}.attn_k_b.weight`, [plainDim, kvRank, size.heads]),
    matrix(`${block}.attn_v_b.weight`, [kvRank, valueDim, size.heads]),
    matrix(`${block}.attn_output.weight`, [size.heads * valueDim, size.width], { scale: 0.5 }),
  ];
}
