/** How far an estimate from clustered observations may be off. */
import { studentTQuantile } from "./distributions.ts";

export interface ClusterSpread {
  readonly standardError: number;
  /** Of Student's t; with clusters of one size it is clusters − 1, with unequal ones less. */
  readonly degreesOfFreedom: number;
}

/**
 * The spread of an estimate that is, to first order, a sum of one part from each cluster:
 *
 *   V = Σ e²/(1 − w)        ν = 1 / (Σ w² + Σ_{g≠h} a_g·a_h)   with a = w²/(1 − w)
 *
 * e is a cluster's part in the deviation (for a mean the sum of its residuals over n), w its share of the weight (its size
 * over n). For a mean, V is the cluster-robust variance CR2, unbiased where observations are independent, and ν its
 * Satterthwaite degrees of freedom. The more usual CR1 with clusters − 1 degrees forgets that a large cluster pulls the mean
 * towards itself: with ten unequal clusters it covers 91 % where this covers 95 (docs/statistics.md).
 *
 * @param parts  one a cluster, in the unit of the estimate
 * @param weights  one a cluster, adding up to 1
 * @returns null for fewer than two clusters with weight
 * @see Bell and McCaffrey 2002, "Bias reduction in standard errors for linear regression with multi-stage samples",
 *   Survey Methodology 28:169; for evaluations Miller 2024, arXiv:2411.00640
 */
export function clusterSpread(parts: readonly number[], weights: readonly number[]): ClusterSpread | null {
  let variance = 0;
  let squares = 0;
  let pulls = 0;
  let pullSquares = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight >= 1) return null;
    const pull = weight ** 2 / (1 - weight);
    variance += parts[index]! ** 2 / (1 - weight);
    squares += weight ** 2;
    pulls += pull;
    pullSquares += pull ** 2;
  }
  if (squares === 0) return null;
  return { standardError: Math.sqrt(variance), degreesOfFreedom: 1 / (squares + pulls ** 2 - pullSquares) };
}

/** Half the width of Student's interval; null without a spread, and of a spread of 0, which says that none was seen. */
export function halfWidth(spread: ClusterSpread | null, confidence: number): number | null {
  if (spread === null || spread.standardError === 0) return null;
  return studentTQuantile(0.5 + confidence / 2, spread.degreesOfFreedom) * spread.standardError;
}
