/**
 * The work of one token: two FLOPs for every weight it is multiplied with, and what reading its context takes.
 *
 * @see Kaplan et al. 2020, arXiv:2001.08361, §2.1
 */

import type { ContextWork } from "./block.ts";
import { anatomyOfBlock } from "./blocks/index.ts";
import type { ModelShape } from "./model.ts";
import { countParameters } from "./parameters.ts";
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
export const decodeFlops = (model: ModelShape, contextTokens: number): Flops =>
  flops(model, 1, (work) => entriesAt(work.span, contextTokens));

/** FLOPs of reading a prompt of `promptTokens` tokens, after `cachedTokens` that are in the cache already. */
export const prefillFlops = (model: ModelShape, promptTokens: number, cachedTokens = 0): Flops =>
  flops(
    model,
    promptTokens - cachedTokens,
    (work) => entriesUpTo(work.span, promptTokens) - entriesUpTo(work.span, cachedTokens),
  );

function flops(model: ModelShape, tokens: number, entries: (work: ContextWork) => number): Flops {
  const linear = 2 * countParameters(model).active.withoutInputEmbedding * tokens;
  const context = { scores: 0, index: 0, state: 0 };
  for (const { scope, block } of model.blocks) {
    if (scope !== "backbone") continue;
    for (const work of anatomyOfBlock(block).work) context[work.kind] += work.flopsPerEntry * entries(work);
  }
  return { linear, ...context, total: linear + context.scores + context.index + context.state };
}
