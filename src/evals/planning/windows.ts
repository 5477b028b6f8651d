/** The trials of a route with the order in which they are asked, so many at a time as fit in memory. */
import type { Route } from "../../routes/index.ts";
import { type Plan, type PlannedTrial, plannedTrials } from "../plan.ts";
import { markedTrials } from "./cache-marks.ts";
import { leadUnder } from "./lead.ts";
import { planPrompts } from "./prompt-plan.ts";
import { promptsOf } from "./prompts.ts";
import { byDocument, type Schedule } from "./schedule.ts";

export interface Window {
  readonly trials: readonly PlannedTrial[];
  /** Places are those of `trials`. */
  readonly schedule: Schedule;
}

/** Of trials that come in order. */
const windowTrials = 1_024;

/** @param isDone  trials that an earlier part of the run has finished; the others are planned as if they were all */
export async function* windowsOf(
  plan: Plan,
  route: Route,
  concurrency: number,
  isDone: (trialId: string) => boolean,
): AsyncIterable<Window> {
  if (!plan.scenario.isInOrder) {
    const trials = [...plannedTrials(plan, route)].filter(({ id }) => !isDone(id));
    const prompts = await promptsOf(trials, route, plan);
    const { schedule } = planPrompts(prompts, route.cacheRule, concurrency);
    yield { trials: markedTrials(trials, schedule.order, route, plan), schedule };
    return;
  }
  const lead = leadUnder(route.cacheRule, concurrency);
  const window = (trials: readonly PlannedTrial[]): Window => {
    const schedule = byDocument(trials.map(documentOf), lead);
    return { trials: markedTrials(trials, schedule.order, route, plan), schedule };
  };
  let trials: PlannedTrial[] = [];
  for (const trial of plannedTrials(plan, route)) {
    if (isDone(trial.id)) continue;
    trials.push(trial);
    if (trials.length < windowTrials) continue;
    yield window(trials);
    trials = [];
  }
  if (trials.length > 0) yield window(trials);
}

const documentOf = ({ cell, sample }: PlannedTrial) => `${JSON.stringify(cell)} ${sample.document}`;
