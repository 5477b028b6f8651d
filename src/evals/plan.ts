/** What a run is going to do, before it does it: every trial by name, and its requests. */
import type { Route } from "../routes/index.ts";
import type { CallRequest } from "../wire/index.ts";
import { endOf, type PromptPlace, withMarks } from "./planning/cache-marks.ts";
import type { Sample, Scenario } from "./scenario.ts";
import type { Turn } from "./solver.ts";
import type { Cell } from "./trial.ts";

export interface PlannedTrial {
  readonly id: string;
  readonly route: Route;
  readonly cell: Cell;
  readonly sample: Sample;
  /** Which asking of the sample it is, from 0. */
  readonly repeat: number;
  /** Where the vendor is told that prefixes end which other trials share; left out where it takes no marks. */
  readonly marks?: readonly PromptPlace[];
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
        yield { id: trialId(route, cell, sample, repeat), route, cell, sample, repeat };
    }
  }
}

export function plannedCount(plan: Plan): number {
  return plan.routes.reduce(
    (sum, route) => plan.scenario.cells.reduce((trials, cell) => trials + trialsIn(cell, plan, route), sum),
    0,
  );
}

export const trialsIn = (cell: Cell, { scenario, repeats, limit }: Plan, route: Route) =>
  Math.min(limit(route), scenario.sampleCount(cell)) * repeats;

export function cellName(cell: Cell): string {
  return Object.entries(cell)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** What the ids of a route's trials begin with. */
export const trialsPrefix = ({ id }: Pick<Route, "id">) => `${id} | `;

function trialId(route: Route, cell: Cell, sample: Sample, repeat: number): string {
  return `${trialsPrefix(route)}${cellName(cell)} | ${sample.id}${repeat === 0 ? "" : ` | repeat ${repeat + 1}`}`;
}

/** A turn as a request. Always streamed: without a stream there is no TTFT. */
export function requestFor({ route, sample, marks = [] }: PlannedTrial, turn: Turn, plan: Plan): CallRequest {
  const { goesOn, ...asked } = turn;
  const { messages } = asked;
  const isMarked = route.cacheRule?.takesMarks === true || route.endpoint.protocol === "anthropic-messages";
  return {
    model: route.model,
    ...asked,
    ...(isMarked && { messages: withMarks(messages, goesOn ? [...marks, endOf(messages)] : marks) }),
    stream: true,
    maxTokens: plan.maxTokens ?? route.maxOutputTokens,
    ...(plan.temperature !== null && { temperature: plan.temperature }),
    seed: plan.seed,
    ...sample.settings,
  };
}
