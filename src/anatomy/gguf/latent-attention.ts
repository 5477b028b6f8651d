/** Latent attention, with or without DeepSeek's indexer. */
import { z } from "zod";
import type { Indexer } from "../blocks/latent-attention.ts";
import { count, countOrZero, optional, unknownAttention } from "../families/config.ts";
import { ofLayer, perLayer } from "./file.ts";
import { type Mixing, mixing } from "./mixing.ts";

const Keys = z.looseObject({
  embedding_length: count,
  "attention.head_count": perLayer(count),
  "attention.head_count_kv": perLayer(countOrZero),
  "attention.q_lora_rank": optional(countOrZero),
  "attention.kv_lora_rank": count,
  "attention.key_length": count,
  "attention.value_length": optional(count),
  "attention.key_length_mla": optional(count),
  "attention.value_length_mla": optional(count),
  "rope.dimension_count": count,
});

const SparseKeys = Keys.extend({
  "attention.indexer.head_count": count,
  "attention.indexer.key_length": count,
  "attention.indexer.top_k": count,
  "attention.indexer.types": optional(perLayer(z.union([z.boolean(), countOrZero]))),
});

export const latentAttention: Mixing = latent(Keys, () => null);

/** Layers without an indexer of their own use that of a layer before them. */
export const sparseLatentAttention: Mixing = latent(SparseKeys, (keys, layer, hasOwn) => {
  const types = keys["attention.indexer.types"];
  if (types !== undefined && Boolean(ofLayer(types, layer)) !== hasOwn)
    throw unknownAttention(`DSA whose indexer of layer ${layer} is both its own and another's`);
  return {
    heads: keys["attention.indexer.head_count"],
    keyDim: keys["attention.indexer.key_length"],
    topTokens: keys["attention.indexer.top_k"],
    shared: !hasOwn,
  };
});

/** `key_length` and `value_length` describe the cache where those of a head stand beside them. */
function latent<T extends typeof Keys>(
  schema: T,
  indexerOf: (keys: z.output<T>, layer: number, hasOwn: boolean) => Indexer | null,
): Mixing {
  return mixing(schema, "attn_kv_a_mqa.weight", (keys, layer, has) => {
    const latentRank = keys["attention.kv_lora_rank"];
    const rotaryDim = keys["rope.dimension_count"];
    const cached = keys["attention.key_length"];
    const valueHeadDim = keys["attention.value_length_mla"] ?? keys["attention.value_length"];
    if (valueHeadDim === undefined) throw unknownAttention("MLA without value_length_mla");
    // Files from before llama.cpp cached the latent have both up-projections in one tensor.
    const cachesHeads = has("attn_kv_b.weight");
    if (cachesHeads && keys["attention.key_length_mla"] !== undefined)
      throw unknownAttention("MLA with key_length_mla whose up-projections are in one tensor");
    if (!cachesHeads && cached !== latentRank + rotaryDim)
      throw unknownAttention(`MLA that caches ${cached} values and not ${latentRank} + ${rotaryDim}`);
    return {
      kind: "latent attention",
      hiddenSize: keys.embedding_length,
      heads: ofLayer(keys["attention.head_count"], layer),
      queryRank: has("attn_q_a.weight") ? (keys["attention.q_lora_rank"] ?? null) : null,
      latentRank,
      keyHeadDim: (keys["attention.key_length_mla"] ?? cached) - rotaryDim,
      rotaryDim,
      valueHeadDim,
      outputGate: has("attn_gate.weight"),
      indexer: indexerOf(keys, layer, has("indexer.attn_k.weight")),
      cachesHeads,
    };
  });
}
