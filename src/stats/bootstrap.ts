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
 * for few or unequal clusters, but at Φ(∓z), z = t/√(1 − Σ w²), w a cluster's share of the observations, t Student's quantile
 * with the degrees of freedom of `clusterSpread`. Both widen the interval by just what they would widen that of a mean. On
 * the side of the longer tail it is Φ(±z/(1 − a·z)) with the acceleration a, a sixth of the resamples' skewness: what BCa adds
 * there. What BCa would take from the other side is left, as by `studentInterval`.
 *
 * Measured beside percentile, BCa and studentised intervals it covers best (docs/statistics.md).
 *
 * @param statistic  null where it is undefined
 * @returns null where the statistic of the observations themselves is undefined. The interval is null for fewer than two
 *   clusters, and where more than 1 − confidence of the resamples have no statistic
 * @see Hesterberg 2015, "What teachers should know about the bootstrap", The American Statistician 69:371, for the expanded
 *   interval of equal weights; Efron 1987, "Better bootstrap confidence intervals", JASA 82:171, for the acceleration
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
  const z = studentTQuantile(0.5 + confidence / 2, spread.degreesOfFreedom) / Math.sqrt(1 - lost);
  const acceleration = skewness(values) / 6;
  const below = normalCdf(-accelerated(z, -acceleration));
  const above = normalCdf(accelerated(z, acceleration));
  const interval =
    undefinedResamples > (1 - confidence) * resamples
      ? null
      : { low: quantile(values, below)!, high: quantile(values, above)! };
  return { estimate, clusters: filled.length, interval, resamples, undefinedResamples };
}

/** Never nearer than it was. */
function accelerated(z: number, acceleration: number): number {
  if (acceleration <= 0) return z;
  return acceleration * z < 1 ? z / (1 - acceleration * z) : Number.POSITIVE_INFINITY;
}

/** 0 of values that are all alike. */
function skewness(values: readonly number[]): number {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (value - centre) ** 2;
    cubes += (value - centre) ** 3;
  }
  return squares === 0 ? 0 : (Math.sqrt(values.length) * cubes) / squares ** 1.5;
}
