/** The paired permutation test by cluster: which side is called candidate is flipped, cluster by cluster. */
import type { Clusters } from "./clusters.ts";
import { randomFrom } from "./random.ts";

export interface SignFlipTest {
  /** Two-sided. */
  readonly p: number;
  readonly clusters: number;
  /** Whether all flips were counted, not drawn. */
  readonly isExact: boolean;
}

/** 2¹⁹ flips take some milliseconds; a cluster more doubles them. */
const enumerated = 20;

/**
 * Null hypothesis: in every cluster, all its differences together are as likely to come with the other sign. p is the share
 * of all flips whose summed differences are at least as far from 0 as the observed ones; with more than 20 clusters that
 * sum to anything but 0, (b + 1)/(m + 1) over m drawn flips, b of them as far. Needs no normality; assumes that differences
 * are symmetric about 0 where the null hypothesis holds, as they are when both candidates are alike on every document.
 *
 * @see Pitman 1937, Journal of the Royal Statistical Society, Supplement 4:119; for (b + 1)/(m + 1) Phipson and Smyth 2010,
 *   "Permutation p-values should never be zero", Statistical Applications in Genetics and Molecular Biology 9:39
 */
export function signFlipTest(
  clusters: Clusters,
  { seed, draws = 9_999 }: { readonly seed: number | string; readonly draws?: number },
): SignFlipTest {
  const sums = clusters.map((differences) => differences.reduce((sum, difference) => sum + difference, 0));
  const scale = sums.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums of the same numbers in another order differ in the last bits; such ties count as equal.
  const moving = sums.filter((sum) => Math.abs(sum) > 1e-12 * scale);
  const reach = Math.abs(moving.reduce((sum, value) => sum + value, 0)) - 1e-9 * scale;
  if (moving.length <= enumerated) return { p: shareOfFlips(moving, reach), clusters: clusters.length, isExact: true };
  const random = randomFrom(seed);
  let asFar = 0;
  for (let draw = 0; draw < draws; draw++) {
    const sum = moving.reduce((total, value) => (random.uniform() < 0.5 ? total + value : total - value), 0);
    if (Math.abs(sum) >= reach) asFar++;
  }
  return { p: (asFar + 1) / (draws + 1), clusters: clusters.length, isExact: false };
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
