/** How alike the values of one cluster are. */
import type { Clusters } from "./clusters.ts";
import { mean } from "./mean.ts";

/**
 * The share of the variance that lies between clusters, by analysis of variance:
 *
 *   ρ = (MSB − MSW) / (MSB + (m − 1)·MSW)     with m = (n − Σ nᵢ²/n)/(clusters − 1)
 *
 * 1 where a cluster's values are all alike, about 0 where they are as unlike as any; chance can take it below 0.
 *
 * @returns null where it cannot be known: fewer than two clusters, one value in each, or all values alike
 * @see Donner 1986, "A review of inference procedures for the intraclass correlation coefficient", International
 *   Statistical Review 54:67
 */
export function intraClusterCorrelation(clusters: Clusters): number | null {
  const filled = clusters.filter((values) => values.length > 0);
  const all = filled.flat();
  if (filled.length < 2 || all.length === filled.length) return null;
  const centre = mean(all)!;
  let between = 0;
  let within = 0;
  for (const values of filled) {
    const own = mean(values)!;
    between += values.length * (own - centre) ** 2;
    within += values.reduce((sum, value) => sum + (value - own) ** 2, 0);
  }
  // What is left of equal values by rounding is no variance.
  if (!(between + within > 1e-18 * all.reduce((sum, value) => sum + value ** 2, 0))) return null;
  const meanSquareBetween = between / (filled.length - 1);
  const meanSquareWithin = within / (all.length - filled.length);
  const size = (all.length - sumOfSquaredSizes(filled) / all.length) / (filled.length - 1);
  return (meanSquareBetween - meanSquareWithin) / (meanSquareBetween + (size - 1) * meanSquareWithin);
}

export interface Likeness {
  /** 0 to 1. */
  readonly correlation: number;
  /** How much of it the values tell, 0 to 1; the rest is supposed. */
  readonly told: number;
}

/** (Σ (s − s̄)²)² at which what the values tell of their likeness, and what is supposed of it, weigh as much. */
const halfTold = 2;

/**
 * How alike scores from 0 to 1 are within clusters, as far as they tell, and ½, half way, as far as they do not:
 *
 *   ρ = w·max(0, ρ̂) + (1 − w)·½     with w = S²/(S² + 2), S = Σ (s − s̄)²
 *
 * S counts, among answers that are right or wrong, those of the rarer kind: nothing of them tells nothing, and what is known
 * grows as pairs of them do. So an interval does not shrink to half as soon as one answer differs from the others: its far end
 * comes nearer by little more than a point (docs/statistics.md).
 */
export function likenessWithin(clusters: Clusters): Likeness {
  const all = clusters.flat();
  const centre = mean(all) ?? 0;
  const spread = all.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const measured = intraClusterCorrelation(clusters);
  const told = measured === null ? 0 : spread ** 2 / (spread ** 2 + halfTold);
  return { correlation: told * Math.min(1, Math.max(0, measured ?? 0)) + (1 - told) / 2, told };
}

/** By how much clusters multiply the variance of a mean: 1 + (Σ nᵢ²/n − 1)·ρ (Kish 1965, "Survey Sampling", for unequal sizes). */
export function designEffect(clusters: Clusters<unknown>, correlation: number): number {
  const n = clusters.reduce((sum, values) => sum + values.length, 0);
  return 1 + (sumOfSquaredSizes(clusters) / n - 1) * correlation;
}

const sumOfSquaredSizes = (clusters: Clusters<unknown>) =>
  clusters.reduce((sum, values) => sum + values.length ** 2, 0);
