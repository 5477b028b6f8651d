import { parseSafetensorsMetadata } from "@huggingface/hub";
import { expect, test } from "vitest";
import { startHub } from "../../test/checkpoints/hub-server.ts";
import { type Described, safetensorsFile, textFile } from "../../test/checkpoints/safetensors-bytes.ts";
import { UserError } from "../errors.ts";
import { counting } from "./logical-count.ts";

type Config = Record<string, unknown> | null;
const stored = (tensors: readonly Described[]) =>
  tensors.map((tensor) => ({ ...tensor, storedBytes: 0, file: "model.safetensors" }));
const tensor = (name: string, dtype: string, ...shape: number[]): Described => ({ name, dtype, shape });
const count = (tensors: readonly Described[], config: Config) =>
  stored(tensors)
    .map(counting(stored(tensors), config))
    .map(({ parameters }) => parameters);
const total = (counts: readonly (number | null)[]) => counts.reduce<number>((sum, parameters) => sum + parameters!, 0);

const [outputs, inputs] = [256, 512];
const weights = outputs * inputs;
const norm = tensor("model.norm.weight", "BF16", inputs);

const groups = (list: readonly { targets: string[]; bits: number }[], format = "pack-quantized", groupSize = 32) => ({
  quantization_config: {
    quant_method: "compressed-tensors",
    format,
    config_groups: Object.fromEntries(
      list.map(({ targets, bits }, index) => [
        `group_${index}`,
        { targets, weights: { num_bits: bits, group_size: groupSize } },
      ]),
    ),
  },
});

interface Packed {
  readonly name: string;
  readonly config: Config;
  readonly tensors: readonly Described[];
  /** The hub's parser counts otherwise, and why ours is right. */
  readonly hub?: number;
}

/** One module of 256 · 512 weights and a norm, in every format that checkpoints on the hub come in. */
const formats: readonly Packed[] = [
  {
    name: "GPTQ, 4 bits",
    config: { quantization_config: { quant_method: "gptq", bits: 4, group_size: 128 } },
    tensors: [
      tensor("l.qweight", "I32", inputs / 8, outputs),
      tensor("l.qzeros", "I32", inputs / 128, outputs / 8),
      tensor("l.scales", "F16", inputs / 128, outputs),
      tensor("l.g_idx", "I32", inputs),
    ],
  },
  {
    name: "GPTQ, 3 bits",
    config: { quantization_config: { quant_method: "gptq", bits: 3, group_size: 128 } },
    tensors: [
      tensor("l.qweight", "I32", (inputs * 3) / 32, outputs),
      tensor("l.qzeros", "I32", inputs / 128, (outputs * 3) / 32),
      tensor("l.scales", "F16", inputs / 128, outputs),
      tensor("l.g_idx", "I32", inputs),
    ],
    hub: 10 * ((inputs * 3) / 32) * outputs, // counts ten values a word; GPTQ packs 32 values in three
  },
  {
    name: "GPTQ, 8 bits, one scale a column, without g_idx",
    config: { quantization_config: { quant_method: "gptq", bits: 8, group_size: -1 } },
    tensors: [tensor("l.qweight", "I32", inputs / 4, outputs), tensor("l.scales", "F16", 1, outputs)],
  },
  {
    name: "AWQ",
    config: { quantization_config: { quant_method: "awq", bits: 4, group_size: 128 } },
    tensors: [
      tensor("l.qweight", "I32", inputs, outputs / 8),
      tensor("l.qzeros", "I32", inputs / 128, outputs / 8),
      tensor("l.scales", "F16", inputs / 128, outputs),
    ],
  },
  {
    name: "compressed-tensors, INT4 in I32 (Kimi-K2.5)",
    config: groups([{ targets: ["Linear"], bits: 4 }]),
    tensors: [
      tensor("l.weight_packed", "I32", outputs, inputs / 8),
      tensor("l.weight_scale", "BF16", outputs, inputs / 32),
      tensor("l.weight_shape", "I64", 2),
    ],
  },
  {
    name: "compressed-tensors, INT3 in I32, the last word half empty",
    config: groups([{ targets: ["Linear"], bits: 3 }]),
    tensors: [
      tensor("l.weight_packed", "I32", outputs, Math.ceil(inputs / 10)),
      tensor("l.weight_scale", "BF16", outputs, inputs / 32),
      tensor("l.weight_shape", "I64", 2),
    ],
    hub: Math.round((outputs * Math.ceil(inputs / 10) * 32) / 3), // counts 32/3 values a word; ten are stored
  },
  {
    name: "compressed-tensors, MXFP4 (Kimi K3)",
    config: groups([{ targets: ["Linear"], bits: 4 }], "mxfp4-pack-quantized"),
    tensors: [
      tensor("l.weight_packed", "U8", outputs, inputs / 2),
      tensor("l.weight_scale", "U8", outputs, inputs / 32),
    ],
  },
  {
    name: "compressed-tensors, NVFP4",
    config: groups([{ targets: ["Linear"], bits: 4 }], "nvfp4-pack-quantized", 16),
    tensors: [
      tensor("l.weight_packed", "U8", outputs, inputs / 2),
      tensor("l.weight_scale", "F8_E4M3", outputs, inputs / 16),
      tensor("l.weight_global_scale", "F32", 1),
      tensor("l.input_global_scale", "F32", 1),
    ],
  },
  {
    name: "MXFP4 blocks (gpt-oss)",
    config: { quantization_config: { quant_method: "mxfp4", modules_to_not_convert: ["lm_head"] } },
    tensors: [
      tensor("l.gate_up_proj_blocks", "U8", 2, outputs / 2, inputs / 32, 16),
      tensor("l.gate_up_proj_scales", "U8", 2, outputs / 2, inputs / 32),
    ],
  },
  {
    name: "FP8 with block scales (DeepSeek-V3)",
    config: { quantization_config: { quant_method: "fp8", weight_block_size: [128, 128] } },
    tensors: [
      tensor("l.weight", "F8_E4M3", outputs, inputs),
      tensor("l.weight_scale_inv", "F32", outputs / 128, inputs / 128),
    ],
  },
  {
    name: "FP4 pairs in I8 (DeepSeek-V4)",
    config: { expert_dtype: "fp4", quantization_config: { quant_method: "fp8" } },
    tensors: [
      tensor("layers.0.ffn.experts.0.w1.weight", "I8", outputs, inputs / 2),
      tensor("layers.0.ffn.experts.0.w1.scale", "F8_E8M0", outputs, inputs / 32),
    ],
  },
  {
    name: "MLX, 4 bits",
    config: { quantization: { bits: 4, group_size: 64 } },
    tensors: [
      tensor("l.weight", "U32", outputs, inputs / 8),
      tensor("l.scales", "BF16", outputs, inputs / 64),
      tensor("l.biases", "BF16", outputs, inputs / 64),
    ],
  },
  {
    name: "MLX, 6 bits in a module of its own",
    config: { quantization: { bits: 4, group_size: 64, l: { bits: 6, group_size: 64 } } },
    tensors: [
      tensor("l.weight", "U32", outputs, (inputs * 6) / 32),
      tensor("l.scales", "BF16", outputs, inputs / 64),
      tensor("l.biases", "BF16", outputs, inputs / 64),
    ],
  },
  {
    name: "bitsandbytes, NF4",
    config: { quantization_config: { quant_method: "bitsandbytes", load_in_4bit: true } },
    tensors: [
      tensor("l.weight", "U8", weights / 2, 1),
      tensor("l.weight.absmax", "U8", weights / 64),
      tensor("l.weight.quant_map", "F32", 16),
      tensor("l.weight.nested_absmax", "F32", weights / 64 / 256),
      tensor("l.weight.nested_quant_map", "F32", 256),
      tensor("l.weight.quant_state.bitsandbytes__nf4", "U8", 102),
    ],
  },
  {
    name: "bitsandbytes, INT8",
    config: { quantization_config: { quant_method: "bitsandbytes", load_in_8bit: true } },
    tensors: [tensor("l.weight", "I8", outputs, inputs), tensor("l.SCB", "F32", outputs)],
    hub: weights + outputs, // takes the columns' scales for weights
  },
  {
    name: "NVFP4 by ModelOpt, no config",
    config: null,
    tensors: [
      tensor("l.weight", "U8", outputs, inputs / 2),
      tensor("l.weight_scale", "F8_E4M3", outputs, inputs / 16),
      tensor("l.weight_scale_2", "F32", 1),
    ],
    hub: weights / 2 + weights / 16 + 1, // takes pairs for values, and scales for weights, without a config
  },
  { name: "F4, two values a byte by its own size", config: null, tensors: [tensor("l.weight", "F4", outputs, inputs)] },
  { name: "BF16", config: null, tensors: [tensor("l.weight", "BF16", outputs, inputs)] },
];

test.each(formats)("$name", ({ config, tensors }) => {
  expect(total(count([...tensors, norm], config))).toBe(weights + inputs);
});

test("the hub's own parser counts the same, but for what is noted", async () => {
  const repositories = new Map(
    formats.map(({ config, tensors }, index) => [
      `format/${index}`,
      new Map([
        ["model.safetensors", safetensorsFile([...tensors, norm])],
        ...(config === null ? [] : [["config.json", textFile(config)] as const]),
      ]),
    ]),
  );
  await using hub = await startHub(repositories);
  for (const [index, { name, hub: theirs }] of formats.entries()) {
    const { parameterCount } = await parseSafetensorsMetadata({
      repo: `format/${index}`,
      computeParametersCount: true,
      hubUrl: hub.endpoint,
    });
    const counted = Object.values(parameterCount).reduce((sum, parameters) => sum + parameters, 0);
    expect([name, counted]).toEqual([name, (theirs ?? weights) + inputs]);
  }
});

// huggingface.js PR 2215: the first group's bits were used for all.
test("mixed bit widths: each module by its own group, a class of modules by the group that is left", () => {
  const config = groups([
    { targets: ["re:.*embed_tokens$"], bits: 2 },
    { targets: ["model.layers.0.exact"], bits: 8 },
    { targets: ["Linear"], bits: 4 },
  ]);
  const packed = (module: string, bits: number) => [
    tensor(`${module}.weight_packed`, "I32", outputs, (inputs * bits) / 32),
    tensor(`${module}.weight_scale`, "BF16", outputs, inputs / 32),
  ];
  const tensors = [
    ...packed("model.embed_tokens", 2),
    ...packed("model.layers.0.exact", 8),
    ...packed("model.layers.0.mlp.up_proj", 4),
  ];
  expect(count(tensors, config)).toEqual([weights, 0, weights, 0, weights, 0]);
});

test("a config that contradicts the scales is an error, not a number", () => {
  const tensors = [
    tensor("l.weight_packed", "I32", outputs, inputs / 8),
    tensor("l.weight_scale", "BF16", outputs, inputs / 32),
  ];
  expect(() => count(tensors, groups([{ targets: ["Linear"], bits: 2 }]))).toThrowError(UserError);
  const mlx = [tensor("l.weight", "U32", outputs, inputs / 8), tensor("l.scales", "BF16", outputs, inputs / 64)];
  expect(() => count(mlx, { quantization: { bits: 8, group_size: 64 } })).toThrowError(/by the config and/);
});

test("unknown is null: bits that nobody tells, patterns that are not understood, formats that are not known", () => {
  const packed = [tensor("a.weight_packed", "I32", 4, 4)];
  expect(count(packed, null)).toEqual([null]);
  const two = groups([
    { targets: ["re:(?=a).*"], bits: 2 },
    { targets: ["re:b.*"], bits: 4 },
  ]);
  expect(count(packed, two)).toEqual([null]);
  expect(count([tensor("l.codes", "I16", 4, 4), tensor("l.weight", "U8", 4, 4)], null)).toEqual([null, null]);
});

test("tables and masks are no weights, and a lone scale is one", () => {
  const tensors = [
    tensor("embeddings.position_ids", "I64", 1, 512),
    tensor("attention.mask", "BOOL", 4, 4),
    tensor("layers.0.ffn.gate.tid2eid", "I64", 100, 6),
    tensor("layer_scale", "F32", 1),
    tensor("hc_attn_scale", "F32", 3),
    tensor("rope_freqs.weight", "F32", 64),
    tensor("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 64),
  ];
  expect(count(tensors, null)).toEqual([0, 0, 600, 1, 3, 0, 0]);
});

test.each([
  ["bits that are words", { quantization_config: { quant_method: "gptq", bits: "4" } }],
  ["a list", { quantization_config: [] }],
  ["groups that are a list", { quantization_config: { config_groups: [1] } }],
  ["a number", { quantization_config: 4 }],
])("a quantization_config of %s is a mistake with a name", (_what, config) => {
  expect(() => count([norm], config)).toThrowError(/quantization_config cannot be read/);
});

test("patterns that are slow even here are given up", () => {
  const config = groups([
    { targets: [`re:${"x*".repeat(240)}y$`], bits: 2 },
    { targets: ["Linear"], bits: 4 },
  ]);
  const tensors = Array.from({ length: 20_000 }, (_, index) =>
    tensor(`${"x".repeat(200)}${index}.weight_packed`, "I32", 1, 1),
  );
  const before = process.cpuUsage();
  expect(() => count(tensors, config)).toThrowError(/take too long/);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(3_000);
});
