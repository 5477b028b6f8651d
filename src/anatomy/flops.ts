/**
 * The work of one token: two FLOPs for every weight it is multiplied with, and what reading its context takes.
 *
 * @see Kaplan et al. 2020, arXiv:2001.08361, §2.1
 */

import { anatomyOfBlock } from "./blocks/index.ts";
import type { CacheFormat } from "./cache-format.ts";
import { requireTokens } from "./context.ts";
import type { ModelShape, PlacedBlock } from "./model.ts";
import { answeringScopes, headParameters, multiplied } from "./parameters.ts";
import { entriesAt, entriesUpTo } from "./span.ts";

export interface Flops {
  /** Multiplications with weights, the output head included and the look-up of embeddings not. */
  readonly linear: number;
  /** Queries against keys, weights against values. */
  readonly scores: number;
  /** An indexer's scores over the context. */
  readonly index: number;
  /** Updates of recurrent states. */
  readonly state: number;
  readonly total: number;
}

/** FLOPs of decoding one token when `contextTokens` tokens, its own included, are in the context. */
export function decodeFlops(model: ModelShape, contextTokens: number): Flops {
  requireTokens("contextTokens", contextTokens);
  const blocks = answering(model).map((placed) => ({
    linear: 2 * multiplied(placed),
    context: anatomyOfBlock(placed.block).work.map(({ kind, flopsPerEntry, span }) => ({
      kind,
      flops: flopsPerEntry * entriesAt(span, contextTokens),
    })),
  }));
  return total(blocks, 2 * headParameters(model));
}

/**
 * FLOPs of reading a prompt of `promptTokens` tokens, after `cachedTokens` that are in the cache already; only its last
 * token goes through the output head. Keys and values that MLA rebuilds are counted once a token.
 */
export function prefillFlops(model: ModelShape, promptTokens: number, cachedTokens = 0): Flops {
  requireTokens("promptTokens", promptTokens);
  requireTokens("cachedTokens", cachedTokens, promptTokens);
  const blocks = answering(model).map((placed) => {
    const tokens = Math.min(promptTokens - cachedTokens, placed.promptTokens ?? promptTokens);
    return {
      linear: 2 * multiplied(placed) * tokens,
      context: anatomyOfBlock(placed.block).work.map(({ kind, flopsPerEntry, promptFlopsPerEntry, span }) => ({
        kind,
        flops:
          (promptFlopsPerEntry ?? flopsPerEntry) *
          (entriesUpTo(span, promptTokens) - entriesUpTo(span, promptTokens - tokens)),
      })),
    };
  });
  return total(blocks, promptTokens > cachedTokens ? 2 * headParameters(model) : 0);
}

/**
 * FLOPs of training on one token of a sequence: a forward pass and a backward pass that costs twice as much. Every token
 * goes through every layer and the head.
 *
 *   6 · active(without input embedding) + 3 · Σ scores / sequenceTokens
 *
 * @see DeepSeek, "Insights into DeepSeek-V3", arXiv:2505.09343, Table 2, which counts causal attention as half
 */
export function trainingFlopsPerToken(model: ModelShape, sequenceTokens: number): number {
  requireTokens("sequenceTokens", sequenceTokens);
  const unsplit = { ...model, blocks: model.blocks.map(({ promptTokens: _, ...placed }) => placed) };
  const { total: forward } = prefillFlops(unsplit, sequenceTokens);
  const headOfOneToken = 2 * headParameters(model);
  return (3 * (forward - headOfOneToken)) / sequenceTokens + 3 * headOfOneToken;
}

/**
 * FLOPs as DeepSeek-V4 compares them: those of attention, in BF16, count twice; those of an indexer in the bits of its
 * keys (FP8 once, FP4 half); all others once.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, Figure 1
 */
export function fp8EquivalentFlops({ linear, scores, index, state }: Flops, format: CacheFormat): number {
  const { bits } = format.exceptions["index key"] ?? format.default;
  return linear + 2 * scores + (bits / 8) * index + 2 * state;
}

const answering = (model: ModelShape): PlacedBlock[] => model.blocks.filter(({ scope }) => answeringScopes.has(scope));

interface BlockFlops {
  readonly linear: number;
  readonly context: readonly { readonly kind: "scores" | "index" | "state"; readonly flops: number }[];
}

function total(blocks: readonly BlockFlops[], head: number): Flops {
  const sums = { linear: head, scores: 0, index: 0, state: 0 };
  for (const { linear, context } of blocks) {
    sums.linear += linear;
    for (const { kind, flops } of context) sums[kind] += flops;
  }
  return { ...sums, total: sums.linear + sums.scores + sums.index + sums.state };
}
