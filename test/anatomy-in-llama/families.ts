/**
 * Random small models of every cache family that the embedded engine runs. Where a dimension is not free, that is
 * llama.cpp's doing, and the reason stands beside it.
 */
import type { CacheStore } from "../../src/anatomy/index.ts";
import type { KvType } from "../../src/engine/index.ts";
import type { Architecture } from "../../src/specimens/architectures/architecture.ts";
import { deepseek2 } from "../../src/specimens/architectures/deepseek2.ts";
import { deepseek4 } from "../../src/specimens/architectures/deepseek4.ts";
import { deepseek32, type SparseModel } from "../../src/specimens/architectures/deepseek32.ts";
import { expertFeedForward, expertKeys, gating } from "../../src/specimens/architectures/experts.ts";
import { type DeltaModel, kimiLinear } from "../../src/specimens/architectures/kimi-linear.ts";
import type { GroupedDimensions } from "../../src/specimens/architectures/llama.ts";
import { constant, gain, matrix } from "../../src/specimens/architectures/tensors.ts";
import { specimenTokenizer } from "../../src/specimens/index.ts";
import { f32, i32s, u32 } from "../../src/weights/index.ts";
import type { Draw } from "./draw.ts";
import { attention, grouped } from "./grouped.ts";
import {
  gatedDeltaLayer,
  lightningLayer,
  mamba2Layer,
  mambaLayer,
  type StateDimensions,
  shortConvolutionLayer,
  stateKeys,
} from "./recurrent.ts";

import { glmDsa, kimiK3, unabsorbed, withPrediction } from "./variants.ts";

/** A model, and what llama.cpp caches of it that nothing reads. */
export interface FamilyModel extends Architecture {
  readonly unused?: readonly CacheStore[];
}

/** A random model, to be run with a cache of this type. */
export type Family = (draw: Draw, kvType: KvType) => FamilyModel;

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

function deltaModel(draw: Draw, kvType: KvType): DeltaModel {
  const layers = draw.whole(2, 4);
  return {
    ...size(draw),
    layers,
    ...sparse(draw, layers),
    latent: { ...latent(draw, kvType), queryRank: null },
    latentLayers: draw.someOf(layers),
    delta: { headDim: 8 * draw.whole(1, 12), convolution: draw.whole(2, 5) },
  };
}

/** Mamba of twice the width, the only one that llama.cpp runs. */
function stateOfChannels(draw: Draw, width: number): StateDimensions {
  const [state, convolution, steps] = [draw.whole(2, 24), draw.whole(2, 5), draw.whole(1, 8)];
  return { width, inner: 2 * width, state, convolution, steps, groups: 0 };
}

/** Heads share the inner size, groups the heads. @param inner  left out, any */
function stateOfHeads(draw: Draw, width: number, inner?: number): StateDimensions {
  const steps = inner === undefined ? draw.whole(1, 6) : draw.divisorOf(inner);
  return {
    width,
    inner: inner ?? steps * 4 * draw.whole(1, 8),
    state: draw.whole(2, 24),
    convolution: draw.whole(2, 5),
    steps,
    groups: draw.divisorOf(steps),
  };
}

/** Some layers, and not all, with attention; the others have no heads of keys and values. */
function alternating(draw: Draw, { kvHeads }: GroupedDimensions) {
  const layers = draw.whole(2, 4);
  const attentive = draw.someOf(layers);
  const hasAttention = (layer: number) => attentive.includes(layer);
  const perLayer = Array.from({ length: layers }, (_, layer) => (hasAttention(layer) ? kvHeads : 0));
  return { layers, hasAttention, keys: { "attention.head_count_kv": i32s(perLayer) } };
}

/** The first layers recurrent and every `interval`-th not, or as many of both as the layers allow. */
function gatedDelta(draw: Draw, kvType: KvType) {
  const dimensions = groupedSize(draw, kvType);
  const steps = draw.whole(1, 6);
  const state = 4 * draw.whole(1, 12);
  const [convolution, groups] = [draw.whole(2, 5), draw.divisorOf(steps)];
  const recurrent = { width: dimensions.width, inner: steps * state, state, convolution, steps, groups };
  const interval = draw.whole(2, 3);
  const gated = (layer: number) => {
    const { width, heads, headDim } = dimensions;
    const queries = `blk.${layer}.attn_q.weight`;
    const rest = attention(`blk.${layer}`, { name: "", ...dimensions, qkNorm: true });
    return [matrix(queries, [width, 2 * heads * headDim]), ...rest.filter(({ name }) => name !== queries)];
  };
  return {
    ...dimensions,
    layers: interval + draw.whole(0, 1),
    tied: draw.yes(),
    norms: ["attn_norm", "post_attention_norm"],
    recurrent,
    isRecurrent: (layer: number) => (layer + 1) % interval !== 0,
    gated,
    keys: { full_attention_interval: u32(interval), ...stateKeys(recurrent) },
  };
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
  "mistral3, smollm3": (draw, kvType) =>
    grouped({ name: draw.pick(["mistral3", "smollm3"]), ...groupedSize(draw, kvType), tied: draw.yes() }),
  "granite, granitemoe": (draw, kvType) => {
    const name = draw.pick(["granite", "granitemoe"]);
    const width = draw.whole(8, 40);
    return grouped({
      name,
      ...groupedSize(draw, kvType),
      feedForward: width,
      keys: { logit_scale: f32(1) },
      ...(name === "granitemoe" && { experts: { ...experts(draw), width, shared: draw.pick([0, 16]) } }),
    });
  },
  seed_oss: (draw, kvType) =>
    grouped({
      name: "seed_oss",
      ...groupedSize(draw, kvType),
      qkvBias: draw.yes(),
      norms: ["attn_norm", "post_attention_norm"],
    }),
  internlm2: (draw, kvType) => grouped({ name: "internlm2", ...wholeWidth(draw, kvType) }),
  "olmoe, minimax-m2": (draw, kvType) => {
    const name = draw.pick(["olmoe", "minimax-m2"]);
    const dimensions = wholeWidth(draw, kvType);
    const width = draw.whole(8, 40);
    return grouped({
      name,
      ...dimensions,
      // The gains on OLMoE's keys are as many as the width.
      kvHeads: name === "olmoe" ? dimensions.heads : dimensions.kvHeads,
      feedForward: width,
      keys: { expert_gating_func: u32(gating.sigmoid) },
      qkNorm: "per-head",
      experts: { ...experts(draw), width, choiceBias: name === "minimax-m2" },
    });
  },
  glm4moe: (draw, kvType) => {
    const expert = draw.whole(8, 40);
    return grouped({
      name: "glm4moe",
      ...groupedSize(draw, kvType),
      qkvBias: draw.yes(),
      qkNorm: draw.yes(),
      norms: ["attn_norm", "post_attention_norm"],
      keys: { expert_shared_count: u32(1), leading_dense_block_count: u32(0) },
      experts: { ...experts(draw), width: expert, shared: expert, choiceBias: true },
    });
  },
  "qwen2vl, qwen3vl, qwen3vlmoe": (draw, kvType) => {
    const name = draw.pick(["qwen2vl", "qwen3vl", "qwen3vlmoe"]);
    return grouped({
      name,
      ...wholeWidth(draw, kvType),
      keys: { "rope.dimension_sections": i32s([1, 0, 0, 0]) },
      qkvBias: name === "qwen2vl",
      qkNorm: name !== "qwen2vl",
      ...(name === "qwen3vlmoe" && { experts: experts(draw) }),
    });
  },
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
  "mimo2: windows in some layers": (draw, kvType) => {
    const dimensions = groupedSize(draw, kvType);
    const layers = draw.whole(2, 4);
    const local = draw.someOf(layers);
    const width = draw.whole(8, 40);
    return grouped({
      name: "mimo2",
      ...dimensions,
      layers,
      sinks: draw.yes(),
      keys: {
        expert_feed_forward_length: u32(width),
        "attention.sliding_window": u32(draw.whole(1, 200)),
        "attention.sliding_window_pattern": i32s(
          Array.from({ length: layers }, (_, layer) => (local.includes(layer) ? 1 : 0)),
        ),
      },
      ...(draw.yes() && { experts: { ...experts(draw), width, choiceBias: draw.yes() } }),
    });
  },
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
  "minimax-m3: blocks that an indexer picks": (draw, kvType) => {
    const dimensions = groupedSize(draw, kvType);
    // One head of the indexer for each of keys and values.
    const { width, layers, kvHeads: heads } = dimensions;
    const { keyDim } = indexer(draw);
    const { experts, leadingDenseLayers } = sparse(draw, layers - 1);
    const model = grouped({
      name: "minimax-m3",
      ...dimensions,
      qkNorm: true,
      keys: {
        ...expertKeys(experts, gating.sigmoid),
        leading_dense_block_count: u32(leadingDenseLayers),
        "rope.dimension_count": u32(2),
        "attention.indexer.head_count": u32(heads),
        "attention.indexer.key_length": u32(keyDim),
        "attention.indexer.top_k": u32(draw.whole(1, 8)),
        "attention.indexer.block_size": u32(draw.pick([16, 32, 64])),
        "attention.indexer.local_blocks": u32(1),
      },
      hasFeedForward: (layer) => layer < leadingDenseLayers,
      further: (layer) =>
        layer < leadingDenseLayers
          ? []
          : [
              ...expertFeedForward(`blk.${layer}`, width, experts),
              matrix(`blk.${layer}.indexer.q_proj.weight`, [width, heads * keyDim]),
              matrix(`blk.${layer}.indexer.k_proj.weight`, [width, keyDim]),
              gain(`blk.${layer}.indexer.q_norm`, keyDim),
              gain(`blk.${layer}.indexer.k_norm`, keyDim),
            ],
    });
    // The cache of index keys is one of keys and values, as long as a head's.
    const values = { elements: [{ role: "value", count: dimensions.headDim }], span: { kind: "all" } } as const;
    return { ...model, unused: Array.from({ length: layers - leadingDenseLayers }, () => values) };
  },
  "deepseek2: MLA": (draw, kvType) => {
    const { queryRank, ...rest } = latent(draw, kvType);
    return deepseek2({ ...size(draw), latent: { ...rest, queryRank: draw.yes() ? queryRank : null } });
  },
  "deepseek2: MLA and experts": (draw, kvType) => {
    const dimensions = size(draw);
    return deepseek2({ ...dimensions, ...sparse(draw, dimensions.layers), latent: latent(draw, kvType) });
  },
  "deepseek2: MLA, and a module that predicts": (draw, kvType) => {
    const dimensions = size(draw);
    const layers = dimensions.layers + 1;
    const model = { ...dimensions, layers, ...sparse(draw, layers), latent: latent(draw, kvType) };
    return withPrediction(deepseek2(model), model, { copies: draw.yes() });
  },
  "deepseek2: MLA of old files": (draw, kvType) => {
    const dims = () => grain(kvType) * draw.whole(1, kvType === "f16" ? 32 : 2);
    const ropeDim = dims();
    // A head's key is whole blocks by itself; llama.cpp wants some of it without rotation.
    return unabsorbed({
      ...size(draw),
      latent: { ...latent(draw, kvType), ropeDim, plainDim: dims(), valueDim: dims() },
    });
  },
  "glm-dsa: MLA and shared indexers": (draw, kvType) => {
    const model = sparseLatent(draw, kvType);
    const own = draw.someOf(model.layers + 1);
    return glmDsa(model, (layer) => layer === 0 || own.includes(layer));
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
  "kimi-linear: KDA and MLA": (draw, kvType) => kimiLinear(deltaModel(draw, kvType)),
  "kimi-k3: KDA and MLA": (draw, kvType) => kimiK3(deltaModel(draw, kvType), 2 * draw.whole(4, 16)),
  mamba: (draw) => {
    const dimensions = { ...size(draw), heads: 0, kvHeads: 0, headDim: 0 };
    const state = stateOfChannels(draw, dimensions.width);
    return grouped({
      name: "mamba",
      ...dimensions,
      tied: draw.yes(),
      keys: stateKeys(state),
      norms: ["attn_norm"],
      mixer: (layer) => mambaLayer(`blk.${layer}`, state),
      hasFeedForward: () => false,
    });
  },
  mamba2: (draw) => {
    const dimensions = { ...size(draw), heads: 0, kvHeads: 0, headDim: 0 };
    const state = stateOfHeads(draw, dimensions.width);
    return grouped({
      name: "mamba2",
      ...dimensions,
      tied: draw.yes(),
      keys: stateKeys(state),
      norms: ["attn_norm"],
      mixer: (layer) => mamba2Layer(`blk.${layer}`, state),
      hasFeedForward: () => false,
    });
  },
  "jamba: Mamba and attention": (draw, kvType) => {
    const model = { name: "jamba", ...wholeWidth(draw, kvType) };
    const { hasAttention, layers, keys } = alternating(draw, model);
    const state = stateOfChannels(draw, model.width);
    return grouped({
      ...model,
      layers,
      keys: { ...keys, ...stateKeys(state) },
      mixer: (layer) =>
        hasAttention(layer) ? attention(`blk.${layer}`, model) : mambaLayer(`blk.${layer}`, state, { norms: true }),
    });
  },
  "granitehybrid: Mamba-2 and attention": (draw, kvType) => {
    const model = { name: "granitehybrid", ...groupedSize(draw, kvType), outputBias: draw.yes() };
    const { hasAttention, layers, keys } = alternating(draw, model);
    const state = stateOfHeads(draw, model.width, 2 * model.width);
    return grouped({
      ...model,
      layers,
      keys: { ...keys, ...stateKeys(state) },
      mixer: (layer) => (hasAttention(layer) ? attention(`blk.${layer}`, model) : mamba2Layer(`blk.${layer}`, state)),
    });
  },
  "falcon-h1: Mamba-2 beside attention": (draw, kvType) => {
    const model = { name: "falcon-h1", ...groupedSize(draw, kvType) };
    const state = stateOfHeads(draw, model.width);
    const norm = draw.yes();
    return grouped({
      ...model,
      keys: stateKeys(state),
      norms: ["attn_norm"],
      mixer: (layer) => [
        ...mamba2Layer(`blk.${layer}`, state, { norm }),
        ...attention(`blk.${layer}`, model),
        constant(`blk.${layer}.ffn_norm`, [model.width], 1),
      ],
    });
  },
  "qwen3next: Gated DeltaNet and attention": (draw, kvType) => {
    const { recurrent, isRecurrent, gated, ...model } = gatedDelta(draw, kvType);
    return grouped({
      name: "qwen3next",
      ...model,
      experts: { ...experts(draw), shared: draw.whole(8, 40), sharedGate: true },
      mixer: (layer) => (isRecurrent(layer) ? gatedDeltaLayer(`blk.${layer}`, recurrent) : gated(layer)),
    });
  },
  "qwen35: Gated DeltaNet and attention": (draw, kvType) => {
    const { recurrent, isRecurrent, gated, ...model } = gatedDelta(draw, kvType);
    return grouped({
      name: "qwen35",
      ...model,
      keys: { ...model.keys, "rope.dimension_sections": i32s([1, 0, 0, 0]) },
      mixer: (layer) =>
        isRecurrent(layer) ? gatedDeltaLayer(`blk.${layer}`, recurrent, { oneProjection: false }) : gated(layer),
    });
  },
  "qwen35moe: Gated DeltaNet and attention": (draw, kvType) => {
    const { recurrent, isRecurrent, gated, ...model } = gatedDelta(draw, kvType);
    return grouped({
      name: "qwen35moe",
      ...model,
      keys: { ...model.keys, "rope.dimension_sections": i32s([1, 0, 0, 0]) },
      experts: { ...experts(draw), shared: draw.whole(8, 40), sharedGate: true },
      mixer: (layer) =>
        isRecurrent(layer) ? gatedDeltaLayer(`blk.${layer}`, recurrent, { oneProjection: false }) : gated(layer),
    });
  },
  "minimax-01: lightning attention and attention": (draw, kvType) => {
    const model = { name: "minimax-01", ...groupedSize(draw, kvType) };
    const interval = draw.whole(2, 3);
    const width = draw.whole(8, 40);
    return grouped({
      ...model,
      layers: interval + draw.whole(0, 1),
      feedForward: width,
      keys: { full_attention_interval: u32(interval), residual_scale: f32(1) },
      experts: { ...experts(draw), width },
      mixer: (layer) =>
        (layer + 1) % interval === 0
          ? attention(`blk.${layer}`, model)
          : lightningLayer(`blk.${layer}`, model.width, model.heads * model.headDim),
    });
  },
  "nemotron_h: Mamba-2, attention or a network in a layer": (draw, kvType) => {
    const model = { name: "nemotron_h", ...groupedSize(draw, kvType) };
    const kinds = draw.shuffled(["state", "attention", ...Array.from({ length: draw.whole(0, 2) }, () => "network")]);
    const state = stateOfHeads(draw, model.width);
    const ofKind = (kind: string, value: number) => i32s(kinds.map((one) => (one === kind ? value : 0)));
    return grouped({
      ...model,
      layers: kinds.length,
      norms: ["attn_norm"],
      keys: {
        ...stateKeys(state),
        "attention.layer_norm_epsilon": f32(1e-6),
        "attention.head_count_kv": ofKind("attention", model.kvHeads),
        feed_forward_length: ofKind("network", model.feedForward),
      },
      hasFeedForward: () => false,
      mixer: (layer) => {
        const block = `blk.${layer}`;
        if (kinds[layer] === "attention") return attention(block, model);
        if (kinds[layer] === "state") return mamba2Layer(block, state);
        return [
          matrix(`${block}.ffn_up.weight`, [model.width, model.feedForward]),
          matrix(`${block}.ffn_down.weight`, [model.feedForward, model.width]),
        ];
      },
    });
  },
  "lfm2: short convolutions and attention": (draw, kvType) => {
    const model = { name: "lfm2", ...wholeWidth(draw, kvType), qkNorm: true };
    const { hasAttention, layers, keys } = alternating(draw, model);
    const tokens = draw.whole(2, 5);
    return grouped({
      ...model,
      layers,
      tied: draw.yes(),
      lastNorm: "token_embd_norm",
      keys: {
        ...keys,
        "shortconv.l_cache": u32(tokens),
        ...(draw.yes() && { "attention.sliding_window": u32(draw.whole(1, 200)) }),
      },
      mixer: (layer) =>
        hasAttention(layer)
          ? attention(`blk.${layer}`, model)
          : shortConvolutionLayer(`blk.${layer}`, model.width, tokens),
    });
  },
};
