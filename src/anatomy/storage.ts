/**
 * How many bits a weight takes in the released file, from a config's quantization_config and dtype. Parts that a vendor
 * leaves unquantised are told by the config's list of modules, else by what the vendor's checkpoints show.
 */
import type { Part } from "./block.ts";
import type { RawConfig } from "./families/config.ts";
import type { ModelShape, Storage } from "./model.ts";
import type { Component } from "./parameters.ts";

/** The bytes that a component takes in the file; null where the quantisation is not known. */
export function storedBytes({ storage }: ModelShape, { part, parameters }: Component): number | null {
  return storage === null ? null : (parameters * (storage.exceptions[part] ?? storage.bitsPerWeight)) / 8;
}

/** @returns null for a quantisation that is not known */
export function storageOf(config: RawConfig, text: RawConfig): Storage | null {
  const dtype = String(text.dtype ?? text.torch_dtype ?? config.dtype ?? config.torch_dtype ?? "bfloat16");
  const plainBits = dtype === "float32" ? 32 : 16;
  const plain: Storage = { bitsPerWeight: plainBits, exceptions: float32Parts };
  const quantization = objectOf(config.quantization_config) ?? objectOf(text.quantization_config);
  if (quantization === undefined) return plain;
  const fp4Experts = (quantization.expert_dtype ?? text.expert_dtype) === "fp4";
  switch (quantization.quant_method) {
    case "fp8":
      return fp8(quantization, plainBits, fp4Experts);
    case "mxfp4":
      return { bitsPerWeight: plainBits, exceptions: { ...float32Parts, "routed experts": mxfp4Bits } };
    case "compressed-tensors":
    case "modelopt":
      return grouped(quantization, plainBits);
    default:
      return null;
  }
}

/** 4 bits and one scale byte for 32 weights. */
const mxfp4Bits = 4.25;

const float32Parts = { "residual mixing": 32, "expert table": 64 } as const;

/** What stays unquantised in DeepSeek's FP8 checkpoints. */
const fp8Leaves: readonly Part[] = ["embedding", "output head", "norms", "router", "compressor"];
const visionParts: readonly Part[] = ["vision tower", "projector"];

/**
 * FP8 with one scale for a block of weights: 4 bytes (DeepSeek-V3), 1 byte where experts are FP4 as well (V4, V4.1). An
 * Engram row has one scale byte for 32 values.
 */
function fp8(quantization: RawConfig, plainBits: number, fp4Experts: boolean): Storage {
  const [rows, columns] = Array.isArray(quantization.weight_block_size) ? quantization.weight_block_size : [];
  const block = Number(rows) * Number(columns);
  const scaleBits = block > 0 ? (fp4Experts ? 8 : 32) / block : 0;
  const leaves = [...fp8Leaves, ...visionParts, ...(fp4Experts ? [] : ["multi-token projection" as const])];
  return {
    bitsPerWeight: 8 + scaleBits,
    exceptions: {
      ...float32Parts,
      ...allOf(leaves, plainBits),
      ...(fp4Experts && { "routed experts": mxfp4Bits }),
      "engram tables": 8.25,
    },
  };
}

/** Words by which lists of unquantised modules name a part. Routers, norms and embeddings are no linear layers. */
const moduleWords: Readonly<Partial<Record<Part, readonly string[]>>> = {
  attention: ["self_attn"],
  "linear attention": ["self_attn", "linear_attn"],
  "dense feed-forward": ["mlp.gate", "mlp.(gate", "mlp.up"],
  "shared experts": ["shared_expert"],
};

/** Groups of weights that share a scale: INT4 with 16-bit scales, MXFP4 and NVFP4 with 8-bit ones. */
function grouped(quantization: RawConfig, plainBits: number): Storage | null {
  const weights = objectOf(objectOf(objectOf(quantization.config_groups)?.group_0)?.weights);
  const bits = Number(weights?.num_bits);
  const groupSize = Number(weights?.group_size);
  if (!(bits > 0 && bits <= 16 && groupSize > 0)) return null;
  const quantizedBits = bits + (weights?.type === "float" ? 8 : 16) / groupSize;
  const listed = [quantization.ignore, quantization.exclude_modules].flat().filter((name) => typeof name === "string");
  const exceptions: Partial<Record<Part, number>> = { ...float32Parts, "routed experts": quantizedBits };
  // Lists hold patterns: they are searched for words and never run.
  for (const [part, words] of Object.entries(moduleWords) as [Part, readonly string[]][]) {
    const left = listed.some((name) => words.some((word) => name.replaceAll("\\", "").includes(word)));
    if (!left && listed.length > 0) exceptions[part] = quantizedBits;
  }
  return { bitsPerWeight: plainBits, exceptions };
}

const allOf = (parts: readonly Part[], bits: number) => Object.fromEntries(parts.map((part) => [part, bits]));

const objectOf = (value: unknown): RawConfig | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as RawConfig) : undefined;
