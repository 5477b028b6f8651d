/** McNemar's test: whether two candidates differ, from the samples that only one of them gets right. */
import { binomialCdf } from "./distributions.ts";
import type { Pair } from "./pairs.ts";

export interface McNemarTest {
  readonly baselineOnly: number;
  readonly candidateOnly: number;
  /** Two-sided, P(X ≤ min) + P(X ≥ max) for X binomial with ½: never too often wrong, often too cautious. */
  readonly exactP: number;
  /** Two-sided, with half of the observed outcome's probability: wrong about as often as it says, seldom more. */
  readonly midP: number;
}

/**
 * Null hypothesis: a sample that only one side gets right is as likely the baseline's as the candidate's. Assumes
 * independent pairs; with several samples a document use `signFlipTest`.
 *
 * @see McNemar 1947, Psychometrika 12:153; for mid-p Fagerland, Lydersen and Laake 2013, "The McNemar test for binary
 *   matched-pairs data", BMC Medical Research Methodology 13:91
 */
export function mcnemarTest(baselineOnly: number, candidateOnly: number): McNemarTest {
  const n = baselineOnly + candidateOnly;
  const fewer = Math.min(baselineOnly, candidateOnly);
  const below = binomialCdf(fewer - 1, n, 0.5);
  const upTo = binomialCdf(fewer, n, 0.5);
  const midP = n === 0 ? 1 : baselineOnly === candidateOnly ? 1 - (upTo - below) / 2 : below + upTo;
  return { baselineOnly, candidateOnly, exactP: Math.min(1, 2 * upTo), midP };
}

/**
 * How many pairs of 0/1 scores each side alone gets right.
 *
 * @throws RangeError for a score that is neither 0 nor 1
 */
export function discordantPairs(pairs: readonly Pair[]): { baselineOnly: number; candidateOnly: number } {
  const partial = pairs
    .flatMap(({ baseline, candidate }) => [baseline, candidate])
    .find((score) => score !== 0 && score !== 1);
  if (partial !== undefined) throw new RangeError(`McNemar's test needs scores of 0 and 1, not ${partial}`);
  return {
    baselineOnly: pairs.filter(({ baseline, candidate }) => baseline > candidate).length,
    candidateOnly: pairs.filter(({ baseline, candidate }) => candidate > baseline).length,
  };
}
