import { expect, test } from "vitest";
import { cacheFormats, cacheGrowth, countParameters, modelShapeOf } from "../index.ts";

const llama8b = {
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  tie_word_embeddings: false,
};
const mistral7b = { ...llama8b, model_type: "mistral", vocab_size: 32000, sliding_window: 4096 };
const mixtral = {
  ...mistral7b,
  model_type: "mixtral",
  sliding_window: null,
  num_local_experts: 8,
  num_experts_per_tok: 2,
};
const qwen25 = {
  model_type: "qwen2",
  hidden_size: 3584,
  intermediate_size: 18944,
  max_window_layers: 28,
  num_attention_heads: 28,
  num_hidden_layers: 28,
  num_key_value_heads: 4,
  sliding_window: 131072,
  use_sliding_window: false,
  tie_word_embeddings: false,
  vocab_size: 152064,
};
const qwen3 = {
  model_type: "qwen3",
  head_dim: 128,
  hidden_size: 1024,
  intermediate_size: 3072,
  max_window_layers: 28,
  num_attention_heads: 16,
  num_hidden_layers: 28,
  num_key_value_heads: 8,
  sliding_window: null,
  tie_word_embeddings: true,
  vocab_size: 151936,
};
const qwen3Moe = {
  model_type: "qwen3_moe",
  decoder_sparse_step: 1,
  head_dim: 128,
  hidden_size: 2048,
  intermediate_size: 6144,
  mlp_only_layers: [],
  moe_intermediate_size: 768,
  num_attention_heads: 32,
  num_experts: 128,
  num_experts_per_tok: 8,
  num_hidden_layers: 48,
  num_key_value_heads: 4,
  tie_word_embeddings: false,
  vocab_size: 151936,
};

const gemma2 = {
  model_type: "gemma2",
  head_dim: 256,
  hidden_size: 3584,
  intermediate_size: 14336,
  num_attention_heads: 16,
  num_hidden_layers: 42,
  num_key_value_heads: 8,
  sliding_window: 4096,
  vocab_size: 256000,
};
const gemma3 = {
  model_type: "gemma3",
  text_config: {
    model_type: "gemma3_text",
    head_dim: 128,
    hidden_size: 5376,
    intermediate_size: 21504,
    num_attention_heads: 32,
    num_hidden_layers: 62,
    num_key_value_heads: 16,
    sliding_window: 1024,
  },
};
const gptOss = {
  model_type: "gpt_oss",
  attention_bias: true,
  head_dim: 64,
  hidden_size: 2880,
  intermediate_size: 2880,
  layer_types: Array.from({ length: 24 }, (_, layer) => (layer % 2 === 0 ? "sliding_attention" : "full_attention")),
  num_attention_heads: 64,
  num_experts_per_tok: 4,
  num_hidden_layers: 24,
  num_key_value_heads: 8,
  num_local_experts: 32,
  sliding_window: 128,
  tie_word_embeddings: false,
  vocab_size: 201088,
};

// The hub's count of each repository's safetensors.
test.each([
  ["meta-llama/Llama-3.1-8B", llama8b, 8_030_261_248],
  ["mistralai/Mistral-7B-v0.1", mistral7b, 7_241_732_096],
  ["mistralai/Mixtral-8x7B-v0.1", mixtral, 46_702_792_704],
  ["Qwen/Qwen2.5-7B", qwen25, 7_615_616_512],
  ["Qwen/Qwen3-0.6B", qwen3, 596_049_920],
  ["Qwen/Qwen3-30B-A3B", qwen3Moe, 30_532_122_624],
  ["google/gemma-2-9b", gemma2, 9_241_705_984],
  ["google/gemma-3-27b-it, its language model", gemma3, 27_009_346_304],
  ["openai/gpt-oss-20b", gptOss, 20_914_757_184],
])("%s has its checkpoint's parameters, to the last one", (_repository, config, parameters) => {
  expect(countParameters(modelShapeOf(config)).total).toBe(parameters);
});

test("a window bounds the cache where the layers use it, and nowhere else", () => {
  const bf16 = cacheFormats.find(({ name }) => name === "bf16")!;
  const layer = 2 * 8 * 128 * 2;
  expect(cacheGrowth(modelShapeOf(mistral7b), bf16)).toEqual({ bytesPerToken: 0, fixedBytes: 32 * 4096 * layer });
  expect(cacheGrowth(modelShapeOf(mixtral), bf16)).toEqual({ bytesPerToken: 32 * layer, fixedBytes: 0 });
  const late = { ...qwen25, use_sliding_window: true, max_window_layers: 20, sliding_window: 100 };
  const qwenLayer = 2 * 4 * 128 * 2;
  expect(cacheGrowth(modelShapeOf(late), bf16)).toEqual({
    bytesPerToken: 20 * qwenLayer,
    fixedBytes: 8 * 100 * qwenLayer,
  });
});

test("Gemma 3 reads everything in every sixth layer", () => {
  const bf16 = cacheFormats.find(({ name }) => name === "bf16")!;
  const layer = 2 * 16 * 128 * 2;
  expect(cacheGrowth(modelShapeOf(gemma3), bf16)).toEqual({ bytesPerToken: 10 * layer, fixedBytes: 52 * 1024 * layer });
});

test("a kind of layer without a formula gives no number", () => {
  expect(() => modelShapeOf({ ...llama8b, layer_types: Array(32).fill("banana_attention") })).toThrow(
    "unknown attention class banana_attention",
  );
});
