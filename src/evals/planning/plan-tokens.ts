/** What a plan's prompts should take of a route, in tokens and in money, before any of them is sent. */
import { costOf, type Price, type Route } from "../../routes/index.ts";
import { type Plan, plannedTrials } from "../plan.ts";
import { type PrefixTree, PrefixTreeBuilder } from "./prefix-tree.ts";
import { blocksToFit, mostSteps, planPrompts } from "./prompt-plan.ts";
import { mostExact, promptsOf } from "./prompts.ts";
import { asGiven } from "./schedule.ts";
import { type Simulated, Simulation, simulated } from "./simulation.ts";
import { windowsOf } from "./windows.ts";

/** Of the opening prompts of all trials: what a solver asks afterwards is not known yet. */
export interface PlanTokens {
  readonly prompts: number;
  readonly inputTokens: number;
  /** What the prompts have together, each prefix that several share once: no cache lets a route evaluate less. */
  readonly lowerBoundTokens: number;
  /** Not read from the cache, in the plan's order, under the route's rule; null where no rule is known. */
  readonly expectedUncachedTokens: number | null;
  /** The same in the order in which the scenario gives its samples, none waiting for another. */
  readonly naiveUncachedTokens: number | null;
  /** Of the uncached tokens, those that the route writes to its cache; null where it reports none. */
  readonly expectedCacheWriteTokens: number | null;
  readonly naiveCacheWriteTokens: number | null;
  /** True where words stand for the route's own tokens: it makes more of them, by a tenth to a third in English. */
  readonly approximate: boolean;
}

/** USD of the prompts, without any answer; null where the price or the tokens are not known. */
export interface PlanInputCosts {
  readonly lowerBoundUsd: number | null;
  readonly expectedUsd: number | null;
  readonly naiveUsd: number | null;
}

/**
 * @param concurrency  calls at the same time on the route
 * @returns tokens under the route's cache rule, played through with calls of middling speed
 */
export async function planTokens(plan: Plan, route: Route, concurrency: number): Promise<PlanTokens> {
  return plan.scenario.isInOrder ? tokensInOrder(plan, route, concurrency) : tokensPlanned(plan, route, concurrency);
}

/** By `costOf`: a bucket without a price of its own is charged as uncached input. The bound is without any write. */
export function planInputCosts(tokens: PlanTokens, price: Price | null): PlanInputCosts {
  const usd = (uncachedTokens: number | null, cacheWriteTokens: number | null) => {
    if (uncachedTokens === null) return null;
    const { inputTokens } = tokens;
    const cacheReadTokens = inputTokens - uncachedTokens;
    const uncachedInputTokens = uncachedTokens - (cacheWriteTokens ?? 0);
    const usage = { inputTokens, uncachedInputTokens, cacheReadTokens, cacheWriteTokens };
    return costOf({ ...usage, outputTokens: 0, reasoningTokens: null, raw: null }, price);
  };
  return {
    lowerBoundUsd: usd(tokens.lowerBoundTokens, null),
    expectedUsd: usd(tokens.expectedUncachedTokens, tokens.expectedCacheWriteTokens),
    naiveUsd: usd(tokens.naiveUncachedTokens, tokens.naiveCacheWriteTokens),
  };
}

async function tokensPlanned(plan: Plan, route: Route, concurrency: number): Promise<PlanTokens> {
  const { cacheRule: rule } = route;
  const given = await promptsOf([...plannedTrials(plan, route)], route, plan);
  const { schedule, tree, prompts } = planPrompts(given, rule, concurrency);
  const play = (order: typeof schedule) => (rule === null ? null : simulated(order, prompts.of, rule, concurrency));
  return planTokensOf(tree, play(schedule), play(asGiven(prompts.count)), prompts.isExact);
}

/** Window by window, as the run goes, and again with larger blocks where the tree has become too large. */
async function tokensInOrder(plan: Plan, route: Route, concurrency: number): Promise<PlanTokens> {
  const { cacheRule: rule } = route;
  const exactly = route.tokenize !== null && !hasMore(plannedTrials(plan, route), mostExact);
  for (let blockTokens = 1; ; ) {
    const builder = new PrefixTreeBuilder(blockTokens);
    const planned = rule && new Simulation(rule, concurrency);
    const naive = rule && new Simulation(rule, concurrency);
    for await (const { trials, schedule } of windowsOf(plan, route, concurrency, () => false)) {
      const prompts = await promptsOf(trials, route, plan, exactly);
      for (let prompt = 0; prompt < prompts.count; prompt++) builder.add(prompts.of(prompt).tokens);
      if (builder.steps > mostSteps) break;
      planned?.play(schedule, prompts.of);
      naive?.play(asGiven(prompts.count), prompts.of);
    }
    if (builder.steps <= mostSteps)
      return planTokensOf(builder.build(), planned?.played ?? null, naive?.played ?? null, exactly);
    blockTokens = blocksToFit(2 * builder.steps, blockTokens);
  }
}

function planTokensOf(
  tree: PrefixTree,
  planned: Simulated | null,
  naive: Simulated | null,
  isExact: boolean,
): PlanTokens {
  return {
    prompts: tree.prompts,
    inputTokens: tree.promptTokens,
    lowerBoundTokens: Math.max(0, tree.tokens - tree.slackTokens),
    expectedUncachedTokens: planned?.evaluatedTokens ?? null,
    naiveUncachedTokens: naive?.evaluatedTokens ?? null,
    expectedCacheWriteTokens: planned?.cacheWriteTokens ?? null,
    naiveCacheWriteTokens: naive?.cacheWriteTokens ?? null,
    approximate: !isExact,
  };
}

function hasMore(items: Iterable<unknown>, count: number): boolean {
  let seen = 0;
  for (const _ of items) if (++seen > count) return true;
  return false;
}
