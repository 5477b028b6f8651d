/** The methods that were measured and not chosen, for the tables to show beside those that were. */
import {
  type Clusters,
  type Interval,
  normalCdf,
  normalQuantile,
  type Quotient,
  quantile,
  type Random,
  studentTQuantile,
} from "../../src/stats/index.ts";

/** The mean ± t·SE with CR1 and clusters − 1 degrees of freedom, as statsmodels and others have it. */
export function cr1Interval(clusters: Clusters): Interval {
  const all = clusters.flat();
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const parts = clusters.map((values) => values.reduce((sum, value) => sum + (value - mean) / all.length, 0));
  const count = clusters.length;
  const error = Math.sqrt((parts.reduce((sum, part) => sum + part ** 2, 0) * count) / (count - 1));
  const half = quantileOfT(count - 1) * error;
  return { low: mean - half, high: mean + half };
}

/** The same with CR2 and the degrees of freedom of Bell and McCaffrey 2002. */
export function cr2Interval(clusters: Clusters): Interval {
  const all = clusters.flat();
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  let [variance, squares, pulls, pullSquares] = [0, 0, 0, 0];
  for (const values of clusters) {
    const weight = values.length / all.length;
    const pull = weight ** 2 / (1 - weight);
    variance += values.reduce((sum, value) => sum + (value - mean) / all.length, 0) ** 2 / (1 - weight);
    squares += weight ** 2;
    pulls += pull;
    pullSquares += pull ** 2;
  }
  const half = quantileOfT(1 / (squares + pulls ** 2 - pullSquares)) * Math.sqrt(variance);
  return { low: mean - half, high: mean + half };
}

/** Fieller's interval of Σ numerator / Σ denominator from the totals of clusters; null where it is not one piece. */
export function fiellerInterval(clusters: Clusters<Quotient>): Interval | null {
  const count = clusters.length;
  const totals = clusters.map(totalOf);
  const whole = totalOf(totals);
  const scale = (quantileOfT(count - 1) ** 2 * count) / (count - 1);
  const spread = (of: (one: Quotient) => number, and: (one: Quotient) => number) =>
    totals.reduce((sum, one) => sum + of(one) * and(one), 0) - (of(whole) * and(whole)) / count;
  const [top, bottom] = [({ numerator }: Quotient) => numerator, ({ denominator }: Quotient) => denominator];
  const a = whole.denominator ** 2 - scale * spread(bottom, bottom);
  const b = whole.numerator * whole.denominator - scale * spread(top, bottom);
  const c = whole.numerator ** 2 - scale * spread(top, top);
  const root = b * b - a * c;
  if (!(a > 0 && root >= 0)) return null;
  return { low: (b - Math.sqrt(root)) / a, high: (b + Math.sqrt(root)) / a };
}

/** Percentile, BCa and studentised intervals of a ratio of sums, from the same resamples of clusters. */
export function bootstrapIntervals(clusters: Clusters<Quotient>, random: Random, resamples: number) {
  const totals = clusters.map(totalOf);
  const own = jackknife(totals);
  const draws = Array.from({ length: resamples }, () => jackknife(totals.map(() => random.pick(totals))));
  const estimates = draws.map(({ estimate }) => estimate);
  const below = estimates.filter((estimate) => estimate < own.estimate).length / resamples;
  const shift = normalQuantile(Math.min(1 - 0.5 / resamples, Math.max(0.5 / resamples, below)));
  const adjusted = (z: number) => normalCdf(shift + (shift + z) / (1 - own.acceleration * (shift + z)));
  const z = normalQuantile(0.975);
  const pivots = draws.map(({ estimate, error }) => (error > 0 ? (estimate - own.estimate) / error : 0));
  return {
    percentile: { low: quantile(estimates, 0.025)!, high: quantile(estimates, 0.975)! },
    bca: { low: quantile(estimates, adjusted(-z))!, high: quantile(estimates, adjusted(z))! },
    studentised: {
      low: own.estimate - quantile(pivots, 0.975)! * own.error,
      high: own.estimate - quantile(pivots, 0.025)! * own.error,
    },
  };
}

function jackknife(totals: readonly Quotient[]) {
  const { numerator, denominator } = totalOf(totals);
  const count = totals.length;
  const without = totals.map((one) => (numerator - one.numerator) / (denominator - one.denominator));
  const centre = without.reduce((sum, value) => sum + value, 0) / count;
  const squares = without.reduce((sum, value) => sum + (centre - value) ** 2, 0);
  const cubes = without.reduce((sum, value) => sum + (centre - value) ** 3, 0);
  return {
    estimate: numerator / denominator,
    error: Math.sqrt((squares * (count - 1)) / count),
    acceleration: squares > 0 ? cubes / (6 * squares ** 1.5) : 0,
  };
}

const totalOf = (samples: readonly Quotient[]): Quotient =>
  samples.reduce(
    (sum, one) => ({ numerator: sum.numerator + one.numerator, denominator: sum.denominator + one.denominator }),
    { numerator: 0, denominator: 0 },
  );

const known = new Map<number, number>();
function quantileOfT(degrees: number): number {
  if (!known.has(degrees)) known.set(degrees, studentTQuantile(0.975, degrees));
  return known.get(degrees)!;
}
