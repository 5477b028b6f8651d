import { expect, test } from "vitest";
import { bf16, type Config, fp8, int4, tensorsOf } from "../../test/checkpoints/deepseek-layout.ts";
import { type V4Config, v4Tensors } from "../../test/checkpoints/deepseek-v4-layout.ts";
import { type LlamaConfig, llamaTensors } from "../../test/checkpoints/llama-layout.ts";
import type { Described } from "../../test/checkpoints/safetensors-bytes.ts";
import { configOf } from "../../test/fixtures/configs.ts";
import { componentsOf, modelShapeOf } from "../anatomy/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { compareCounts, placedTensors } from "./compare-counts.ts";

const checkpointOf = (config: Record<string, unknown>, tensors: readonly Described[]): Checkpoint => ({
  name: "test",
  format: "safetensors",
  config,
  metadata: new Map(),
  tensors: tensors.map((tensor) => ({ ...tensor, storedBytes: 0, file: "model.safetensors" })),
  bytesRead: 0,
});

const compared = (config: Record<string, unknown>, tensors: readonly Described[]) => {
  const shape = modelShapeOf(config);
  return compareCounts(componentsOf(shape), placedTensors(checkpointOf(config, tensors), shape.layers));
};

const elementsOf = (described: readonly Described[]) =>
  described.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

const v3 = configOf("deepseek-v3") as Record<string, unknown> & Config;
const v3Tensors = tensorsOf(v3, fp8, fp8);

// The released checkpoint: BF16 3,918,786,560, F8_E4M3 680,571,043,840, F32 41,555,600 elements.
test("DeepSeek-V3 in FP8: config and file agree in every part, second copies included", () => {
  expect(elementsOf(v3Tensors)).toBe(3_918_786_560 + 680_571_043_840 + 41_555_600);
  const { rows, contradictions, unrecognised, fileParameters } = compared(v3, v3Tensors);
  expect(contradictions).toEqual([]);
  expect(unrecognised).toEqual([]);
  const scopes = Object.groupBy(rows, ({ scope }) => scope);
  const sum = (scope: keyof typeof scopes) => scopes[scope]!.reduce((total, { file }) => total + file!, 0);
  expect(sum("backbone") / 1e9).toBeCloseTo(671.03, 2);
  expect(sum("second copies")).toBe(2 * 129_280 * 7_168);
  expect((fileParameters! + sum("second copies")) / 1e9).toBeCloseTo(684.5, 1); // "685B" on the hub
});

// huggingface.js PR 2003: about 170B by elements, about 1.06T with packing undone and scales still counted.
test("Kimi-K2.5's INT4 experts: 170B elements are 1026B parameters, as its config says", () => {
  const config = configOf("kimi-k2.5");
  const tensors = tensorsOf(config.text_config as Config, bf16, int4, "language_model.");
  expect(elementsOf(tensors) / 1e9).toBeCloseTo(170.3, 1);
  const { contradictions, unrecognised, fileParameters } = compared(config, tensors);
  expect(contradictions.filter(({ scope }) => scope !== "vision")).toEqual([]);
  expect(contradictions.filter(({ scope }) => scope === "vision").every(({ file }) => file === 0)).toBe(true);
  expect(unrecognised).toEqual([]);
  expect(fileParameters! / 1e9).toBeCloseTo(1026.4, 1);
  const scales = elementsOf(tensors.filter(({ name }) => name.endsWith(".weight_scale")));
  expect((fileParameters! + scales) / 1e12).toBeCloseTo(1.06, 2);
});

// The released checkpoint has 158,069,433,298 elements; its card says 284B.
test("DeepSeek-V4-Flash's FP4 pairs, compressors and expert tables: config and file agree in every part", () => {
  const config = configOf("deepseek-v4-flash") as Record<string, unknown> & V4Config;
  const tensors = v4Tensors(config);
  expect(elementsOf(tensors)).toBe(158_069_433_298);
  const { rows, contradictions, unrecognised } = compared(config, tensors);
  expect(contradictions).toEqual([]);
  expect(unrecognised).toEqual([]);
  const backbone = rows.filter(({ scope, part }) => scope === "backbone" && part !== "expert table");
  expect(backbone.map(({ part }) => part)).toEqual([
    ...["embedding", "output head", "norms", "attention", "indexer", "compressor", "router"],
    ...["routed experts", "shared experts", "residual mixing"],
  ]);
  expect(backbone.reduce((total, { file }) => total + file!, 0) / 1e9).toBeCloseTo(284.33, 2);
});

test("Llama-3.1-405B: config and file agree in every part", () => {
  const config = configOf("llama-3.1-405b") as Record<string, unknown> & LlamaConfig;
  const { contradictions, unrecognised, fileParameters } = compared(config, llamaTensors(config));
  expect(contradictions).toEqual([]);
  expect(unrecognised).toEqual([]);
  expect(fileParameters).toBe(405_853_388_800); // as the hub shows it
});

test("an expert that is missing from the file, and one that the config does not know, are contradictions", () => {
  const routed = (list: readonly Described[]) =>
    compared(v3, list).contradictions.map(({ scope, part, difference }) => [scope, part, difference]);
  const oneLess = v3Tensors.filter(({ name }) => !name.startsWith("model.layers.5.mlp.experts.7.up_proj"));
  expect(routed(oneLess)).toEqual([["backbone", "routed experts", -2048 * 7168]]);
  const oneMore = [...v3Tensors, ...fp8("model.layers.5.mlp.experts.256.up_proj", 2048, 7168)];
  expect(routed(oneMore)).toEqual([["backbone", "routed experts", 2048 * 7168]]);
});

test("what is packed in an unknown way makes its part unknown, and the sum", () => {
  const codes = { name: "model.layers.9.mlp.shared_experts.down_proj.codes", dtype: "I16", shape: [8, 8] };
  const { rows, fileParameters } = compared(v3, [...v3Tensors, codes]);
  expect(fileParameters).toBeNull();
  const unknown = rows.filter(({ file }) => file === null);
  expect(unknown.map(({ part, difference }) => [part, difference])).toEqual([["shared experts", null]]);
});
