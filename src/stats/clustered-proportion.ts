/** A share of scored answers that come in clusters. */
import { clusterSpread } from "./cluster-spread.ts";
import type { Clusters } from "./clusters.ts";
import { normalQuantile, studentTQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import { designEffect, intraClusterCorrelation } from "./intra-cluster-correlation.ts";
import { wilsonInterval } from "./proportion.ts";

export interface ClusteredProportion {
  /** 0 to 1. */
  readonly share: number;
  readonly n: number;
  readonly clusters: number;
  /** How many independent answers would say as much; null for one cluster. */
  readonly independent: number | null;
  /** Null for one cluster. */
  readonly interval: Interval | null;
}

/**
 * The mean of scores from 0 to 1 with Wilson's interval of as many independent answers as the clustered ones are worth:
 *
 *   n / (1 + (d − 1)·(t/z)²)     with the design effect d = 1 + (Σ nᵢ²/n − 1)·ρ
 *
 * ρ is the intra-cluster correlation, from 0 to 1; where all answers are right, or all wrong, nothing tells it and it is
 * taken as 1, so that the interval is that of the clusters. What clusters add to the variance is estimated from few of
 * them, so it gets Student's quantile t (degrees of freedom as in `clusterSpread`) for the normal z. Unlike mean ± t·SE it
 * keeps a width at 0 and 1. Measured coverage: docs/statistics.md.
 *
 * @returns null of nothing
 * @see Franco, Little, Louis and Slud 2019, "Comparative study of confidence intervals for proportions in complex sample
 *   surveys", Journal of Survey Statistics and Methodology 7:334, for Wilson's interval with an effective sample size
 * @throws RangeError for a score outside [0, 1]
 */
export function clusteredProportion(clusters: Clusters, confidence = defaultConfidence): ClusteredProportion | null {
  const filled = clusters.filter((scores) => scores.length > 0);
  const all = filled.flat();
  const n = all.length;
  if (n === 0) return null;
  const outside = all.find((score) => !(score >= 0 && score <= 1));
  if (outside !== undefined) throw new RangeError(`a score from 0 to 1, not ${outside}`);
  const share = all.reduce((sum, score) => sum + score, 0) / n;
  const weights = filled.map((scores) => scores.length / n);
  const spread = clusterSpread(weights, weights);
  if (spread === null) return { share, n, clusters: filled.length, independent: null, interval: null };
  const effect = designEffect(filled, Math.min(1, Math.max(0, intraClusterCorrelation(filled) ?? 1)));
  const tail = 0.5 + confidence / 2;
  const widening = (studentTQuantile(tail, spread.degreesOfFreedom) / normalQuantile(tail)) ** 2;
  const independent = n / (1 + (effect - 1) * widening);
  const interval = wilsonInterval(share * independent, independent, confidence);
  return { share, n, clusters: filled.length, independent, interval };
}
