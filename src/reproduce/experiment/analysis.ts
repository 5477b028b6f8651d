/**
 * What the trials of an experiment say: each outcome seed by seed, its mean with a 95 % interval, and what the rule makes
 * of it. Arms share their seeds, so first values and batches, and are compared in pairs.
 */
import { detectableEffect, type MeanEstimate, meanEstimate, standardDeviation } from "../../stats/index.ts";
import { countingTrials } from "./plan.ts";
import type { Form, Outcome, Quantity, Rule } from "./protocol.ts";
import type { TrialRecord } from "./trial.ts";

export type Verdict = "supported" | "not supported" | "inconclusive";

export interface Finding {
  readonly outcome: Outcome;
  /** One for each seed that has all trials it needs. */
  readonly values: readonly { readonly seed: number; readonly value: number }[];
  /** Mean and Student's interval over seeds; `null` below two seeds. */
  readonly estimate: MeanEstimate | null;
  /** Seeds whose value lay outside what was tried, and so is the nearest end. */
  readonly outside: number;
  /**
   * How far the true mean would have to be from the rule's value for so many seeds, with the spread they have, to decide
   * with a probability of 0.8; `null` where there is no rule or no spread.
   */
  readonly detectable: number | null;
  /** `null` where the outcome has no rule. */
  readonly verdict: Verdict | null;
}

export interface Analysis {
  readonly findings: readonly Finding[];
  /** Supported where all primary outcomes are, not supported where one is not, else inconclusive. */
  readonly verdict: Verdict;
  readonly isComplete: boolean;
}

export function analyse(form: Form, records: readonly TrialRecord[]): Analysis {
  const finals = countingTrials(form, records);
  const findings = form.outcomes.map((outcome) => findingOf(outcome, form, finals));
  const primary = findings.filter(({ outcome }) => outcome.isPrimary);
  const verdict = primary.some((finding) => finding.verdict === "not supported")
    ? "not supported"
    : primary.every((finding) => finding.verdict === "supported")
      ? "supported"
      : "inconclusive";
  return { findings, verdict, isComplete: finals.length === form.arms.length * form.seeds.length };
}

function findingOf(outcome: Outcome, form: Form, finals: readonly TrialRecord[]): Finding {
  const perSeed = form.seeds.flatMap((seed) => {
    const found = seedValue(
      outcome.of,
      finals.filter((record) => record.seed === seed),
    );
    return found === null ? [] : [{ seed, ...found }];
  });
  const estimate = perSeed.length < 2 ? null : meanEstimate(perSeed.map(({ value }) => value));
  return {
    outcome,
    values: perSeed.map(({ seed, value }) => ({ seed, value })),
    estimate,
    detectable: outcome.rule && detectableFrom(perSeed.map(({ value }) => value)),
    outside: perSeed.filter(({ isOutside }) => isOutside).length,
    verdict: outcome.rule && judged(outcome.rule, estimate),
  };
}

function detectableFrom(values: readonly number[]): number | null {
  const spread = standardDeviation(values);
  return spread === null || spread === 0 ? null : spread * detectableEffect(values.length);
}

/** Decided only where the whole interval lies on one side. */
function judged({ relation, value }: Rule, estimate: MeanEstimate | null): Verdict {
  if (estimate?.interval == null) return "inconclusive";
  const { low, high } = estimate.interval;
  const [meets, misses] = relation === "at most" ? [high <= value, low > value] : [low >= value, high < value];
  return meets ? "supported" : misses ? "not supported" : "inconclusive";
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
  if (value === null || against === null) return null;
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
  trialOf: (arm: string) => TrialRecord["measures"] | null,
): SeedValue | null {
  const wanted = trialOf(against);
  if (wanted?.heldOutLoss === undefined || wanted[cost] === undefined) return null;
  const points: { share: number; loss: number }[] = [];
  for (const arm of arms) {
    const trial = trialOf(arm);
    if (trial?.heldOutLoss === undefined || trial[cost] === undefined) return null;
    points.push({ share: trial[cost] / wanted[cost], loss: trial.heldOutLoss });
  }
  points.sort((a, b) => a.share - b.share);
  const reached = points.findIndex(({ loss }) => loss <= wanted.heldOutLoss!);
  if (reached === -1) return { value: points.at(-1)!.share, isOutside: true };
  if (reached === 0) return { value: points[0]!.share, isOutside: points[0]!.loss < wanted.heldOutLoss };
  const [before, after] = [points[reached - 1]!, points[reached]!];
  const part = (before.loss - wanted.heldOutLoss) / (before.loss - after.loss);
  return { value: before.share * (after.share / before.share) ** part, isOutside: false };
}
