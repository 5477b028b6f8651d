/** The order of prompts that should make a route evaluate least, with what it should cost and what it would have cost. */
import type { CacheRule } from "../../routes/index.ts";
import { leads } from "./lead.ts";
import { type PrefixTree, PrefixTreeBuilder } from "./prefix-tree.ts";
import type { Prompts } from "./prompts.ts";
import { asGiven, type Schedule, sharingFirst } from "./schedule.ts";
import { type Simulated, simulated } from "./simulation.ts";

export interface PromptPlan {
  readonly schedule: Schedule;
  /** `tree.tokens` is the lower bound of what any cache makes the route evaluate. */
  readonly tree: PrefixTree;
  /** Under the route's cache rule, in the plan's order; null where no rule is known. */
  readonly planned: Simulated | null;
  /** The same in the order in which the prompts were given. */
  readonly naive: Simulated | null;
}

/** A tree of so many nodes takes some 200 MB. */
const mostNodes = 4_000_000;

export function planPrompts(prompts: Prompts, rule: CacheRule | null, concurrency: number): PromptPlan {
  const tree = treeOf(prompts);
  if (rule === null) return { schedule: sharingFirst(tree, leads[0]), tree, planned: null, naive: null };
  const play = (schedule: Schedule) => ({ schedule, played: simulated(schedule, prompts.of, rule, concurrency) });
  const tried = leads.map((lead) => play(sharingFirst(tree, lead)));
  const best = tried.reduce((least, one) => (one.played.evaluatedTokens < least.played.evaluatedTokens ? one : least));
  return { schedule: best.schedule, tree, planned: best.played, naive: play(asGiven(prompts.count)).played };
}

/** In blocks as large as it takes for the tree to fit, should no two prompts share anything. */
function treeOf(prompts: Prompts): PrefixTree {
  let tokens = 0;
  for (let prompt = 0; prompt < prompts.count; prompt++) tokens += prompts.of(prompt).tokens.length;
  const builder = new PrefixTreeBuilder(Math.max(1, 2 ** Math.ceil(Math.log2(tokens / mostNodes))));
  for (let prompt = 0; prompt < prompts.count; prompt++) builder.add(prompts.of(prompt).tokens);
  return builder.build();
}
