/** Ratios of sums over clustered samples: cost per correct answer, one candidate's cost as a multiple of another's. */
import { clusterSpread, studentInterval } from "./cluster-spread.ts";
import { clustersBy } from "./clusters.ts";
import { defaultConfidence, type Interval } from "./interval.ts";

export interface RatioEstimate {
  readonly ratio: number;
  readonly n: number;
  readonly clusters: number;
  /** Null for one cluster, where the ratio is 0, and where it is the same in every cluster. */
  readonly interval: Interval | null;
}

/** One sample's part in both sums. */
export interface Quotient {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * Σ numerator / Σ denominator over samples, e.g. Σ cost / Σ correct in USD per correct answer, with the interval of its
 * logarithm (see `studentInterval`). SE is that of the linearised ln R, Σ y/Y − Σ x/X, by cluster (see `clusterSpread`, where
 * a cluster's weight is its mean share of the sums). It mirrors when the ratio is turned over, and is never negative.
 * Fieller's interval covers less well, and has no ends where the denominator is small (docs/statistics.md).
 *
 * @returns null where the denominators add up to 0
 * @see Cochran 1977, "Sampling Techniques", 3rd ed., chapter 6, for the linearised variance of a ratio
 * @throws RangeError for a negative value
 */
export function ratioOfSums(
  samples: readonly (Quotient & { readonly cluster: string })[],
  confidence = defaultConfidence,
): RatioEstimate | null {
  const parts = samples.map(({ cluster, numerator, denominator }) => ({ cluster, values: [numerator, denominator] }));
  return productOfSums(parts, [1, -1], confidence);
}

/**
 * How many times one ratio of sums is another, over the same samples: (Σ candidate) over (Σ baseline), e.g. the
 * candidate's cost per correct answer as a multiple of the baseline's. Interval, result and errors as of `ratioOfSums`.
 */
export function ratioOfRatios(
  samples: readonly { readonly cluster: string; readonly baseline: Quotient; readonly candidate: Quotient }[],
  confidence = defaultConfidence,
): RatioEstimate | null {
  const parts = samples.map(({ cluster, baseline, candidate }) => ({
    cluster,
    values: [candidate.numerator, candidate.denominator, baseline.numerator, baseline.denominator],
  }));
  return productOfSums(parts, [1, -1, -1, 1], confidence);
}

interface Part {
  readonly cluster: string;
  readonly values: readonly number[];
}

/** Π (Σ value)^exponent, exponents 1 or −1. */
function productOfSums(parts: readonly Part[], exponents: readonly number[], confidence: number): RatioEstimate | null {
  const negative = parts.flatMap(({ values }) => values).find((value) => !(value >= 0));
  if (negative !== undefined) throw new RangeError(`a ratio needs values of 0 or more, not ${negative}`);
  const sums = totals(parts, exponents.length);
  if (exponents.some((exponent, index) => exponent < 0 && sums[index] === 0) || parts.length === 0) return null;
  const ratio = exponents.reduce(
    (product, exponent, index) => (exponent > 0 ? product * sums[index]! : product / sums[index]!),
    1,
  );
  const clusters = clustersBy(parts, ({ cluster }) => cluster);
  const result = { ratio, n: parts.length, clusters: clusters.length };
  if (ratio === 0) return { ...result, interval: null };
  const shares = clusters.map((cluster) => totals(cluster, exponents.length).map((sum, index) => sum / sums[index]!));
  const spread = clusterSpread(
    shares.map((share) => exponents.reduce((sum, exponent, index) => sum + exponent * share[index]!, 0)),
    shares.map((share) => share.reduce((sum, value) => sum + value, 0) / exponents.length),
  );
  const logarithm = studentInterval(Math.log(ratio), spread, confidence);
  return { ...result, interval: logarithm && { low: Math.exp(logarithm.low), high: Math.exp(logarithm.high) } };
}

const totals = (parts: readonly Part[], columns: number) =>
  Array.from({ length: columns }, (_, index) => parts.reduce((sum, { values }) => sum + values[index]!, 0));

/** An estimate with both ends of its interval. */
export interface Ranged {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * The interval of a quotient from those of its parts (MOVER-R), which need not lie evenly around them:
 *
 *   low  = a / (xy + √(x²y² − a·b))     a = x_l(2x − x_l)     b = y_u(2y − y_u)
 *   high = (xy + √(x²y² − c·d)) / d     c = x_u(2x − x_u)     d = y_l(2y − y_l)
 *
 * With even intervals it is Fieller's, without correlation. Assumes that the parts are estimated independently.
 *
 * @returns null where the denominator's interval reaches 0: the quotient then has no upper end
 * @see Newcombe 2016, "MOVER-R confidence intervals for ratios and products of two independently estimated quantities",
 *   Statistical Methods in Medical Research 25:1774; its lower end is written without the difference that cancels
 */
export function intervalOfQuotient(numerator: Ranged, denominator: Ranged): Interval | null {
  const [x, y] = [numerator.value, denominator.value];
  if (denominator.interval.low <= 0) return null;
  const [a, c] = [numerator.interval.low, numerator.interval.high].map((end) => end * (2 * x - end)) as [
    number,
    number,
  ];
  const [d, b] = [denominator.interval.low, denominator.interval.high].map((end) => end * (2 * y - end)) as [
    number,
    number,
  ];
  const root = (product: number) => Math.sqrt(Math.max(0, (x * y) ** 2 - product));
  return { low: a / (x * y + root(a * b)), high: (x * y + root(c * d)) / d };
}
