/** How many times one group of positive values is another: times, sizes, prices. */
import { studentTQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";
import { mean, standardDeviation } from "./mean.ts";

export interface GeometricRatio {
  /** Of the geometric means. */
  readonly ratio: number;
  readonly n: readonly [number, number];
  readonly interval: Interval;
}

/**
 * The ratio of two groups' geometric means with Welch's interval of the difference of mean logarithms: the groups may
 * spread differently. Assumes independent values, and logarithms with nearly normal means.
 *
 * @returns null for a group of fewer than two values, or where neither group varies
 * @see Welch 1947, "The generalization of 'Student's' problem when several different population variances are involved",
 *   Biometrika 34:28
 * @throws RangeError for a value that is not above 0
 */
export function geometricRatio(
  values: readonly number[],
  others: readonly number[],
  confidence = defaultConfidence,
): GeometricRatio | null {
  const outside = [...values, ...others].find((value) => !(value > 0));
  if (outside !== undefined) throw new RangeError(`a ratio of geometric means needs values above 0, not ${outside}`);
  if (values.length < 2 || others.length < 2) return null;
  const [one, other] = [values, others].map((of) => {
    const logs = of.map(Math.log);
    const { length } = logs;
    return { mean: mean(logs)!, variance: standardDeviation(logs)! ** 2 / length, degrees: length - 1 };
  }) as [Group, Group];
  const variance = one.variance + other.variance;
  if (variance === 0) return null;
  const degrees = variance ** 2 / (one.variance ** 2 / one.degrees + other.variance ** 2 / other.degrees);
  const difference = one.mean - other.mean;
  const half = studentTQuantile(0.5 + confidence / 2, degrees) * Math.sqrt(variance);
  return {
    ratio: Math.exp(difference),
    n: [values.length, others.length],
    interval: { low: Math.exp(difference - half), high: Math.exp(difference + half) },
  };
}

interface Group {
  readonly mean: number;
  /** Of the mean. */
  readonly variance: number;
  readonly degrees: number;
}
