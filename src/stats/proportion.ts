/** A share with its uncertainty. */
import { normalQuantile } from "./distributions.ts";
import { defaultConfidence, type Interval } from "./interval.ts";

export interface Proportion {
  /** 0 to 1. */
  readonly share: number;
  /** What the share was counted over. */
  readonly n: number;
  /** How many of them the interval takes as independent. */
  readonly independent: number;
  readonly interval: Interval;
}

/**
 * The Wilson score interval of a share:
 *
 *   (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
 *
 * Unlike the textbook p ± z·√(p(1−p)/n) it stays inside [0, 1] and keeps a width at 0 of n and n of n. Successes may be
 * fractional, as scores between 0 and 1 are: their variance is at most p(1−p), so the interval is then too wide rather
 * than too narrow.
 *
 * @returns null for n = 0
 * @see Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22:209
 */
export function wilsonInterval(successes: number, n: number, confidence = defaultConfidence): Interval | null {
  if (n === 0) return null;
  if (!(n > 0 && successes >= 0 && successes <= n)) throw new RangeError(`${successes} successes out of ${n}`);
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / n;
  const centre = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === n ? 1 : (centre + half) / scale,
  };
}

/**
 * A share with its Wilson interval; null where nothing was counted.
 *
 * @param independent  how many of the n are independent, where it is fewer: the answers to one question asked three
 *   times are nearer to one observation than to three, and the interval is that of so many
 */
export function proportion(successes: number, n: number, independent = n): Proportion | null {
  if (n === 0 || independent === 0) return null;
  const interval = wilsonInterval(Math.min((successes / n) * independent, independent), independent)!;
  return { share: successes / n, n, independent, interval };
}
