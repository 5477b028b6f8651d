/** What a plan's calls will take, before any is made. */
import { costCeiling, dearestInputUsdPerMtok, type Route } from "../routes/index.ts";
import { type Plan, type PlannedTrial, plannedCount, plannedTrials, requestFor, trialsIn } from "./plan.ts";
import { openingOf } from "./solver.ts";
import type { Cell } from "./trial.ts";
import { turnTokens } from "./turn-effort.ts";

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
  /** The same of each cell: where answers decide in some, the others are known. */
  readonly cells: readonly { readonly cell: Cell; readonly mostCostUsd: number | null }[];
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
    const { cells, contextTokens, effort } = plan.scenario;
    const parts = cells.map((cell) => partOf(cell, plan, route));
    const total = (of: (part: Part) => number) => parts.reduce((sum, part) => sum + of(part), 0);
    const calls = effort === undefined ? plannedCount({ ...plan, routes: [route] }) : total((part) => part.calls);
    const earlier = msPerCall(route.id);
    return {
      candidate: route.id,
      calls,
      inputTokens:
        effort === undefined
          ? cells.reduce((sum, cell) => sum + trialsIn(cell, plan, route) * contextTokens(cell), 0)
          : sumOf(parts.map(({ inputTokens }) => inputTokens)),
      mostOutputTokens: total((part) => part.mostOutputTokens),
      mostCostUsd: sumOf(parts.map(({ mostCostUsd }) => mostCostUsd)),
      cells: parts.map(({ cell, mostCostUsd }) => ({ cell, mostCostUsd })),
      minutes:
        earlier === null ? null : (calls * earlier + total(({ pauseMs }) => pauseMs)) / concurrency(route) / 60_000,
    };
  });
}

interface Part extends Pick<Estimate, "calls" | "inputTokens" | "mostOutputTokens" | "mostCostUsd"> {
  readonly cell: Cell;
  readonly pauseMs: number;
}

/** Every request is made, for no two need to be of one size; those of a cell in order differ in nothing that counts. */
function partOf(cell: Cell, plan: Plan, route: Route): Part {
  const isAlike = plan.scenario.isInOrder && plan.scenario.effort === undefined;
  const times = isAlike ? trialsIn(cell, plan, route) : plan.repeats;
  const asked = {
    ...plan,
    repeats: 1,
    limit: isAlike ? () => 1 : plan.limit,
    isAsked: (_: Route, one: Cell) => one === cell,
  };
  const sum: Mutable<Part> = {
    ...{ cell, calls: 0, inputTokens: 0, mostOutputTokens: 0, pauseMs: 0 },
    mostCostUsd: route.price === null ? null : 0,
  };
  for (const trial of plannedTrials(asked, route)) {
    const { calls, inputTokens, mostOutputTokens, mostCostUsd, pauseMs } = ofSample(trial, plan);
    sum.calls += times * calls;
    sum.inputTokens = sumOf([sum.inputTokens, inputTokens && times * inputTokens]);
    sum.mostOutputTokens += times * mostOutputTokens;
    sum.mostCostUsd = sumOf([sum.mostCostUsd, mostCostUsd && times * mostCostUsd]);
    sum.pauseMs += times * pauseMs;
  }
  return sum;
}

/** Asked once. */
function ofSample(trial: PlannedTrial, plan: Plan): Omit<Part, "cell"> {
  const { cell, sample, route } = trial;
  const { price } = route;
  const turn = openingOf(sample);
  const request = requestFor(trial, turn, plan);
  const answerTokens = request.maxTokens ?? 0;
  const effort = plan.scenario.effort?.(cell, sample, route) ?? null;
  if (effort === null)
    return {
      calls: 1,
      inputTokens: plan.scenario.effort === undefined ? null : turnTokens(turn),
      mostOutputTokens: answerTokens,
      mostCostUsd: price && costCeiling(request, price),
      pauseMs: 0,
    };
  const { calls, inputTokens, mostInputTokens, pauseMs } = effort;
  const mostOutputTokens = calls * answerTokens;
  const mostCostUsd =
    price === null || mostInputTokens === null
      ? null
      : (mostInputTokens * dearestInputUsdPerMtok(price) + mostOutputTokens * price.outputUsdPerMtok) / 1e6;
  return { calls, inputTokens, mostOutputTokens, mostCostUsd, pauseMs };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** Null where one is not known. */
const sumOf = (values: readonly (number | null)[]) =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
