/**
 * Latent attention: `deepseek2`, in the absorbed form, where the engine keeps one "KV head": the latent and the rotated key.
 */
import { type GgufMetadata, type GgufTensor, u32 } from "../../../weights/index.ts";
import type { DecoderConfig, LatentAttention } from "../../model/config.ts";
import type { Weight } from "../../model/site.ts";
import { type Architecture, type MatrixType, neighbouring, plainTensor } from "./architecture.ts";
import { expertKeys } from "./feed-forward.ts";

/** `key_length` and `value_length` describe the cache, those with `_mla` a head. */
export const latentKeys = ({ kvRank, plainDim, ropeDim, valueDim }: LatentAttention): GgufMetadata => ({
  "attention.kv_lora_rank": u32(kvRank),
  "attention.key_length": u32(kvRank + ropeDim),
  "attention.value_length": u32(kvRank),
  "attention.key_length_mla": u32(plainDim + ropeDim),
  "attention.value_length_mla": u32(valueDim),
  "rope.dimension_count": u32(ropeDim),
});

export const deepseek2 = (config: DecoderConfig, attention: LatentAttention): Architecture => ({
  name: "deepseek2",
  keys: {
    ...expertKeys(config),
    "attention.head_count_kv": u32(1),
    "attention.q_lora_rank": u32(0),
    ...latentKeys(attention),
  },
  tensor: (weight, data, type) => [latentTensor(weight, data, type, config.heads, attention)],
});

/** A weight of latent attention, with its rotated columns in neighbouring order; all others as they are. */
export function latentTensor(
  weight: Weight,
  data: Float32Array,
  type: MatrixType,
  heads: number,
  { kvRank, plainDim, ropeDim, valueDim }: LatentAttention,
): GgufTensor {
  const { name } = weight;
  if (name.endsWith("attn_k_b.weight")) {
    // Absorbed into the query: from a head's plain dimensions to the latent, so our rows stay the slower axis.
    const perHead = () => {
      const turned = new Float32Array(data.length);
      for (let head = 0; head < heads; head++)
        for (let rank = 0; rank < kvRank; rank++)
          for (let dim = 0; dim < plainDim; dim++)
            turned[(head * kvRank + rank) * plainDim + dim] = data[(rank * heads + head) * plainDim + dim]!;
      return turned;
    };
    return { name, shape: [plainDim, kvRank, heads], type, values: perHead };
  }
  if (name.endsWith("attn_v_b.weight")) return { ...plainTensor(weight, data, type), shape: [kvRank, valueDim, heads] };
  if (name.endsWith("attn_q.weight")) return plainTensor(weight, data, type, neighbouring(plainDim + ropeDim, ropeDim));
  if (name.endsWith("attn_kv_a_mqa.weight"))
    return plainTensor(weight, data, type, neighbouring(kvRank + ropeDim, ropeDim));
  return plainTensor(weight, data, type);
}
