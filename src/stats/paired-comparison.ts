/** By how much a candidate's mean differs from the baseline's on the same samples. */
import { clusteredMean } from "./clustered-mean.ts";
import { clustersBy } from "./clusters.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import type { Pair, Pairing } from "./pairs.ts";
import { type RatioEstimate, ratioOfSums } from "./ratio.ts";

export interface PairedDifference {
  /** Candidate − baseline, in the unit of the values. */
  readonly difference: number;
  readonly n: number;
  readonly clusters: number;
  readonly leftOut: number;
  /** Null for one cluster, and where all differences agree. */
  readonly interval: Interval | null;
}

/** The differences by cluster, for the tests and intervals that take clusters. */
export const differencesByCluster = (pairs: readonly Pair[]): number[][] =>
  clustersBy(pairs, ({ cluster }) => cluster).map((cluster) =>
    cluster.map(({ baseline, candidate }) => candidate - baseline),
  );

/**
 * The mean of candidate − baseline over pairs, with its cluster-robust interval (see `clusteredMean`). What both sides
 * find hard or easy drops out, so it is narrower than two separate intervals suggest.
 *
 * @returns null without pairs
 * @see Miller 2024, arXiv:2411.00640
 */
export function pairedDifference({ pairs, leftOut }: Pairing, confidence = defaultConfidence): PairedDifference | null {
  const estimate = clusteredMean(differencesByCluster(pairs), confidence);
  if (estimate === null) return null;
  const { mean: difference, n, clusters, interval } = estimate;
  return { difference, n, clusters, leftOut, interval };
}

export interface PairedRatio extends RatioEstimate {
  readonly leftOut: number;
}

/**
 * The candidate's mean as a multiple of the baseline's (see `ratioOfSums`), for values of 0 or more: costs, times, tokens.
 *
 * @returns null without pairs, and for a baseline of 0
 */
export function pairedRatio({ pairs, leftOut }: Pairing, confidence = defaultConfidence): PairedRatio | null {
  const samples = pairs.map(({ cluster, baseline, candidate }) => ({
    cluster,
    numerator: candidate,
    denominator: baseline,
  }));
  const estimate = ratioOfSums(samples, confidence);
  return estimate === null ? null : { ...estimate, leftOut };
}
