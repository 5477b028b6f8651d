/** What a plan takes of a route where a sample is not one call: calls, tokens, pauses, before anything is sent. */
import type { Route } from "../routes/index.ts";
import type { Plan } from "./plan.ts";
import type { Effort } from "./scenario.ts";
import { openingOf } from "./solver.ts";
import { turnEffort } from "./turn-effort.ts";

/** Null where every sample is one call. */
export function effortOf(plan: Plan, route: Route): Effort | null {
  const { effort, cells, samples } = plan.scenario;
  if (effort === undefined) return null;
  const once: Effort[] = [];
  for (const cell of cells) {
    let taken = 0;
    for (const sample of samples(cell)) {
      if (taken++ >= plan.limit(route)) break;
      once.push(effort(cell, sample, route) ?? turnEffort(openingOf(sample)));
    }
  }
  return effortTogether(Array.from({ length: plan.repeats }, () => effortTogether(once)));
}

export const effortTogether = (efforts: readonly Effort[]): Effort => ({
  calls: efforts.reduce((sum, { calls }) => sum + calls, 0),
  inputTokens: sumOf(efforts.map(({ inputTokens }) => inputTokens)),
  mostInputTokens: sumOf(efforts.map(({ mostInputTokens }) => mostInputTokens)),
  pauseMs: efforts.reduce((sum, { pauseMs }) => sum + pauseMs, 0),
});

/** Null where one is not known. */
const sumOf = (values: readonly (number | null)[]) =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
