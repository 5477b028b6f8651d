/** Quantiles of measured values, and an interval of the median that assumes no distribution. */
import { binomialCdf } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";

/**
 * The quantile by Hyndman and Fan's definition 7, that of R, NumPy and spreadsheets: with h = (n−1)·p, the value at
 * rank h counted from 0, interpolated linearly.
 *
 * @returns in the unit of the values; null of nothing
 * @see Hyndman and Fan 1996, "Sample quantiles in statistical packages", The American Statistician 50:361
 */
export function quantile(values: readonly number[], probability: number): number | null {
  return quantileOfSorted(ascending(values), probability);
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export interface MedianEstimate {
  readonly median: number;
  readonly n: number;
  /** Null where so few values allow none: at 95 % fewer than six. */
  readonly interval: Interval | null;
}

/**
 * The median with the interval between two order statistics, x₍ₖ₎ and x₍ₙ₊₁₋ₖ₎ with the largest k for which
 * P(Binomial(n, ½) < k) ≤ (1 − confidence)/2. It covers the true median at least that often whatever the distribution.
 *
 * @see Conover, "Practical Nonparametric Statistics", 3rd ed. 1999, §3.2
 */
export function medianEstimate(values: readonly number[], confidence = defaultConfidence): MedianEstimate | null {
  const sorted = ascending(values);
  const middle = quantileOfSorted(sorted, 0.5);
  if (middle === null) return null;
  const rank = lowerRank(sorted.length, (1 - confidence) / 2);
  const interval = rank === 0 ? null : { low: sorted[rank - 1]!, high: sorted[sorted.length - rank]! };
  return { median: middle, n: sorted.length, interval };
}

/** The largest k with P(Binomial(n, ½) ≤ k − 1) ≤ tail; 0 where there is none. */
function lowerRank(n: number, tail: number): number {
  let low = 0;
  let high = Math.floor(n / 2);
  while (low < high) {
    const rank = Math.ceil((low + high) / 2);
    if (binomialCdf(rank - 1, n, 0.5) <= tail) low = rank;
    else high = rank - 1;
  }
  return low;
}

function quantileOfSorted(sorted: readonly number[], probability: number): number | null {
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`a probability in [0, 1], not ${probability}`);
  if (sorted.length === 0) return null;
  const rank = (sorted.length - 1) * probability;
  const below = sorted[Math.floor(rank)]!;
  const above = sorted[Math.ceil(rank)]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
