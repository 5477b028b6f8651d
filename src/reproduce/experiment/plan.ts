/** Which trials an experiment has, given those that are done: tuning first, then each seed at the rate that won. */

import type { Arm, Form, Measure } from "./protocol.ts";
import { measures } from "./protocol.ts";
import type { TrialPlan, TrialRecord } from "./trial-record.ts";

/** What a rate is chosen by. */
const tunedBy = ({ training }: Arm): Measure => (training.task === "language" ? "heldOutLoss" : "recall");

export const keyOf = ({ arm, phase, rate, seed }: TrialPlan) => `${arm}|${phase}|${rate}|${seed}`;

/** Trials that can start now, in order. More may follow when tuning is done. */
export function openTrials(form: Form, records: readonly TrialRecord[]): TrialPlan[] {
  const done = new Set(records.map(keyOf));
  return form.arms.flatMap((arm) => trialsOf(form, arm, records)).filter((plan) => !done.has(keyOf(plan)));
}

/** Trials of the whole experiment. */
export const trialCount = ({ arms, seeds }: Form): number =>
  arms.reduce((sum, arm) => sum + tuningRates(arm).length + seeds.length, 0);

/** Rates that the arm tries itself; one alone needs no trying. */
const tuningRates = ({ rates }: Arm): readonly number[] => ("as" in rates || rates.length === 1 ? [] : rates);

function trialsOf(form: Form, arm: Arm, records: readonly TrialRecord[]): TrialPlan[] {
  const tuning = tuningRates(arm).map(
    (rate): TrialPlan => ({ arm: arm.name, phase: "tuning", rate, seed: form.tuningSeed }),
  );
  const rate = chosenRate(form, arm, records);
  if (rate === null) return tuning;
  return [...tuning, ...form.seeds.map((seed): TrialPlan => ({ arm: arm.name, phase: "final", rate, seed }))];
}

/** The rate that did best in tuning; `null` until all have been tried. */
export function chosenRate(form: Form, arm: Arm, records: readonly TrialRecord[]): number | null {
  const { rates } = arm;
  if ("as" in rates) {
    const other = form.arms.find(({ name }) => name === rates.as);
    if (other === undefined) throw new RangeError(`${arm.name} takes its rate from ${rates.as}, which is no arm`);
    return chosenRate(form, other, records);
  }
  if (rates.length === 1) return rates[0]!;
  const measure = tunedBy(arm);
  const tried = rates.flatMap((rate) => {
    const found = records.find(
      (record) => record.arm === arm.name && record.phase === "tuning" && record.rate === rate,
    );
    return found === undefined ? [] : [{ rate, value: found.measures[measure] ?? null }];
  });
  if (tried.length < rates.length) return null;
  const sign = measures[measure].better === "lower" ? 1 : -1;
  // A training that diverged has no value, and never wins.
  const costOf = (value: number | null) => (value === null ? Number.POSITIVE_INFINITY : sign * value);
  return tried.reduce((best, one) => (costOf(one.value) < costOf(best.value) ? one : best)).rate;
}

/** The trials that count: of each arm, those at its chosen rate. */
export function countingTrials(form: Form, records: readonly TrialRecord[]): TrialRecord[] {
  const rates = new Map(form.arms.map((arm) => [arm.name, chosenRate(form, arm, records)]));
  return records.filter(({ arm, phase, rate }) => phase === "final" && rate === rates.get(arm));
}

/** Whether the best rate is the first or last of those tried, so that a better one may lie beyond. */
export function isAtEnd({ rates }: Arm, rate: number | null): boolean {
  return !("as" in rates) && rates.length > 1 && (rate === Math.min(...rates) || rate === Math.max(...rates));
}
