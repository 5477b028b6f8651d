/**
 * What the trials of an experiment say: each outcome seed by seed, its mean with a 95 % interval, and what the rule makes
 * of it. Arms share their seeds, so first values and batches, and are compared in pairs.
 */
import {
  detectableEffect,
  type Interval,
  type MeanEstimate,
  meanEstimate,
  standardDeviation,
} from "../../stats/index.ts";
import { countingTrials } from "./plan.ts";
import { armsIn, type Form, type Outcome, type Quantity, type Rule } from "./protocol.ts";
import { hasDiverged, type Measures, type TrialRecord } from "./trial-record.ts";

export type Verdict = "supported" | "not supported" | "inconclusive";

export interface Finding {
  readonly outcome: Outcome;
  /** One for each seed that has all trials it needs, and whose trainings gave a number. */
  readonly values: readonly { readonly seed: number; readonly value: number }[];
  /** Seeds of the form. */
  readonly seeds: number;
  /** Mean and Student's interval over seeds; `null` below two seeds. */
  readonly estimate: MeanEstimate | null;
  /** All values are one number: the spread is unknown, and not nothing as the interval has it. */
  readonly allEqual: boolean;
  /** Seeds whose value lay outside what was tried, and so is the nearest end. */
  readonly outside: number;
  /** Seeds of which a training diverged that the outcome rests on. */
  readonly diverged: number;
  /**
   * How far the true mean would have to be from the rule's value for so many seeds, with the spread they have, to decide
   * with a probability of 0.8; `null` where there is no rule or no spread.
   */
  readonly detectable: number | null;
  /** `null` where the outcome has no rule, and until all trials of the experiment are there. */
  readonly verdict: Verdict | null;
}

export interface Analysis {
  readonly findings: readonly Finding[];
  /** Supported where all primary outcomes are, not supported where one is not, else inconclusive; `null` until it is complete. */
  readonly verdict: Verdict | null;
  readonly isComplete: boolean;
}

export function analyse(form: Form, records: readonly TrialRecord[]): Analysis {
  const finals = countingTrials(form, records);
  const isComplete = form.arms.every(({ name }) =>
    form.seeds.every((seed) => finals.some((trial) => trial.arm === name && trial.seed === seed)),
  );
  const findings = form.outcomes.map((outcome): Finding => {
    const found = findingOf(outcome, form, finals);
    return { ...found, verdict: isComplete && outcome.rule !== null ? judged(outcome.rule, found) : null };
  });
  return { findings, verdict: isComplete ? verdictOf(findings) : null, isComplete };
}

function verdictOf(findings: readonly Finding[]): Verdict {
  const primary = findings.filter(({ outcome }) => outcome.isPrimary);
  if (primary.some(({ verdict }) => verdict === "not supported")) return "not supported";
  return primary.every(({ verdict }) => verdict === "supported") ? "supported" : "inconclusive";
}

function findingOf(outcome: Outcome, form: Form, finals: readonly TrialRecord[]): Omit<Finding, "verdict"> {
  const arms = armsIn(outcome.of);
  const perSeed = form.seeds.map((seed) => {
    const trials = finals.filter((trial) => trial.seed === seed && arms.includes(trial.arm));
    return { seed, hasDiverged: trials.some(hasDiverged), found: seedValue(outcome.of, trials) };
  });
  const valued = perSeed.flatMap(({ seed, found }) => (found === null ? [] : [{ seed, ...found }]));
  const values = valued.map(({ value }) => value);
  const allEqual = values.length > 1 && values.every((value) => value === values[0]);
  return {
    outcome,
    values: valued.map(({ seed, value }) => ({ seed, value })),
    seeds: form.seeds.length,
    estimate: values.length < 2 ? null : meanEstimate(values),
    allEqual,
    outside: valued.filter(({ isOutside }) => isOutside).length,
    diverged: perSeed.filter((one) => one.hasDiverged).length,
    detectable: outcome.rule === null || allEqual ? null : detectableFrom(values),
  };
}

function detectableFrom(values: readonly number[]): number | null {
  const spread = standardDeviation(values);
  return spread === null ? null : spread * detectableEffect(values.length);
}

/** Seeds that agree to the last digit are believed from this many on. */
const enoughEqual = 3;

/** Decided only where all seeds have a value and the whole interval lies on one side. */
function judged({ relation, value }: Rule, finding: Omit<Finding, "verdict">): Verdict {
  const interval = decidingInterval(finding);
  if (interval === null || finding.values.length < finding.seeds) return "inconclusive";
  const { low, high } = interval;
  const [meets, misses] = relation === "at most" ? [high <= value, low > value] : [low >= value, high < value];
  return meets ? "supported" : misses ? "not supported" : "inconclusive";
}

function decidingInterval({ allEqual, values, estimate }: Omit<Finding, "verdict">): Interval | null {
  if (!allEqual) return estimate?.interval ?? null;
  // Not the estimate's, which rounding can move off the value that all have.
  return values.length < enoughEqual ? null : { low: values[0]!.value, high: values[0]!.value };
}

interface SeedValue {
  readonly value: number;
  readonly isOutside: boolean;
}

function seedValue(of: Quantity, trials: readonly TrialRecord[]): SeedValue | null {
  const trialOf = (arm: string) => trials.find((trial) => trial.arm === arm)?.measures ?? null;
  if (of.kind === "recallAt") return recallAt(of, trials.find(({ arm }) => arm === of.arm) ?? null);
  if (of.kind === "costToMatch") return costToMatch(of, trialOf);
  const value = trialOf(of.arm)?.[of.measure] ?? null;
  if (of.kind === "level") return value === null ? null : { value, isOutside: false };
  const against = trialOf(of.against)?.[of.measure] ?? null;
  // A ratio to nothing is no number either.
  if (value === null || against === null || (of.kind === "ratio" && against === 0)) return null;
  return { value: of.kind === "difference" ? value - against : value / against, isOutside: false };
}

/** Of the bins that lie within the distances. */
function recallAt(
  { tokens, from, to }: Extract<Quantity, { kind: "recallAt" }>,
  trial: TrialRecord | null,
): SeedValue | null {
  const bins = trial?.byDistance.find((one) => one.tokens === tokens)?.bins ?? [];
  const inside = bins.filter((bin) => bin.from >= from && bin.to <= to);
  const n = inside.reduce((sum, bin) => sum + bin.n, 0);
  return n === 0 ? null : { value: inside.reduce((sum, { right }) => sum + right, 0) / n, isOutside: false };
}

function costToMatch(
  { cost, arms, against }: Extract<Quantity, { kind: "costToMatch" }>,
  trialOf: (arm: string) => Measures | null,
): SeedValue | null {
  const { heldOutLoss: wantedLoss = null, [cost]: wantedCost = null } = trialOf(against) ?? {};
  if (wantedLoss === null || wantedCost === null) return null;
  const points: { share: number; loss: number }[] = [];
  for (const arm of arms) {
    const { heldOutLoss, [cost]: armCost = null } = trialOf(arm) ?? {};
    if (heldOutLoss === undefined || armCost === null) return null;
    // A run that diverged reaches no loss.
    points.push({ share: armCost / wantedCost, loss: heldOutLoss ?? Number.POSITIVE_INFINITY });
  }
  points.sort((a, b) => a.share - b.share);
  const reached = points.findIndex(({ loss }) => loss <= wantedLoss);
  if (reached === -1) return { value: points.at(-1)!.share, isOutside: true };
  if (reached === 0) return { value: points[0]!.share, isOutside: points[0]!.loss < wantedLoss };
  const [before, after] = [points[reached - 1]!, points[reached]!];
  if (before.loss === Number.POSITIVE_INFINITY) return { value: after.share, isOutside: true };
  const part = (before.loss - wantedLoss) / (before.loss - after.loss);
  return { value: before.share * (after.share / before.share) ** part, isOutside: false };
}
