/** What a run is going to do, before it does it: every trial by name, and what the calls will take. */
import { costCeiling, type Route } from "../routes/index.ts";
import type { CallRequest } from "../wire/index.ts";
import type { Sample, Scenario } from "./scenario.ts";
import type { Turn } from "./solver.ts";
import type { Cell } from "./trial.ts";

export interface PlannedTrial {
  readonly id: string;
  readonly route: Route;
  readonly cell: Cell;
  readonly sample: Sample;
}

export interface Plan {
  readonly scenario: Scenario;
  readonly routes: readonly Route[];
  /** How often each sample is asked. */
  readonly repeats: number;
  /** At most so many samples a cell are asked of a route; `Infinity` for all. */
  readonly limit: (route: Route) => number;
  /** False for a cell that a route is not asked in; left out, all are. */
  readonly isAsked?: (route: Route, cell: Cell) => boolean;
  /** Where a sample does not say; null to leave it to the vendor. */
  readonly temperature: number | null;
  readonly seed: number;
  /** Overrides what each route allows; null for the routes' own. */
  readonly maxTokens: number | null;
}

/** The trials of one route in running order: cell by cell, and within a cell document by document. */
export function* plannedTrials(plan: Plan, route: Route): Generator<PlannedTrial> {
  const { scenario, repeats, limit, isAsked = () => true } = plan;
  for (const cell of scenario.cells) {
    if (!isAsked(route, cell)) continue;
    let taken = 0;
    for (const sample of scenario.samples(cell)) {
      if (taken++ >= limit(route)) break;
      for (let repeat = 0; repeat < repeats; repeat++)
        yield { id: trialId(route, cell, sample, repeat), route, cell, sample };
    }
  }
}

export function plannedCount(plan: Plan): number {
  return plan.routes.reduce((sum, route) => sum + plan.scenario.cells.length * trialsPerCell(plan, route), 0);
}

const trialsPerCell = ({ scenario, repeats, limit }: Plan, route: Route) =>
  Math.min(limit(route), scenario.samplesPerCell) * repeats;

export function cellName(cell: Cell): string {
  return Object.entries(cell)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function trialId(route: Route, cell: Cell, sample: Sample, repeat: number): string {
  return `${route.id} | ${cellName(cell)} | ${sample.id}${repeat === 0 ? "" : ` | repeat ${repeat + 1}`}`;
}

/** A turn as a request. Always streamed: without a stream there is no TTFT. */
export function requestFor({ route, sample }: PlannedTrial, turn: Turn, plan: Plan): CallRequest {
  return {
    model: route.model,
    ...turn,
    stream: true,
    maxTokens: plan.maxTokens ?? route.maxOutputTokens,
    ...(plan.temperature !== null && { temperature: plan.temperature }),
    seed: plan.seed,
    ...sample.settings,
  };
}

export interface Estimate {
  readonly candidate: string;
  readonly calls: number;
  /** Prompt tokens as the scenario asks for them; the vendor's tokenizer will count otherwise. */
  readonly inputTokens: number;
  /** If every answer used all it may. */
  readonly mostOutputTokens: number;
  /** No run of this plan costs more without retries, USD; null where the price is unknown. */
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
    const samples = trialsPerCell(plan, route);
    const calls = samples * plan.scenario.cells.length;
    const maxTokens = plan.maxTokens ?? route.maxOutputTokens;
    const earlier = msPerCall(route.id);
    const mostCost = (price: NonNullable<Route["price"]>) =>
      plan.scenario.cells.reduce(
        (sum, cell) => sum + samples * costCeiling(firstBodyBytes(plan, cell), maxTokens, price),
        0,
      );
    return {
      candidate: route.id,
      calls,
      inputTokens: plan.scenario.cells.reduce((sum, cell) => sum + samples * plan.scenario.contextTokens(cell), 0),
      mostOutputTokens: calls * maxTokens,
      mostCostUsd: route.price === null ? null : mostCost(route.price),
      minutes: earlier === null ? null : (calls * earlier) / concurrency(route) / 60_000,
    };
  });
}

function firstBodyBytes(plan: Plan, cell: Cell): number {
  for (const sample of plan.scenario.samples(cell)) return Buffer.byteLength(JSON.stringify(sample.messages)) + 512;
  return 0;
}
