/** The mean, and how far it may be off. */
import { studentTQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";

export interface MeanEstimate {
  readonly mean: number;
  readonly n: number;
  /** Null of one value, which says nothing of the spread. */
  readonly interval: Interval | null;
}

/** Null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample, with n − 1; null of fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const centre = mean(values)!;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * The mean with Student's t interval, mean ± t₍ₙ₋₁₎·s/√n. Assumes independent values and a mean that is nearly normal.
 *
 * @see Student 1908, "The probable error of a mean", Biometrika 6:1
 */
export function meanEstimate(values: readonly number[], confidence = defaultConfidence): MeanEstimate | null {
  const centre = mean(values);
  const n = values.length;
  if (centre === null) return null;
  if (n === 1) return { mean: centre, n, interval: null };
  const half = (studentTQuantile(0.5 + confidence / 2, n - 1) * standardDeviation(values)!) / Math.sqrt(n);
  return { mean: centre, n, interval: { low: centre - half, high: centre + half } };
}
