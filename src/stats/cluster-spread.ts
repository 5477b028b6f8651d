/** How far an estimate from clustered observations may be off. */
import { normalQuantile, studentTQuantile } from "./distributions.ts";
import type { Interval } from "./interval.ts";

export interface ClusterSpread {
  readonly standardError: number;
  /** Of Student's t; with clusters of one size it is clusters − 1, with unequal ones less. */
  readonly degreesOfFreedom: number;
  /** Of the estimate, −1 to 1: above 0 where a few clusters pull it up. */
  readonly skewness: number;
}

/**
 * The spread of an estimate that is, to first order, a sum of one part from each cluster, by the jackknife:
 *
 *   V = (G − 1)/G · Σ d²        d = e/(1 − w)        skewness = Σ d³ / (Σ d²)^1.5
 *   ν = (Σ w/(1 − w))² / (Σ b + Σ_{g≠h} b_g·b_h)     b = (w/(1 − w))²
 *
 * over G clusters. e is a cluster's part in the deviation (for a mean the sum of its residuals over n), w its share of the
 * weight (its size over n), so that d is how far the estimate moves without it. For a mean, V is the cluster-robust variance
 * CR3, and ν its Satterthwaite degrees of freedom for independent observations. The more usual CR1 with clusters − 1 degrees
 * forgets that a large cluster pulls the mean towards itself: with ten unequal clusters it covers 91 % where this covers 96.
 * CR2 allows for it as far as observations are independent, and falls short where those of a cluster are alike
 * (docs/statistics.md). With clusters of one size the three are the same.
 *
 * @param parts  one a cluster, in the unit of the estimate
 * @param weights  one a cluster, adding up to 1
 * @returns null for fewer than two clusters with weight
 * @see Bell and McCaffrey 2002, "Bias reduction in standard errors for linear regression with multi-stage samples",
 *   Survey Methodology 28:169; MacKinnon, Nielsen and Webb 2023, "Fast and reliable jackknife and bootstrap methods for
 *   cluster-robust inference", Journal of Applied Econometrics 38:671; for evaluations Miller 2024, arXiv:2411.00640
 */
export function clusterSpread(parts: readonly number[], weights: readonly number[]): ClusterSpread | null {
  let [clusters, squares, cubes] = [0, 0, 0];
  let [expected, pulls, pullSquares] = [0, 0, 0];
  for (const [index, weight] of weights.entries()) {
    if (weight >= 1) return null;
    if (weight === 0) continue;
    const moved = parts[index]! / (1 - weight);
    const odds = weight / (1 - weight);
    clusters++;
    squares += moved ** 2;
    cubes += moved ** 3;
    expected += odds;
    pulls += odds ** 2;
    pullSquares += odds ** 4;
  }
  if (clusters < 2) return null;
  return {
    standardError: Math.sqrt((squares * (clusters - 1)) / clusters),
    degreesOfFreedom: expected ** 2 / (pulls + pulls ** 2 - pullSquares),
    skewness: squares === 0 ? 0 : cubes / squares ** 1.5,
  };
}

/**
 * Student's interval, estimate ± t·SE, and on the side of the longer tail further out by skewness·(2z² + 1)/6 · SE, z the
 * normal quantile: there a tail that was hardly seen makes both the estimate and its SE too small. The correction is the
 * first term of the t statistic's Edgeworth expansion. It would shorten the other side by as much; it is not taken there,
 * as the skewness of few clusters is known badly.
 *
 * @returns null without a spread, and of a spread of 0, which says that none was seen
 * @see Johnson 1978, "Modified t tests and confidence intervals for asymmetrical populations", JASA 73:536; Hall 1983,
 *   "Inverting an Edgeworth expansion", Annals of Statistics 11:569
 */
export function studentInterval(estimate: number, spread: ClusterSpread | null, confidence: number): Interval | null {
  if (spread === null || spread.standardError === 0) return null;
  const { standardError, degreesOfFreedom, skewness } = spread;
  const tail = 0.5 + confidence / 2;
  const t = studentTQuantile(tail, degreesOfFreedom);
  const further = (skewness * (2 * normalQuantile(tail) ** 2 + 1)) / 6;
  return {
    low: estimate - (t + Math.max(0, -further)) * standardError,
    high: estimate + (t + Math.max(0, further)) * standardError,
  };
}
