/** Krippendorff's α: how far raters agree beyond chance; of judges with each other, with themselves, with people. */
import { type BootstrapOptions, clusterBootstrap } from "./bootstrap.ts";
import type { Interval } from "./interval.ts";

/** What differences between ratings mean: labels, ranks, or amounts. */
export type Level = "nominal" | "ordinal" | "interval";

/** One unit's ratings, one a rater; null where a rater gave none. */
export type Ratings = readonly (number | string | null)[];

export interface Agreement {
  /** 1 for agreement throughout, 0 for chance, below 0 for less than chance. */
  readonly alpha: number;
  /** Units with two ratings or more; the others cannot be compared. */
  readonly units: number;
  readonly ratings: number;
  readonly interval: Interval | null;
}

/**
 * α = 1 − observed / expected disagreement, with the interval of a bootstrap by unit (see `clusterBootstrap`).
 *
 * @returns null where α is undefined: no unit with two ratings, or all ratings alike, which leaves nothing to disagree on
 */
export function krippendorffAgreement(
  units: readonly Ratings[],
  level: Level,
  options: BootstrapOptions,
): Agreement | null {
  const compared = units.map((unit) => unit.filter((rating) => rating !== null)).filter((unit) => unit.length > 1);
  const estimate = clusterBootstrap(compared, (drawn) => krippendorffAlpha(drawn, level), options);
  if (estimate === null) return null;
  const { estimate: alpha, interval } = estimate;
  return { alpha, units: compared.length, ratings: compared.flat().length, interval };
}

/**
 * Krippendorff's α from the values of each unit, any number of raters, any of them missing:
 *
 *   α = 1 − (n − 1) · Σ_units Σ_{i≠j} δ²(vᵢ, vⱼ)/(mᵤ − 1)  /  Σ_{c,k} n_c·n_k·δ²(c, k)
 *
 * over the n values of units with mᵤ ≥ 2 of them; n_c is how often c was given. δ² is 1 for two labels that differ, (c − k)²
 * for amounts, and for ranks the square of how many values lie from c to k, ends counted half.
 *
 * @returns null where α is undefined
 * @see Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", repository.upenn.edu/asc_papers/43
 * @throws RangeError for labels where ranks or amounts are needed
 */
export function krippendorffAlpha(units: readonly Ratings[], level: Level): number | null {
  const compared = units.map((unit) => unit.filter((rating) => rating !== null)).filter((unit) => unit.length > 1);
  const counts = new Map<number | string, number>();
  for (const rating of compared.flat()) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  const values = [...counts.keys()];
  const label = values.find((value) => typeof value === "string");
  if (label !== undefined && level !== "nominal") throw new RangeError(`${level} ratings are numbers, not "${label}"`);
  const distance = squaredDistance(counts, level);
  const n = compared.reduce((sum, unit) => sum + unit.length, 0);
  const expected = overPairs(values, (a, b) => counts.get(a)! * counts.get(b)! * distance(a, b));
  if (expected === 0) return null;
  const observed = compared.reduce((sum, unit) => sum + overPairs(unit, distance) / (unit.length - 1), 0);
  return 1 - ((n - 1) * observed) / expected;
}

type Distance = (a: number | string, b: number | string) => number;

/** δ² of two ratings. */
function squaredDistance(counts: ReadonlyMap<number | string, number>, level: Level): Distance {
  if (level === "nominal") return (a, b) => (a === b ? 0 : 1);
  if (level === "interval") return (a, b) => (Number(a) - Number(b)) ** 2;
  // A rating stands in the middle of all that are equal to it.
  const positions = new Map<number | string, number>();
  let below = 0;
  for (const [value, count] of [...counts].sort(([a], [b]) => Number(a) - Number(b))) {
    positions.set(value, below + count / 2);
    below += count;
  }
  return (a, b) => (positions.get(a)! - positions.get(b)!) ** 2;
}

/** Twice the sum over pairs of different places, as both orders count. */
function overPairs<Item>(items: readonly Item[], of: (a: Item, b: Item) => number): number {
  let sum = 0;
  for (let i = 1; i < items.length; i++) for (let j = 0; j < i; j++) sum += of(items[i]!, items[j]!);
  return 2 * sum;
}
