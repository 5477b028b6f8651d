/**
 * Multi-head latent attention as llama.cpp runs it, "absorbed": the up-projections of keys and values are multiplied into
 * the queries and the output, so the cache holds one latent and one rotated key a token, which every head reads.
 *
 * @see DeepSeek-V2, arXiv:2405.04434, §2.1
 */
import { type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import type { Size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

export interface LatentDimensions {
  /** Rank of the compressed queries; null where they are projected at once, as in Kimi Linear. */
  readonly queryRank: number | null;
  readonly kvRank: number;
  /** Of a key, dimensions with rotation and without. */
  readonly ropeDim: number;
  readonly plainDim: number;
  readonly valueDim: number;
}

/** `key_length` and `value_length` describe the cache, those with `_mla` a head. */
export const latentKeys = ({ kvRank, ropeDim, plainDim, valueDim }: LatentDimensions): GgufMetadata => ({
  "attention.kv_lora_rank": u32(kvRank),
  "attention.key_length": u32(kvRank + ropeDim),
  "attention.value_length": u32(kvRank),
  "attention.key_length_mla": u32(plainDim + ropeDim),
  "attention.value_length_mla": u32(valueDim),
  "rope.dimension_count": u32(ropeDim),
});

export const latentQueryKeys = ({ queryRank }: LatentDimensions): GgufMetadata => ({
  "attention.head_count_kv": u32(1),
  "attention.q_lora_rank": u32(queryRank ?? 0),
});

/** The weights of one layer. */
export function latentAttention(block: string, { width, heads }: Size, latent: LatentDimensions): GgufTensor[] {
  const { queryRank, kvRank, ropeDim, plainDim, valueDim } = latent;
  const keyDim = plainDim + ropeDim;
  const queries =
    queryRank === null
      ? [matrix(`${block}.attn_q.weight`, [width, heads * keyDim])]
      : [
          matrix(`${block}.attn_q_a.weight`, [width, queryRank]),
          gain(`${block}.attn_q_a_norm`, queryRank),
          matrix(`${block}.attn_q_b.weight`, [queryRank, heads * keyDim]),
        ];
  return [
    ...queries,
    matrix(`${block}.attn_kv_a_mqa.weight`, [width, kvRank + ropeDim]),
    gain(`${block}.attn_kv_a_norm`, kvRank),
    matrix(`${block}.attn_k_b.weight`, [plainDim, kvRank, heads]),
    matrix(`${block}.attn_v_b.weight`, [kvRank, valueDim, heads]),
    matrix(`${block}.attn_output.weight`, [heads * valueDim, width], { scale: 0.5 }),
  ];
}
