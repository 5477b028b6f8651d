/**
 * Random small models of every cache family that the embedded engine runs. Where a dimension is not free, that is
 * llama.cpp's doing, and the reason stands beside it.
 */
import type { KvType } from "../../src/engine/index.ts";
import type { Architecture } from "../../src/specimens/architectures/architecture.ts";
import { deepseek2 } from "../../src/specimens/architectures/deepseek2.ts";
import { deepseek4 } from "../../src/specimens/architectures/deepseek4.ts";
import { deepseek32, type SparseModel } from "../../src/specimens/architectures/deepseek32.ts";
import { kimiLinear } from "../../src/specimens/architectures/kimi-linear.ts";
import type { GroupedDimensions } from "../../src/specimens/architectures/llama.ts";
import { specimenTokenizer } from "../../src/specimens/index.ts";
import { u32 } from "../../src/weights/index.ts";
import type { Draw } from "./draw.ts";
import { grouped } from "./grouped.ts";

/** A random model, to be run with a cache of this type. */
export type Family = (draw: Draw, kvType: KvType) => Architecture;

const { vocabularySize } = specimenTokenizer();

/** Two values turn together; a quantised row is whole blocks of 32. */
const grain = (kvType: KvType) => (kvType === "f16" ? 2 : 32);

const size = (draw: Draw) => ({
  vocabularySize,
  layers: draw.whole(1, 3),
  width: 8 * draw.whole(2, 12),
  heads: draw.whole(1, 6),
  feedForward: draw.whole(8, 64),
  contextTokens: 1_024,
});

function groupedSize(draw: Draw, kvType: KvType): GroupedDimensions {
  const heads = draw.whole(1, 6);
  const headDim = grain(kvType) * draw.whole(1, kvType === "f16" ? 48 : 3);
  return { ...size(draw), heads, kvHeads: draw.divisorOf(heads), headDim };
}

/** Heads share the width, which has no length of its own: `n_embd_head` of Qwen 2, Jamba and LFM 2. */
function wholeWidth(draw: Draw, kvType: KvType): GroupedDimensions {
  const dimensions = groupedSize(draw, kvType);
  return { ...dimensions, width: dimensions.heads * dimensions.headDim };
}

function experts(draw: Draw) {
  const count = draw.whole(1, 6);
  return { count, used: draw.whole(1, count), width: draw.whole(8, 40), shared: 0 };
}

/** Some layers with a window, some without: llama.cpp refuses to have none of the first. */
const windowKeys = (draw: Draw) => ({
  "attention.sliding_window": u32(draw.whole(1, 200)),
  "attention.sliding_window_pattern": u32(draw.pick([0, 2, 3])),
});

/** The value is the latent, so that has to be whole blocks by itself. */
const latent = (draw: Draw, kvType: KvType) => ({
  queryRank: draw.whole(4, 40),
  kvRank: grain(kvType) * draw.whole(1, kvType === "f16" ? 48 : 3),
  ropeDim: grain(kvType) * draw.whole(1, kvType === "f16" ? 16 : 2),
  plainDim: 2 * draw.whole(1, 24),
  valueDim: 2 * draw.whole(1, 24),
});

/** Turned by a Hadamard matrix: a power of two, at least 64. */
const indexer = (draw: Draw) => ({
  heads: draw.whole(1, 4),
  keyDim: draw.pick([64, 128]),
  topK: draw.whole(1, 300),
});

const sparse = (draw: Draw, layers: number) => ({
  experts: { ...experts(draw), shared: draw.whole(1, 2) },
  leadingDenseLayers: draw.whole(0, layers),
});

function sparseLatent(draw: Draw, kvType: KvType): SparseModel {
  const dimensions = size(draw);
  return { ...dimensions, ...sparse(draw, dimensions.layers), latent: latent(draw, kvType), indexer: indexer(draw) };
}

export const families: Readonly<Record<string, Family>> = {
  "llama: MHA, GQA, MQA": (draw, kvType) =>
    grouped({
      name: "llama",
      ...groupedSize(draw, kvType),
      tied: draw.yes(),
      qkvBias: draw.yes(),
      outputBias: draw.yes(),
    }),
  "llama: experts": (draw, kvType) =>
    grouped({ name: "llama", ...groupedSize(draw, kvType), feedForward: 24, experts: { ...experts(draw), width: 24 } }),
  qwen2: (draw, kvType) => grouped({ name: "qwen2", ...wholeWidth(draw, kvType), tied: draw.yes(), qkvBias: true }),
  qwen2moe: (draw, kvType) =>
    grouped({
      name: "qwen2moe",
      ...wholeWidth(draw, kvType),
      qkvBias: true,
      experts: { ...experts(draw), shared: draw.whole(8, 40), sharedGate: true },
    }),
  qwen3: (draw, kvType) => grouped({ name: "qwen3", ...groupedSize(draw, kvType), tied: draw.yes(), qkNorm: true }),
  qwen3moe: (draw, kvType) =>
    grouped({ name: "qwen3moe", ...groupedSize(draw, kvType), qkNorm: true, experts: experts(draw) }),
  "gemma2: windows": (draw, kvType) =>
    grouped({
      name: "gemma2",
      ...groupedSize(draw, kvType),
      keys: windowKeys(draw),
      tied: true,
      norms: ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"],
    }),
  "gemma3: windows": (draw, kvType) =>
    grouped({
      name: "gemma3",
      ...groupedSize(draw, kvType),
      keys: windowKeys(draw),
      tied: draw.yes(),
      qkNorm: true,
      norms: ["attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm"],
    }),
  "gpt-oss: windows and sinks": (draw, kvType) =>
    grouped({
      name: "gpt-oss",
      ...groupedSize(draw, kvType),
      keys: windowKeys(draw),
      norms: ["attn_norm", "post_attention_norm"],
      qkvBias: true,
      outputBias: true,
      sinks: true,
      experts: { ...experts(draw), bias: true },
    }),
  "llama4: chunks": (draw, kvType) => {
    const width = draw.whole(8, 40);
    const every = draw.whole(1, 2);
    return grouped({
      name: "llama4",
      ...groupedSize(draw, kvType),
      // Every fourth layer has no rotation, and llama.cpp fails where there is none.
      layers: draw.whole(4, 5),
      keys: { interleave_moe_layer_step: u32(every), "attention.sliding_window_pattern": u32(draw.whole(2, 4)) },
      experts: { ...experts(draw), width, shared: width, every },
    });
  },
  "deepseek2: MLA": (draw, kvType) => {
    const { queryRank, ...rest } = latent(draw, kvType);
    return deepseek2({ ...size(draw), latent: { ...rest, queryRank: draw.yes() ? queryRank : null } });
  },
  "deepseek2: MLA and experts": (draw, kvType) => {
    const dimensions = size(draw);
    return deepseek2({ ...dimensions, ...sparse(draw, dimensions.layers), latent: latent(draw, kvType) });
  },
  "deepseek32: MLA and an indexer": (draw, kvType) => deepseek32(sparseLatent(draw, kvType)),
  "deepseek4: CSA and HCA": (draw, kvType) => {
    const heads = draw.whole(1, 6);
    const headDim = grain(kvType) * draw.whole(kvType === "f16" ? 2 : 1, kvType === "f16" ? 48 : 3);
    // llama.cpp keeps a cache for each ratio and divides by its layers.
    const ratios = draw.shuffled([4, 128, ...Array.from({ length: draw.whole(0, 2) }, () => draw.pick([0, 4, 128]))]);
    const ownIndexer = indexer(draw);
    return deepseek4({
      ...size(draw),
      layers: ratios.length,
      heads,
      headDim,
      ropeDim: 2 * draw.whole(1, Math.min(headDim, ownIndexer.keyDim) / 2),
      queryRank: draw.whole(4, 40),
      output: { groups: draw.divisorOf(heads), rank: draw.whole(2, 20) },
      windowTokens: draw.whole(1, 200),
      ratios,
      indexer: ownIndexer,
      experts: { ...experts(draw), shared: draw.whole(1, 2) },
      tableRoutedLayers: draw.whole(0, ratios.length),
      // The only number that llama.cpp has code for.
      streams: 4,
    });
  },
  "kimi-linear: KDA and MLA": (draw, kvType) => {
    const layers = draw.whole(2, 4);
    return kimiLinear({
      ...size(draw),
      layers,
      ...sparse(draw, layers),
      latent: { ...latent(draw, kvType), queryRank: null },
      latentLayers: draw.someOf(layers),
      delta: { headDim: 8 * draw.whole(1, 12), convolution: draw.whole(2, 5) },
    });
  },
};
