/** Exact totals of released checkpoints, from their configs alone. */
import { expect, test } from "vitest";
import { configOf, releasedModel } from "../../../test/fixtures/configs.ts";
import { cacheFormat, cacheGrowth, countParameters, modelShapeOf } from "../index.ts";

// The Hub's count of each repository's safetensors.
test.each([
  ["qwen3.5-27b", 27_781_427_952],
  ["qwen3-vl-2b", 2_127_532_032],
  ["gemma-3-27b", 27_432_406_640],
  ["minimax-m2.5", 228_689_764_864],
  // The Hub leaves out the router's bias of each of the 23 layers of 128 experts.
  ["nemotron-3-nano", 31_577_937_344 + 23 * 128],
])("%s has its checkpoint's parameters, to the last one", (name, parameters) => {
  expect(countParameters(releasedModel(name)).total).toBe(parameters);
});

// llama.cpp prints 107.77 B for Llama-4-Scout's language model; Meta says 17B active, NVIDIA 56B and 3.5B active.
test.each([
  ["llama-4-scout", "totalB", 107.77],
  ["llama-4-scout", "activeB", 17.17],
  ["nemotron-h-56b", "totalB", 56.32],
  ["nemotron-3-nano", "activeB", 3.58],
] as const)("%s: %s %d", (name, what, billions) => {
  const { total, active } = countParameters(releasedModel(name));
  expect((what === "totalB" ? total : active.withEmbeddingAndHead) / 1e9).toBeCloseTo(billions, 2);
});

const bf16 = cacheFormat("bf16");

test("Llama 4 keeps a chunk in three of four layers", () => {
  const layer = 2 * 8 * 128 * 2;
  expect(cacheGrowth(releasedModel("llama-4-scout"), bf16)).toEqual({
    bytesPerToken: 12 * layer,
    fixedBytes: 36 * 8_192 * layer,
  });
});

test("Nemotron 3 keeps keys and values in 6 of 52 layers, and in 23 a state and three inputs of a convolution", () => {
  const inner = 64 * 64;
  expect(cacheGrowth(releasedModel("nemotron-3-nano"), bf16)).toEqual({
    bytesPerToken: 6 * 2 * 2 * 128 * 2,
    fixedBytes: 23 * (inner * 128 + 3 * (inner + 2 * 8 * 128)) * 4,
  });
});

test("what would change the attention and is not known gives no number", () => {
  const refused = (name: string, change: object) =>
    expect(() => modelShapeOf({ ...configOf(name), ...change })).toThrow(/^no estimate: unknown attention class/);
  refused("nemotron-3-nano", { hybrid_override_pattern: "M".repeat(51) });
  refused("nemotron-3-nano", { hybrid_override_pattern: "X".repeat(52) });
  const scout = configOf("llama-4-scout").text_config as object;
  refused("llama-4-scout", { text_config: { ...scout, layer_types: Array(48).fill("sliding_attention") } });
});
