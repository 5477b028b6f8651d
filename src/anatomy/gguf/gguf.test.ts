import fc from "fast-check";
import { expect, test } from "vitest";
import { grouped } from "../../../test/anatomy-in-llama/grouped.ts";
import { configOf } from "../../../test/fixtures/configs.ts";
import type { Architecture } from "../../specimens/architectures/architecture.ts";
import { deepseek2 } from "../../specimens/architectures/deepseek2.ts";
import { deepseek4 } from "../../specimens/architectures/deepseek4.ts";
import { deepseek32 } from "../../specimens/architectures/deepseek32.ts";
import { kimiLinear } from "../../specimens/architectures/kimi-linear.ts";
import { designs } from "../../specimens/index.ts";
import { u32 } from "../../weights/index.ts";
import {
  cacheFormat,
  cacheGrowth,
  countParameters,
  type GgufDescription,
  modelShapeOf,
  modelShapeOfGguf,
} from "../index.ts";

const described = ({ metadata, tensors }: Architecture): GgufDescription => ({
  metadata: Object.fromEntries(Object.entries(metadata).map(([key, { value }]) => [key, value])),
  tensors,
});

const v3 = {
  vocabularySize: 129_280,
  layers: 61,
  width: 7_168,
  heads: 128,
  feedForward: 18_432,
  contextTokens: 163_840,
  latent: { queryRank: 1_536, kvRank: 512, ropeDim: 64, plainDim: 128, valueDim: 128 },
  experts: { count: 256, used: 8, width: 2_048, shared: 1 },
  leadingDenseLayers: 3,
};

// The same models in llama.cpp's layout, of which no config.json is left: no weight is drawn, only shapes are read.
test.each([
  ["deepseek-v3", deepseek2(v3)],
  [
    "kimi-k2",
    deepseek2({
      ...v3,
      vocabularySize: 163_840,
      heads: 64,
      experts: { ...v3.experts, count: 384 },
      leadingDenseLayers: 1,
    }),
  ],
  ["deepseek-v3.2", deepseek32({ ...v3, indexer: { heads: 64, keyDim: 128, topK: 2_048 } })],
  [
    "deepseek-v4-flash",
    deepseek4({
      ...v3,
      layers: 43,
      width: 4_096,
      heads: 64,
      headDim: 512,
      ropeDim: 64,
      queryRank: 1_024,
      output: { groups: 8, rank: 1_024 },
      windowTokens: 128,
      ratios: (configOf("deepseek-v4-flash").compress_ratios as number[]).slice(0, 43),
      indexer: { heads: 64, keyDim: 128, topK: 512 },
      experts: { count: 256, used: 6, width: 2_048, shared: 1 },
      tableRoutedLayers: 3,
      streams: 4,
    }),
  ],
  [
    "kimi-linear-48b-a3b",
    kimiLinear({
      vocabularySize: 163_840,
      layers: 27,
      width: 2_304,
      heads: 32,
      feedForward: 9_216,
      contextTokens: 1_048_576,
      latent: { queryRank: null, kvRank: 512, ropeDim: 64, plainDim: 128, valueDim: 128 },
      latentLayers: [3, 7, 11, 15, 19, 23, 26],
      delta: { headDim: 128, convolution: 4 },
      experts: { count: 256, used: 8, width: 1_024, shared: 1 },
      leadingDenseLayers: 1,
    }),
  ],
  [
    "gemma-3-27b",
    grouped({
      name: "gemma3",
      vocabularySize: 262_208,
      layers: 62,
      width: 5_376,
      heads: 32,
      kvHeads: 16,
      headDim: 128,
      feedForward: 21_504,
      contextTokens: 131_072,
      tied: true,
      qkNorm: true,
      norms: ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"],
      keys: { "attention.sliding_window": u32(1_024) },
    }),
  ],
] as const)("%s is the same from a GGUF as from its config", (name, architecture) => {
  const [gguf, config] = [modelShapeOfGguf(described(architecture)), modelShapeOf(configOf(name))];
  const [ofGguf, ofConfig] = [countParameters(gguf), countParameters(config)];
  expect(ofGguf.total).toBe(ofConfig.byScope.backbone);
  expect(ofGguf.active).toEqual(ofConfig.active);
  const format = cacheFormat("bf16");
  expect(cacheGrowth(gguf, format)).toEqual(cacheGrowth(config, format));
});

const gqa = described(designs.find(({ name }) => name === "gqa")!.build(64));
const dsa = described(designs.find(({ name }) => name === "dsa")!.build(64));
const changed = (base: GgufDescription, metadata: object) => ({ ...base, metadata: { ...base.metadata, ...metadata } });
const without = (base: GgufDescription, tensor: string) => ({
  ...base,
  tensors: base.tensors.filter(({ name }) => name !== tensor),
});

test.each([
  [
    "an unknown architecture",
    changed(gqa, { "general.architecture": "deepseek9" }),
    /unknown attention class of GGUF arch/,
  ],
  ["a name of all objects", changed(gqa, { "general.architecture": "constructor" }), /unknown attention class of GGUF/],
  [
    "an unknown key about attention",
    changed(gqa, { "llama.attention.sliding_window": 512 }),
    /class with attention\.sliding_window/,
  ],
  ["a latent of another size", changed(dsa, { "deepseek32.attention.key_length": 100 }), /MLA that caches 100 values/],
  ["more experts for a token than there are", changed(dsa, { "deepseek32.expert_used_count": 99 }), /impossible sizes/],
  [
    "an indexer that is borrowed",
    changed(dsa, { "deepseek32.attention.indexer.types": [1, 0, 1, 1] }),
    /of layer 1 is both/,
  ],
])("no estimate for %s", (_, description, message) => {
  expect(() => modelShapeOfGguf(description)).toThrow(message);
});

test.each([
  ["no architecture", changed(gqa, { "general.architecture": undefined }), /general\.architecture is missing/],
  ["no number of heads", changed(gqa, { "llama.attention.head_count": undefined }), /attention\.head_count/],
  ["a short list", changed(gqa, { "llama.attention.head_count_kv": [2, 2] }), /none for layer 2/],
  ["a layer too many", changed(gqa, { "llama.block_count": 5 }), /^no estimate: .* in layer 4, which has no tensors/],
  [
    "wider heads",
    changed(gqa, { "llama.attention.key_length": 96 }),
    /^no estimate: in layer 0 .* fewer than its metadata/,
  ],
  [
    "a tensor that is gone",
    without(gqa, "blk.2.ffn_down.weight"),
    /^no estimate: in layer 2 .* 131072 parameters fewer/,
  ],
  ["no embedding", without(gqa, "token_embd.weight"), /^no estimate: a llama GGUF has no embedding/],
])("%s is refused by name", (_, description, message) => {
  expect(() => modelShapeOfGguf(description)).toThrow(message);
});

test("frequencies of the rotation and scales are no parameters", () => {
  const companions = ["rope_freqs.weight", "blk.0.attn_q.scale"].map((name) => ({ name, shape: [32] }));
  expect(modelShapeOfGguf({ ...gqa, tensors: [...gqa.tensors, ...companions] })).toEqual(modelShapeOfGguf(gqa));
});

const anything = fc.oneof(
  fc.integer({ min: -2, max: 1_100 }),
  fc.constantFrom(2 ** 31, 2 ** 53, Number.NaN, "4", "", true, null, undefined, { length: 5_000 }),
  fc.array(fc.integer({ min: -1, max: 300 }), { maxLength: 6 }),
);

test("whatever metadata say, an estimate is the tensors' or a mistake that names itself", () => {
  const models = designs.map(({ build }) => described(build(64)));
  const change = fc.tuple(fc.nat(), anything);
  const property = fc.property(
    fc.nat(models.length - 1),
    fc.array(change, { maxLength: 3 }),
    fc.nat(),
    (index, changes, at) => {
      const model = models[index]!;
      const keys = Object.keys(model.metadata);
      const metadata = changes.map(([key, value]) => [keys[key % keys.length]!, value] as const);
      const damaged = changed(model, Object.fromEntries(metadata));
      const description = at % 3 === 0 ? without(damaged, model.tensors[at % model.tensors.length]!.name) : damaged;
      const stored = description.tensors.reduce((sum, { shape }) => sum + shape.reduce((n, size) => n * size, 1), 0);
      try {
        const { byScope } = countParameters(modelShapeOfGguf(description));
        const tables = description.tensors.find(({ name }) => name.includes("tid2eid"))?.shape ?? [0];
        expect(byScope.backbone).toBe(stored - tables.reduce((n, size) => n * size, 1));
      } catch (error) {
        expect(error).toMatchObject({ name: "UserError" });
      }
    },
  );
  fc.assert(property, { numRuns: 3_000 });
});
