/** The order of prompts that should make a route evaluate least. */
import type { CacheRule } from "../../routes/index.ts";
import { type PrefixTree, PrefixTreeBuilder } from "./prefix-tree.ts";
import type { Prompts } from "./prompts.ts";
import { type Schedule, sharingFirst, startOf, type Waiting } from "./schedule.ts";
import { simulated } from "./simulation.ts";

export interface PromptPlan {
  readonly schedule: Schedule;
  /** `tree.tokens` is the lower bound of what any cache makes the route evaluate. */
  readonly tree: PrefixTree;
  /** The same prompts with their marks, made anew at less cost than at first. */
  readonly prompts: Prompts;
}

/** Of four bytes each. */
export const mostSteps = 2 ** 24;

const all = Number.POSITIVE_INFINITY;

/**
 * From the one that keeps most calls going to the one that keeps fewest. Where a cache holds one prompt in each of several
 * slots, the prompts about one document are a chain that stays in its slot; with the last, documents that begin alike are
 * one chain.
 */
const waitings: readonly [Waiting, ...(Waiting & { readonly worthLess: number })[]] = [
  { lead: 1, worthShare: 0.1 },
  // To be chosen, it has to evaluate less than those before it by this share.
  { lead: 2, worthShare: 0.1, worthLess: 0.01 },
  { lead: all, worthShare: 0.6, worthLess: 0.03 },
  { lead: all, worthShare: 0.1, worthLess: 0.1 },
];

/** How many prompts, in the order of the plan, are played through to choose how far they wait. */
const triedPrompts = 4_096;

/** @param most  steps that the tree may have */
export function planPrompts(
  prompts: Prompts,
  rule: CacheRule | null,
  concurrency: number,
  most = mostSteps,
): PromptPlan {
  const tree = treeOf(prompts, most);
  const { tokensOf } = tree;
  const made = prompts.marked?.(tree.order) ?? prompts;
  const again = tokensOf === null || prompts.isExact ? made : { ...made, of: madeAnew(made, tokensOf) };
  const waiting = waitingFor(tree, again, rule, concurrency);
  return { schedule: sharingFirst(tree, waiting), tree, prompts: again };
}

/** Marks and boundaries are kept, and tokens are not: they are most of a prompt. */
function madeAnew({ of, marked }: Prompts, tokensOf: (prompt: number) => Int32Array): Prompts["of"] {
  if (marked === undefined) return (prompt) => ({ tokens: tokensOf(prompt) });
  const boundaries: Omit<ReturnType<Prompts["of"]>, "tokens">[] = [];
  return (prompt) => {
    if (boundaries[prompt] === undefined) {
      const { tokens: _tokens, ...rest } = of(prompt);
      boundaries[prompt] = rest;
    }
    return { ...boundaries[prompt], tokens: tokensOf(prompt) };
  };
}

/** One call at a time, all of them are the same order. */
function waitingFor(tree: PrefixTree, prompts: Prompts, rule: CacheRule | null, concurrency: number): Waiting {
  let [best, ...others] = waitings;
  if (rule === null || concurrency === 1) return best;
  const evaluated = (waiting: Waiting) =>
    simulated(startOf(sharingFirst(tree, waiting), triedPrompts), prompts.of, rule, concurrency).evaluatedTokens;
  let least = evaluated(best);
  for (const other of others) {
    const tokens = evaluated(other);
    if (tokens >= (1 - other.worthLess) * least) continue;
    best = other;
    least = tokens;
  }
  return best;
}

/** In blocks as large as it takes for the tree to fit. */
function treeOf(prompts: Prompts, most: number): PrefixTree {
  for (let blockTokens = 1; ; ) {
    const builder = new PrefixTreeBuilder(blockTokens);
    let added = 0;
    while (added < prompts.count && builder.steps <= most) builder.add(prompts.of(added++).tokens);
    if (builder.steps <= most) return builder.build();
    blockTokens = blocksToFit(builder.steps * (prompts.count / added), blockTokens, most);
  }
}

/** @param steps  that the whole tree would have, with blocks of `blockTokens` */
export const blocksToFit = (steps: number, blockTokens: number, most = mostSteps) =>
  blockTokens * 2 ** Math.max(1, Math.ceil(Math.log2((1.2 * steps) / most)));
