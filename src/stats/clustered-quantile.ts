/** A quantile of values that come in clusters: a median time, a 95th percentile. */
import { clusteredProportion } from "./clustered-proportion.ts";
import type { Clusters } from "./clusters.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import { wilsonInterval } from "./proportion.ts";
import { quantile } from "./quantile.ts";

export interface ClusteredQuantile {
  readonly value: number;
  readonly n: number;
  readonly clusters: number;
  /** Null for one cluster, and for so few values that all of them may lie on one side of the true quantile. */
  readonly interval: Interval | null;
}

/**
 * The quantile of all values, and the interval between two others: those just outside the ends of
 * Wilson's interval of `probability`, of as many independent values as the clustered ones are worth (see
 * `clusteredProportion`, for the share of values up to the quantile). Needs no distribution. There is none where
 * P(all values on one side) is above (1 − confidence)/2: at 95 % a median needs six independent values, a 95th percentile 72.
 *
 * @returns in the unit of the values; null of nothing
 * @see Woodruff 1952, "Confidence intervals for medians and other position measures", JASA 47:635
 */
export function clusteredQuantile(
  clusters: Clusters,
  probability: number,
  confidence = defaultConfidence,
): ClusteredQuantile | null {
  const filled = clusters.filter((values) => values.length > 0);
  const values = [...Float64Array.from(filled.flat()).sort()];
  const value = quantile(values, probability);
  if (value === null) return null;
  const upTo = clusteredProportion(
    filled.map((cluster) => cluster.map((one) => (one <= value ? 1 : 0))),
    confidence,
  );
  const independent = upTo?.independent ?? 0;
  const result = { value, n: values.length, clusters: filled.length };
  if (Math.max(probability, 1 - probability) ** independent > (1 - confidence) / 2)
    return { ...result, interval: null };
  const { low, high } = wilsonInterval(probability * independent, independent, confidence)!;
  const below = Math.floor(low * values.length) - 1;
  const above = Math.ceil(high * values.length);
  const hasEnds = below >= 0 && above < values.length;
  return { ...result, interval: hasEnds ? { low: values[below]!, high: values[above]! } : null };
}
