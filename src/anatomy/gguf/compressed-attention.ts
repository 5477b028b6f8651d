/** DeepSeek-V4: its GGUF says what its config says, under other names. */
import { z } from "zod";
import { count, countOrZero, optional } from "../families/config.ts";
import { deepseekV4 } from "../families/deepseek-v4.ts";
import type { ModelShape } from "../model.ts";
import { type GgufFile, ofLayer, perLayer, readKeys, vocabularySizeOf } from "./file.ts";

export const CompressedKeys = z.looseObject({
  block_count: count,
  nextn_predict_layers: optional(countOrZero),
  context_length: optional(count),
  embedding_length: count,
  "attention.head_count": perLayer(count),
  "attention.head_count_kv": perLayer(z.literal(1)),
  "attention.key_length": count,
  "attention.value_length": count,
  "attention.q_lora_rank": count,
  "attention.output_group_count": count,
  "attention.output_lora_rank": count,
  "attention.sliding_window": count,
  "attention.compress_ratios": z.array(countOrZero).max(2_100),
  "attention.compress_rope_freq_base": z.unknown().optional(),
  "attention.indexer.head_count": count,
  "attention.indexer.key_length": count,
  "attention.indexer.top_k": count,
  "rope.dimension_count": count,
  "hyper_connection.count": count,
  hash_layer_count: optional(countOrZero),
  expert_count: count,
  expert_used_count: perLayer(count),
  expert_shared_count: optional(countOrZero),
  expert_feed_forward_length: perLayer(count),
});

/** @throws UserError where a key is missing or impossible */
export function compressedShape(file: GgufFile): ModelShape {
  const keys = readKeys(CompressedKeys, file);
  const layers = keys.block_count - (keys.nextn_predict_layers ?? 0);
  const config = {
    model_type: file.architecture,
    hidden_size: keys.embedding_length,
    num_hidden_layers: layers,
    vocab_size: vocabularySizeOf(file),
    num_attention_heads: ofLayer(keys["attention.head_count"], 0),
    head_dim: keys["attention.key_length"],
    qk_rope_head_dim: keys["rope.dimension_count"],
    q_lora_rank: keys["attention.q_lora_rank"],
    o_lora_rank: keys["attention.output_lora_rank"],
    o_groups: keys["attention.output_group_count"],
    sliding_window: keys["attention.sliding_window"],
    compress_ratios: keys["attention.compress_ratios"],
    index_n_heads: keys["attention.indexer.head_count"],
    index_head_dim: keys["attention.indexer.key_length"],
    index_topk: keys["attention.indexer.top_k"],
    moe_intermediate_size: ofLayer(keys.expert_feed_forward_length, 0),
    n_routed_experts: keys.expert_count,
    num_experts_per_tok: ofLayer(keys.expert_used_count, 0),
    n_shared_experts: keys.expert_shared_count,
    hc_mult: keys["hyper_connection.count"],
    num_hash_layers: keys.hash_layer_count,
    num_nextn_predict_layers: file.elements.has(`blk.${layers}.nextn.eh_proj.weight`) ? keys.nextn_predict_layers : 0,
    max_position_embeddings: keys.context_length,
  };
  return { ...deepseekV4.read(config, config), storage: null };
}
