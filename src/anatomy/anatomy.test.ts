import { expect, test } from "vitest";
import { cacheFormats, cacheGrowth, countParameters, decodeFlops, modelShapeOf, prefillFlops } from "./index.ts";

const v3 = {
  model_type: "deepseek_v3",
  hidden_size: 7168,
  num_hidden_layers: 61,
  vocab_size: 129280,
  num_attention_heads: 128,
  q_lora_rank: 1536,
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  intermediate_size: 18432,
  moe_intermediate_size: 2048,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  first_k_dense_replace: 3,
  moe_layer_freq: 1,
  topk_method: "noaux_tc",
  num_nextn_predict_layers: 1,
};

test("DeepSeek-V3: parameters and cache as published", () => {
  const model = modelShapeOf(v3);
  const counts = countParameters(model);
  expect(counts.byScope.backbone! / 1e9).toBeCloseTo(671.03, 1);
  expect(counts.byScope["multi-token prediction"]! / 1e9).toBeCloseTo(11.61, 1);
  expect(counts.active.withoutInputEmbedding / 1e9).toBeCloseTo(36.63, 1);
  const bf16 = cacheFormats.find(({ name }) => name === "bf16")!;
  expect(cacheGrowth(model, bf16)).toEqual({ bytesPerToken: 70_272, fixedBytes: 0 });
});

test("reading a prompt is decoding it token by token, but for the head and for keys and values that are rebuilt", () => {
  const model = modelShapeOf(v3);
  const head = 2 * 7168 * 129280;
  let linear = head;
  let scores = 0;
  for (let tokens = 11; tokens <= 50; tokens++) {
    linear += decodeFlops(model, tokens).linear - head;
    scores += decodeFlops(model, tokens).scores;
  }
  const prompt = prefillFlops(model, 50, 10);
  expect(prompt.linear).toBe(linear);
  // 128 + 64 + 128 dimensions of a head against the 512 + 64 + 512 of a latent.
  expect(prompt.scores).toBeCloseTo((scores * 320) / 1088, 0);
});
