import { expect, test } from "vitest";
import { cacheFormat, cacheGrowth, countParameters, modelShapeOf } from "../index.ts";

/** config.json of Qwen/Qwen3-Next-80B-A3B-Instruct, the fields that make a difference. */
const next = {
  model_type: "qwen3_next",
  hidden_size: 2048,
  intermediate_size: 5120,
  num_hidden_layers: 48,
  vocab_size: 151936,
  tie_word_embeddings: false,
  num_attention_heads: 16,
  num_key_value_heads: 2,
  head_dim: 256,
  full_attention_interval: 4,
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_num_key_heads: 16,
  linear_num_value_heads: 32,
  linear_value_head_dim: 128,
  max_position_embeddings: 262144,
  mlp_only_layers: [],
  moe_intermediate_size: 512,
  shared_expert_intermediate_size: 512,
  num_experts: 512,
  num_experts_per_tok: 10,
  decoder_sparse_step: 1,
};

// llama.cpp prints 79.67 B for a file of its weights, which hold no prediction layer.
test("Qwen3-Next-80B-A3B has 79,674,391,296 parameters, 3.9B of them active", () => {
  const { total, active } = countParameters(modelShapeOf(next));
  expect(total).toBe(79_674_391_296);
  expect(active.withEmbeddingAndHead / 1e9).toBeCloseTo(3.87, 2);
});

test("one layer of four keeps keys and values, the others a state in float32", () => {
  const { bytesPerToken, fixedBytes } = cacheGrowth(modelShapeOf(next), cacheFormat("bf16"));
  expect(bytesPerToken).toBe(12 * 2 * 2 * 256 * 2);
  expect(fixedBytes).toBe(36 * (32 * 128 * 128 + 3 * (2 * 16 * 128 + 32 * 128)) * 4);
});

test("a kind of layer without a formula gives no number", () => {
  expect(() => modelShapeOf({ ...next, layer_types: ["linear_attention", "sliding_attention"] })).toThrow(
    "no estimate: unknown attention class sliding_attention",
  );
  expect(() => modelShapeOf({ ...next, layer_types: ["linear_attention"] })).toThrow("which layer_types leaves out");
});
