/** The figures of each arm over its seeds, for tables and plots. */
import { type MeanEstimate, mean, meanEstimate } from "../../stats/index.ts";
import { chosenRate, countingTrials, isAtEnd } from "./plan.ts";
import type { Arm, Form, Measure } from "./protocol.ts";
import { hasDiverged, type TrialRecord } from "./trial-record.ts";

export interface ArmSummary {
  readonly arm: Arm;
  /** The rate of its trials, and what was tried with what result; `null` before tuning is done. */
  readonly rate: number | null;
  /** A better rate may lie beyond those tried. */
  readonly isAtEnd: boolean;
  readonly tried: readonly { readonly rate: number; readonly trial: TrialRecord }[];
  readonly trials: readonly TrialRecord[];
  /** Of its trials, those that diverged. */
  readonly diverged: number;
  /** Over the seeds that did not diverge; `null` where it was not measured. */
  readonly of: (measure: Measure) => MeanEstimate | null;
}

export function summariesOf(form: Form, records: readonly TrialRecord[]): ArmSummary[] {
  const counting = countingTrials(form, records);
  return form.arms.map((arm) => {
    const own = records.filter((record) => record.arm === arm.name);
    const trials = counting.filter((record) => record.arm === arm.name);
    const rate = chosenRate(form, arm, records);
    return {
      arm,
      rate,
      isAtEnd: isAtEnd(arm, rate),
      tried: own.filter(({ phase }) => phase === "tuning").map((trial) => ({ rate: trial.rate, trial })),
      trials,
      diverged: trials.filter(hasDiverged).length,
      of: (measure) => meanEstimate(trials.flatMap(({ measures }) => measures[measure] ?? [])),
    };
  });
}

export interface CurveMeanPoint {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The arm's curve: mean, least and greatest of its seeds at each step that all of them have. */
export function meanCurve(
  trials: readonly TrialRecord[],
  measure: "heldOutLoss" | "recall" | "largestLogit" | "loadExcess",
): CurveMeanPoint[] {
  const steps = trials[0]?.curve.map(({ step }) => step) ?? [];
  return steps.flatMap((step) => {
    const values = trials.flatMap(({ curve }) => curve.find((each) => each.step === step)?.[measure] ?? []);
    if (values.length < trials.length) return [];
    return [{ step, mean: mean(values)!, low: Math.min(...values), high: Math.max(...values) }];
  });
}

export interface DistanceMeanPoint {
  readonly from: number;
  readonly to: number;
  readonly n: number;
  /** Over seeds. */
  readonly estimate: MeanEstimate;
}

export function meanByDistance(trials: readonly TrialRecord[], tokens: number): DistanceMeanPoint[] {
  const seeds = trials.flatMap(({ byDistance }) => byDistance.filter((one) => one.tokens === tokens));
  return (seeds[0]?.bins ?? []).flatMap(({ from, to }) => {
    const bins = seeds.flatMap(({ bins: each }) => each.filter((bin) => bin.from === from));
    const estimate = meanEstimate(bins.map(({ right, n }) => right / n));
    return estimate === null ? [] : [{ from, to, n: bins.reduce((sum, { n }) => sum + n, 0), estimate }];
  });
}
