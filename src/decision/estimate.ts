/** One shape for every number of a decision: what was found, how far it may be off, over how much. */
import {
  type Clusters,
  clusteredMean,
  clusteredProportion,
  clusteredQuantile,
  type Interval,
  type Quotient,
  ratioOfSums,
} from "../stats/index.ts";

/** 95 %, clustered by document. */
export interface Estimate {
  /** In the unit of the field's name. */
  readonly value: number;
  /** Null where none can be given: one document, values that are all alike, or too few of them. */
  readonly interval: Interval | null;
  /** Samples; the repeats of one are one. */
  readonly n: number;
  readonly documents: number;
}

export function meanOf(clusters: Clusters): Estimate | null {
  const estimate = clusteredMean(clusters);
  if (estimate === null) return null;
  const { mean: value, interval, n, clusters: documents } = estimate;
  return { value, interval: seen(interval, value), n, documents };
}

/** Of values from 0 to 1, partly right ones too. */
export function shareOf(clusters: Clusters): Estimate | null {
  const estimate = clusteredProportion(clusters);
  if (estimate === null) return null;
  const { share: value, interval, n, clusters: documents } = estimate;
  return { value, interval, n, documents };
}

export function quantileOf(clusters: Clusters, probability: number): Estimate | null {
  const estimate = clusteredQuantile(clusters, probability);
  if (estimate === null) return null;
  const { value, interval, n, clusters: documents } = estimate;
  return { value, interval, n, documents };
}

export function ratioOf(samples: readonly (Quotient & { readonly cluster: string })[]): Estimate | null {
  const estimate = ratioOfSums(samples);
  if (estimate === null) return null;
  const { ratio: value, interval, n, clusters: documents } = estimate;
  return { value, interval: seen(interval, value), n, documents };
}

/** What costs something has no finite ratio to what costs nothing; what costs nothing either costs the same. */
export const overNothing = (numerator: number, n: number, documents: number): Estimate => ({
  value: numerator === 0 ? 1 : Number.POSITIVE_INFINITY,
  interval: null,
  n,
  documents,
});

/** Null where there is no width but that of rounding: the values are all alike, which tells nothing of their spread. */
export const seen = (interval: Interval | null, value: number): Interval | null =>
  interval !== null && interval.high - interval.low <= 1e-9 * Math.abs(value) ? null : interval;

export const scaled = (estimate: Estimate | null, factor: number): Estimate | null =>
  estimate && { ...estimate, value: estimate.value * factor, interval: scaledInterval(estimate.interval, factor) };

const scaledInterval = (interval: Interval | null, factor: number): Interval | null =>
  interval && { low: interval.low * factor, high: interval.high * factor };
