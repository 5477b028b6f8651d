/** An interval of any statistic of clustered observations, by drawing clusters again. */
import { clusterSpread } from "./cluster-spread.ts";
import type { Clusters } from "./clusters.ts";
import { normalCdf, studentTQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import { quantile } from "./quantile.ts";
import { randomFrom } from "./random.ts";

export interface BootstrapOptions {
  readonly seed: number | string;
  readonly resamples?: number;
  readonly confidence?: number;
}

export interface BootstrapEstimate {
  readonly estimate: number;
  readonly clusters: number;
  readonly interval: Interval | null;
  readonly resamples: number;
  /** Resamples of which the statistic says nothing, e.g. a ratio over 0. */
  readonly undefinedResamples: number;
}

/**
 * The statistic, and its expanded percentile interval: as many clusters are drawn with replacement as there are, over and
 * over, and the ends are quantiles of the statistic of those resamples. Not those at α/2 and 1 − α/2, which are too narrow
 * for few or unequal clusters, but at Φ(∓t/√(1 − Σ w²)), w a cluster's share of the observations, t Student's quantile with
 * the degrees of freedom of `clusterSpread`. Both widen the interval by just what they would widen that of a mean.
 *
 * Measured beside BCa and studentised intervals it covers best (docs/statistics.md).
 *
 * @param statistic  null where it is undefined
 * @returns null where the statistic of the observations themselves is undefined. The interval is null for fewer than two
 *   clusters, and where more than 1 − confidence of the resamples have no statistic
 * @see Hesterberg 2015, "What teachers should know about the bootstrap", The American Statistician 69:371, for the expanded
 *   interval of equal weights
 */
export function clusterBootstrap<Item>(
  clusters: Clusters<Item>,
  statistic: (clusters: Clusters<Item>) => number | null,
  { seed, resamples = 2_000, confidence = defaultConfidence }: BootstrapOptions,
): BootstrapEstimate | null {
  const filled = clusters.filter((items) => items.length > 0);
  const estimate = statistic(filled);
  if (estimate === null) return null;
  const n = filled.reduce((sum, items) => sum + items.length, 0);
  const weights = filled.map((items) => items.length / n);
  const spread = clusterSpread(weights, weights);
  if (spread === null)
    return { estimate, clusters: filled.length, interval: null, resamples: 0, undefinedResamples: 0 };
  const random = randomFrom(seed);
  const drawn = Array.from({ length: resamples }, () => statistic(filled.map(() => random.pick(filled))));
  const values = drawn.filter((value) => value !== null);
  const undefinedResamples = resamples - values.length;
  const lost = weights.reduce((sum, weight) => sum + weight ** 2, 0);
  const tail = normalCdf(-studentTQuantile(0.5 + confidence / 2, spread.degreesOfFreedom) / Math.sqrt(1 - lost));
  const interval =
    undefinedResamples > (1 - confidence) * resamples
      ? null
      : { low: quantile(values, tail)!, high: quantile(values, 1 - tail)! };
  return { estimate, clusters: filled.length, interval, resamples, undefinedResamples };
}
