import { expect, test } from "vitest";
import { configOf } from "../../../test/fixtures/configs.ts";
import { modelShapeOf } from "../index.ts";

const linear = configOf("kimi-linear-48b-a3b").linear_attn_config as Record<string, unknown>;
const ratios = (...values: number[]) => [...values, ...Array(60).fill(4)];

// An attention that is not known gives no number.
test.each([
  ["a model type", "deepseek-v3", { model_type: "deepseek_v9" }],
  ["no model type", "deepseek-v3", { model_type: undefined }],
  ["a window in a model without", "deepseek-v3", { sliding_window: 4_096 }],
  ["a field about attention", "deepseek-v3", { attention_sparsity: 0.5 }],
  ["layer types in a model without", "deepseek-v3", { layer_types: ["full_attention"] }],
  ["an indexer that pools its keys", "glm-5", { index_kpool: 4 }],
  ["an indexer without its sizes", "deepseek-v3", { index_topk: 2_048 }],
  ["a kind of indexer", "glm-5.2", { indexer_types: ["full", ...Array(77).fill("borrowed")] }],
  ["a pattern of indexers", "glm-5.2", { index_topk_pattern: "FFS" }],
  ["indexers that skip layers without a list", "glm-5.2", { indexer_types: undefined }],
  ["a compress ratio", "deepseek-v4-flash", { compress_ratios: ratios(8) }],
  ["too few compress ratios", "deepseek-v4-flash", { compress_ratios: [4, 4] }],
  ["a layer type", "deepseek-v4-flash", { layer_types: ["linear_attention"] }],
  ["no source of entries", "deepseek-v4.1-flash", { text_config: v41({ kv_source_layer_ids: [8, 14, 20] }) }],
  ["no indexer", "deepseek-v4.1-flash", { text_config: v41({ index_source_layer_ids: [20] }) }],
  ["a source of another ratio", "deepseek-v4.1-flash", { text_config: v41({ kv_source_layer_ids: [2, 8, 14] }) }],
  ["a key of linear attention", "kimi-linear-48b-a3b", { linear_attn_config: { ...linear, momentum: 2 } }],
  ["a layer in no list", "kimi-linear-48b-a3b", { linear_attn_config: { ...linear, full_attn_layers: [4, 8] } }],
  ["a layer in both lists", "kimi-linear-48b-a3b", { linear_attn_config: { ...linear, full_attn_layers: [1] } }],
])("no estimate for %s", (_, base, change) => {
  expect(() => modelShapeOf({ ...configOf(base), ...change })).toThrow(/^no estimate: unknown attention class /);
});

test.each([
  ["a missing field", { kv_lora_rank: undefined }, /kv_lora_rank/],
  ["a negative dimension", { hidden_size: -1 }, /hidden_size/],
  ["a fraction", { num_hidden_layers: 1.5 }, /num_hidden_layers/],
  ["a dimension in words", { v_head_dim: "many" }, /v_head_dim/],
  ["biases that are not counted", { attention_bias: true }, /attention_bias/],
  ["experts without their number", { num_experts_per_tok: undefined }, /num_experts_per_tok/],
  ["more experts for a token than there are", { num_experts_per_tok: 300 }, /impossible number of parameters/],
  ["more than can be counted", { vocab_size: 1e9, hidden_size: 1e9 }, /impossible number of parameters/],
])("%s is refused by name", (_, change, message) => {
  expect(() => modelShapeOf({ ...configOf("deepseek-v3"), ...change })).toThrow(message);
});

function v41(change: Record<string, unknown>) {
  return { ...(configOf("deepseek-v4.1-flash").text_config as object), ...change };
}
