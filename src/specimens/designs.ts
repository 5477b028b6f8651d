/**
 * The calibration specimens: models of one size that differ in their attention, with random weights. llama.cpp runs the
 * real code of each design on them, so cache sizes and the cost of context can be measured without any download.
 */
import type { Architecture } from "./architectures/architecture.ts";
import { deepseek2 } from "./architectures/deepseek2.ts";
import { deepseek4 } from "./architectures/deepseek4.ts";
import { deepseek32 } from "./architectures/deepseek32.ts";
import { gemma3 } from "./architectures/gemma3.ts";
import { kimiLinear } from "./architectures/kimi-linear.ts";
import { llama } from "./architectures/llama.ts";

export interface Design {
  readonly name: string;
  /** llama.cpp's name of the architecture. */
  readonly architecture: string;
  /** The attention design as the screens print it. */
  readonly attention: string;
  readonly summary: string;
  readonly build: (vocabularySize: number) => Architecture;
}

/**
 * Every attention dimension is a multiple of 64: below that llama.cpp's AVX-512 dot product of halves falls back to its
 * scalar tail and the timings would show that instead of the design.
 */
const size = { layers: 4, width: 256, heads: 8, feedForward: 512, contextTokens: 32_768 } as const;
export const contextTokens = size.contextTokens;
const headDim = 64;
const latent = { queryRank: 128, kvRank: 128, ropeDim: 64, plainDim: 64, valueDim: 64 } as const;
const indexer = { heads: 4, keyDim: 64, topK: 256 } as const;
const experts = { count: 8, used: 2, width: 128, shared: 1 } as const;
const sparse = { ...size, experts, leadingDenseLayers: 1 } as const;

export const designs: readonly Design[] = [
  {
    name: "mha",
    architecture: "llama",
    attention: "MHA",
    summary: "Multi-head attention: every head keeps its own keys and values",
    build: (vocabularySize) => llama({ ...size, vocabularySize, headDim, kvHeads: 8 }),
  },
  {
    name: "gqa",
    architecture: "llama",
    attention: "GQA",
    summary: "Grouped-query attention: four heads share keys and values",
    build: (vocabularySize) => llama({ ...size, vocabularySize, headDim, kvHeads: 2 }),
  },
  {
    name: "mqa",
    architecture: "llama",
    attention: "MQA",
    summary: "Multi-query attention: all heads share one set of keys and values",
    build: (vocabularySize) => llama({ ...size, vocabularySize, headDim, kvHeads: 1 }),
  },
  {
    name: "mla",
    architecture: "deepseek2",
    attention: "MLA",
    summary: "Multi-head latent attention: one latent and one rotated key for all heads, dense layers",
    build: (vocabularySize) => deepseek2({ ...size, vocabularySize, latent }),
  },
  {
    name: "mla-moe",
    architecture: "deepseek2",
    attention: "MLA",
    summary: "Multi-head latent attention with a mixture of experts, as in DeepSeek-V3",
    build: (vocabularySize) => deepseek2({ ...sparse, vocabularySize, latent }),
  },
  {
    name: "dsa",
    architecture: "deepseek32",
    attention: "DSA",
    summary: "Latent attention over the 256 tokens that an indexer picks, as in DeepSeek-V3.2",
    build: (vocabularySize) => deepseek32({ ...sparse, vocabularySize, latent, indexer }),
  },
  {
    name: "csa-hca",
    architecture: "deepseek4",
    attention: "CSA/HCA",
    summary: "A raw window and a compressed context, 4 or 128 tokens to an entry, as in DeepSeek-V4",
    build: (vocabularySize) =>
      deepseek4({
        ...size,
        vocabularySize,
        headDim,
        ropeDim: 32,
        queryRank: 128,
        output: { groups: 4, rank: 32 },
        windowTokens: 128,
        ratios: [0, 4, 128, 4],
        indexer,
        experts,
        tableRoutedLayers: 1,
        streams: 4,
      }),
  },
  {
    name: "kda",
    architecture: "kimi-linear",
    attention: "KDA + MLA",
    summary: "Three layers of linear attention with a fixed state to one of latent attention, as in Kimi Linear",
    build: (vocabularySize) =>
      kimiLinear({
        ...sparse,
        vocabularySize,
        latent: { ...latent, queryRank: null },
        latentLayers: [3],
        delta: { headDim: 64, convolution: 4 },
      }),
  },
  {
    name: "swa",
    architecture: "gemma3",
    attention: "sliding window",
    summary: "Three layers with a window of 256 tokens to one that reads everything, as in Gemma 3",
    build: (vocabularySize) => gemma3({ ...size, vocabularySize, headDim, kvHeads: 2, windowTokens: 256, pattern: 4 }),
  },
];
