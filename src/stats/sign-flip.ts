/** The paired permutation test by cluster: which side is called candidate is flipped, cluster by cluster. */
import type { Clusters } from "./clusters.ts";

export interface SignFlipTest {
  /** Two-sided. */
  readonly p: number;
  readonly clusters: number;
  /** Whether the flips were counted with the sums as they are, and not rounded to steps. */
  readonly isExact: boolean;
}

/** 2¹⁹ flips take some milliseconds; a cluster more doubles them. */
const enumerated = 20;
/** Additions that counting by sums may take: some ten milliseconds. */
const mostAdditions = 2 ** 23;

/**
 * Null hypothesis: in every cluster, all its differences together are as likely to come with the other sign. p is the share
 * of all flips whose summed differences are at least as far from 0 as the observed ones. Needs no normality; assumes that
 * differences are symmetric about 0 where the null hypothesis holds, as they are when both candidates are alike on every
 * document.
 *
 * Up to 20 clusters that sum to anything but 0 all flips are gone through. Of more, they are counted by their sums: how many
 * flips of the first k clusters give each sum follows from those of the first k − 1. For that, sums are counted in steps: in
 * their own where they are multiples of one, as sums of right and wrong answers are, else rounded to at least 16,000 steps of
 * all of them together, which changes p by some percent of itself (docs/statistics.md).
 *
 * @see Pitman 1937, Journal of the Royal Statistical Society, Supplement 4:119; Pagano and Tritchler 1983, "On obtaining
 *   permutation distributions in polynomial time", JASA 78:435
 */
export function signFlipTest(clusters: Clusters): SignFlipTest {
  const sums = clusters.map((differences) => differences.reduce((sum, difference) => sum + difference, 0));
  const scale = sums.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums of the same numbers in another order differ in the last bits; such ties count as equal.
  const moving = sums.filter((sum) => Math.abs(sum) > 1e-12 * scale);
  if (moving.length > enumerated) return { ...bySums(moving, scale), clusters: clusters.length };
  const reach = Math.abs(moving.reduce((sum, value) => sum + value, 0)) - 1e-9 * scale;
  return { p: shareOfFlips(moving, reach), clusters: clusters.length, isExact: true };
}

/** Over all sign patterns, each step flipping one sign (Gray code); the first sign stays, since p is two-sided. */
function shareOfFlips(sums: readonly number[], reach: number): number {
  const patterns = 2 ** Math.max(0, sums.length - 1);
  const signed = [...sums];
  let total = signed.reduce((sum, value) => sum + value, 0);
  let asFar = 0;
  for (let pattern = 1; pattern <= patterns; pattern++) {
    if (Math.abs(total) >= reach) asFar++;
    if (pattern === patterns) break;
    const flipped = 1 + Math.log2(pattern & -pattern);
    total -= 2 * signed[flipped]!;
    signed[flipped] = -signed[flipped]!;
  }
  return asFar / patterns;
}

/** @param scale  the sums' absolute values together */
function bySums(sums: readonly number[], scale: number): Pick<SignFlipTest, "p" | "isExact"> {
  const mostSteps = Math.floor(mostAdditions / sums.length);
  const own = commonStep(sums);
  const isExact = own !== null && scale / own <= mostSteps;
  const step = isExact ? own : scale / mostSteps;
  const steps = sums.map((sum) => Math.round(sum / step));
  const total = steps.reduce((sum, one) => sum + Math.abs(one), 0);
  /** Share of the flips so far in which the clusters that count as positive add up to so much. */
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  let reached = 0;
  for (const one of steps) {
    const size = Math.abs(one);
    reached += size;
    for (let at = reached; at >= 0; at--) shares[at] = (shares[at]! + (at >= size ? shares[at - size]! : 0)) / 2;
  }
  const observed = Math.abs(steps.reduce((sum, one) => sum + one, 0));
  // A sum of x positive ones is 2x − total: as far below 0 up to here, and above it as often.
  let below = 0;
  for (let at = 0; at <= (total - observed) / 2; at++) below += shares[at]!;
  return { p: Math.min(1, 2 * below), isExact };
}

/** What all are multiples of, up to a twelfth of the smallest; null where there is nothing such. */
function commonStep(sums: readonly number[]): number | null {
  const smallest = sums.reduce((least, sum) => Math.min(least, Math.abs(sum)), Number.POSITIVE_INFINITY);
  for (let parts = 1; parts <= 12; parts++) {
    const step = smallest / parts;
    if (sums.every((sum) => Math.abs(sum / step - Math.round(sum / step)) < 1e-6)) return step;
  }
  return null;
}
