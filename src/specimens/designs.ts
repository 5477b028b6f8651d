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
import {
  compressedKvCache,
  deltaKvCache,
  groupedKvCache,
  type KvCacheOf,
  latentKvCache,
  slidingKvCache,
  sparseKvCache,
} from "./kv-cache.ts";

export interface Design {
  readonly name: string;
  /** llama.cpp's name of the architecture. */
  readonly architecture: string;
  /** The attention design as the screens print it. */
  readonly attention: string;
  readonly summary: string;
  readonly kvCacheFormula: KvCacheOf;
  readonly build: (vocabularySize: number) => Architecture;
}

export const designs: readonly Design[] = [
  {
    name: "mha",
    architecture: "llama",
    attention: "MHA",
    summary: "Multi-head attention: every head keeps its own keys and values",
    kvCacheFormula: groupedKvCache(8, "Vaswani et al. 2017, arXiv:1706.03762, §3.2.2"),
    build: (vocabularySize) => llama(vocabularySize, { kvHeads: 8 }),
  },
  {
    name: "gqa",
    architecture: "llama",
    attention: "GQA",
    summary: "Grouped-query attention: four heads share keys and values",
    kvCacheFormula: groupedKvCache(2, "Ainslie et al. 2023, arXiv:2305.13245, §2.2"),
    build: (vocabularySize) => llama(vocabularySize, { kvHeads: 2 }),
  },
  {
    name: "mqa",
    architecture: "llama",
    attention: "MQA",
    summary: "Multi-query attention: all heads share one set of keys and values",
    kvCacheFormula: groupedKvCache(1, "Shazeer 2019, arXiv:1911.02150, §3"),
    build: (vocabularySize) => llama(vocabularySize, { kvHeads: 1 }),
  },
  {
    name: "mla",
    architecture: "deepseek2",
    attention: "MLA",
    summary: "Multi-head latent attention: one latent and one rotated key for all heads, dense layers",
    kvCacheFormula: latentKvCache,
    build: (vocabularySize) => deepseek2(vocabularySize, { withExperts: false }),
  },
  {
    name: "mla-moe",
    architecture: "deepseek2",
    attention: "MLA",
    summary: "Multi-head latent attention with a mixture of experts, as in DeepSeek-V3",
    kvCacheFormula: latentKvCache,
    build: (vocabularySize) => deepseek2(vocabularySize, { withExperts: true }),
  },
  {
    name: "dsa",
    architecture: "deepseek32",
    attention: "DSA",
    summary: "Latent attention over the 256 tokens that an indexer picks, as in DeepSeek-V3.2",
    kvCacheFormula: sparseKvCache,
    build: deepseek32,
  },
  {
    name: "csa-hca",
    architecture: "deepseek4",
    attention: "CSA/HCA",
    summary: "A raw window and a compressed context, 4 or 128 tokens to an entry, as in DeepSeek-V4",
    kvCacheFormula: compressedKvCache,
    build: deepseek4,
  },
  {
    name: "kda",
    architecture: "kimi-linear",
    attention: "KDA + MLA",
    summary: "Three layers of linear attention with a fixed state to one of latent attention, as in Kimi Linear",
    kvCacheFormula: deltaKvCache,
    build: kimiLinear,
  },
  {
    name: "swa",
    architecture: "gemma3",
    attention: "sliding window",
    summary: "Three layers with a window of 256 tokens to one that reads everything, as in Gemma 3",
    kvCacheFormula: slidingKvCache,
    build: gemma3,
  },
];
