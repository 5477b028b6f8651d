/** A share of scored answers that come in clusters. */
import { clusterSpread } from "./cluster-spread.ts";
import type { Clusters } from "./clusters.ts";
import { normalQuantile, studentTQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import { designEffect, likenessWithin } from "./intra-cluster-correlation.ts";
import { wilsonInterval } from "./proportion.ts";

export interface ClusteredProportion {
  /** 0 to 1. */
  readonly share: number;
  readonly n: number;
  readonly clusters: number;
  /** How many independent right or wrong answers would say as much; null for one cluster. */
  readonly independent: number | null;
  /** Null for one cluster. */
  readonly interval: Interval | null;
}

/**
 * The mean of scores from 0 to 1 with Wilson's interval of as many independent right or wrong answers as say as much:
 *
 *   n / (v·(1 + (d − 1)·(t/z)²))     with the design effect d = 1 + (Σ nᵢ²/n − 1)·ρ
 *
 * ρ is how alike scores are within clusters, see `likenessWithin`. What clusters add to the variance is estimated from few of
 * them, so it gets Student's quantile t (degrees of freedom as in `clusterSpread`) for the normal z, as far as the scores tell ρ.
 *
 * v is the scores' variance as a share of p(1 − p), that of right or wrong answers with the same mean, which is the most it
 * can be: v = (Σ (s − p)²/(p(1 − p)) + 1)/n. It is 1 for scores of 0 and 1, less where answers are partly right. The 1 stands
 * for one answer that is right or wrong, so that scores which happen to agree do not claim to vary by nothing.
 *
 * Unlike mean ± t·SE it keeps a width at 0 and 1. Measured coverage: docs/statistics.md.
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
  const { correlation, told } = likenessWithin(filled);
  const tail = 0.5 + confidence / 2;
  const widening = 1 + told * ((studentTQuantile(tail, spread.degreesOfFreedom) / normalQuantile(tail)) ** 2 - 1);
  const effect = designEffect(filled, correlation);
  const independent = n / (varianceShare(all, share) * (1 + (effect - 1) * widening));
  const interval = wilsonInterval(share * independent, independent, confidence);
  return { share, n, clusters: filled.length, independent, interval };
}

/** Of what the variance of right or wrong answers would be; at most 1. */
function varianceShare(scores: readonly number[], share: number): number {
  const most = share * (1 - share);
  if (!(most > 0)) return 1;
  const squares = scores.reduce((sum, score) => sum + (score - share) ** 2, 0);
  return Math.min(1, (squares / most + 1) / scores.length);
}
