/** What a plan's calls will take, before any is made. */
import { costCeiling, dearestInputUsdPerMtok, type Price, type Route } from "../routes/index.ts";
import { effortOf } from "./effort.ts";
import { type Plan, plannedCount, plannedTrials, requestFor, trialsIn } from "./plan.ts";
import type { Effort } from "./scenario.ts";
import { openingOf } from "./solver.ts";

export interface Estimate {
  readonly candidate: string;
  /** At most, where answers decide how many. */
  readonly calls: number;
  /** Prompt tokens as the scenario asks for them; the vendor's tokenizer will count otherwise. Null where answers decide. */
  readonly inputTokens: number | null;
  /** If every answer used all it may. */
  readonly mostOutputTokens: number;
  /** Without retries and judges, no run of this plan costs more, USD; null where the price is unknown, or where answers decide. */
  readonly mostCostUsd: number | null;
  /** From earlier calls to this route; null where there were none. */
  readonly minutes: number | null;
}

/**
 * @param concurrency calls at the same time on a route
 * @param msPerCall mean E2E of earlier calls to a candidate, or null
 */
export function estimate(
  plan: Plan,
  concurrency: (route: Route) => number,
  msPerCall: (candidate: string) => number | null,
): Estimate[] {
  return plan.routes.map((route) => {
    const effort = effortOf(plan, route);
    const earlier = msPerCall(route.id);
    if (effort !== null) return estimateOf(effort, plan, route, { earlier, atOnce: concurrency(route) });
    const { cells, contextTokens } = plan.scenario;
    const calls = plannedCount({ ...plan, routes: [route] });
    return {
      candidate: route.id,
      calls,
      inputTokens: cells.reduce((sum, cell) => sum + trialsIn(cell, plan, route) * contextTokens(cell), 0),
      ...mostOf(plan, route),
      minutes: earlier === null ? null : (calls * earlier) / concurrency(route) / 60_000,
    };
  });
}

function estimateOf(
  { calls, inputTokens, mostInputTokens, pauseMs }: Effort,
  plan: Plan,
  { id, price, maxOutputTokens }: Route,
  { earlier, atOnce }: { readonly earlier: number | null; readonly atOnce: number },
): Estimate {
  const mostOutputTokens = calls * (plan.maxTokens ?? maxOutputTokens);
  return {
    candidate: id,
    calls,
    inputTokens,
    mostOutputTokens,
    mostCostUsd:
      price === null || mostInputTokens === null
        ? null
        : (mostInputTokens * dearestInputUsdPerMtok(price) + mostOutputTokens * price.outputUsdPerMtok) / 1e6,
    minutes: earlier === null ? null : (calls * earlier + pauseMs) / atOnce / 60_000,
  };
}

/** Every request is made, for no two need to be of one size; those of a cell in order differ in nothing that counts. */
function mostOf(plan: Plan, route: Route): Pick<Estimate, "mostOutputTokens" | "mostCostUsd"> {
  const { price } = route;
  const { cells, isInOrder } = plan.scenario;
  if (!isInOrder) return sumOf(plan, route, price, 1);
  const parts = cells.map((cell) =>
    sumOf(
      { ...plan, limit: () => 1, repeats: 1, isAsked: (_, asked) => asked === cell },
      route,
      price,
      trialsIn(cell, plan, route),
    ),
  );
  return {
    mostOutputTokens: parts.reduce((sum, part) => sum + part.mostOutputTokens, 0),
    mostCostUsd: price === null ? null : parts.reduce((sum, part) => sum + part.mostCostUsd!, 0),
  };
}

function sumOf(plan: Plan, route: Route, price: Price | null, times: number) {
  let mostOutputTokens = 0;
  let mostCostUsd = 0;
  for (const trial of plannedTrials(plan, route)) {
    const request = requestFor(trial, openingOf(trial.sample), plan);
    mostOutputTokens += times * (request.maxTokens ?? 0);
    if (price !== null) mostCostUsd += times * costCeiling(request, price);
  }
  return { mostOutputTokens, mostCostUsd: price === null ? null : mostCostUsd };
}
