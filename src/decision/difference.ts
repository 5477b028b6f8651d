/** By how much two options differ on the samples that both have, and how sure that is. */
import {
  type Clusters,
  clusteredMean,
  clusteredProportion,
  clusterSpread,
  type Interval,
  likenessWithin,
  mcnemarTest,
  type SampleSize,
  samplesToDetect,
  signFlipTest,
  standardDeviation,
  studentTCdf,
} from "../stats/index.ts";
import { type Estimate, overNothing, ratioOf, seen } from "./estimate.ts";

/** Values of two options by place; a place counts where both have one. */
export interface Sides {
  readonly option: Float64Array;
  readonly against: Float64Array;
  readonly documentOf: Int32Array;
}

/** Option − against, or option ÷ against. */
export interface PairedEstimate extends Estimate {
  /** Two-sided. */
  readonly p: number;
  readonly test: "McNemar" | "sign flip" | "t";
}

/** −1 to 1. Null without pairs. */
export function qualityDifference(sides: Sides): PairedEstimate | null {
  const clusters = pairedBy(sides, (option, against) => option - against);
  const estimate = clusteredMean(clusters);
  if (estimate === null) return null;
  const { mean: value, n, clusters: documents } = estimate;
  return {
    value,
    n,
    documents,
    interval: differenceInterval(clusters, seen(estimate.interval, value)),
    ...testOf(clusters),
  };
}

/**
 * Student's interval of the clustered mean. Differences that were hardly seen say little of their spread, and none says
 * nothing: where no more than three documents differ at all it is at least as wide as the one that follows from the intervals
 * of the two shares, those that only this side gets right and those that only the other does; from there to nine it comes
 * step by step to its own, as it would be odd if one more loss made it much narrower.
 *
 * @see Zou and Donner 2008, "Construction of confidence limits about effect measures", Statistics in Medicine 27:1693
 */
function differenceInterval(clusters: Clusters, student: Interval | null): Interval | null {
  if (clusters.length < 2) return null;
  const moving = clusters.filter((cluster) => cluster.some((difference) => difference !== 0)).length;
  const unseen = Math.min(1, Math.max(0, (wellSeen - moving) / (wellSeen - hardlySeen)));
  if (unseen === 0 && student !== null) return student;
  const more = clusteredProportion(clusters.map((cluster) => cluster.map((one) => Math.max(0, one))));
  const less = clusteredProportion(clusters.map((cluster) => cluster.map((one) => Math.max(0, -one))));
  if (!more?.interval || !less?.interval) return student;
  const value = more.share - less.share;
  const low = value - Math.hypot(more.share - more.interval.low, less.interval.high - less.share);
  const high = value + Math.hypot(more.interval.high - more.share, less.share - less.interval.low);
  if (student === null) return { low: Math.max(-1, low), high: Math.min(1, high) };
  return {
    low: Math.max(-1, student.low + unseen * Math.min(0, low - student.low)),
    high: Math.min(1, student.high + unseen * Math.max(0, high - student.high)),
  };
}

/** Documents that differ. */
const hardlySeen = 3;
const wellSeen = 9;

/**
 * Σ option ÷ Σ against, for costs: what one pays adds up. 0 where the option alone costs nothing, infinite where the other
 * side alone does, 1 where both do. Null without pairs.
 */
export function ratioOfTotals(sides: Sides): PairedEstimate | null {
  const pairs: { cluster: string; numerator: number; denominator: number }[] = [];
  eachPair(sides, (numerator, denominator, document) =>
    pairs.push({ cluster: String(document), numerator, denominator }),
  );
  if (pairs.length === 0) return null;
  const clusters = pairedBy(sides, (option, against) => option - against);
  const paid = pairs.reduce((sum, { numerator }) => sum + numerator, 0);
  const estimate = ratioOf(pairs) ?? overNothing(paid, pairs.length, clusters.length);
  return { ...estimate, ...testOf(clusters) };
}

/** How many times as much a sample takes, typically: e to the mean of ln(option ÷ against), for times and bytes above 0. */
export function typicalRatio(sides: Sides): PairedEstimate | null {
  const clusters = pairedBy(sides, (option, against) =>
    option > 0 && against > 0 ? Math.log(option / against) : Number.NaN,
  );
  const estimate = clusteredMean(clusters);
  if (estimate === null) return null;
  const { mean, interval, n, clusters: documents } = estimate;
  const value = Math.exp(mean);
  return {
    value,
    interval: seen(interval && { low: Math.exp(interval.low), high: Math.exp(interval.high) }, value),
    n,
    documents,
    ...testOf(clusters),
  };
}

export function eachPair(
  { option, against, documentOf }: Sides,
  use: (option: number, against: number, document: number) => void,
): void {
  for (let place = 0; place < documentOf.length; place++)
    if (!Number.isNaN(option[place]!) && !Number.isNaN(against[place]!))
      use(option[place]!, against[place]!, documentOf[place]!);
}

/** By document; what is not a number is left out. */
function pairedBy(sides: Sides, of: (option: number, against: number) => number): number[][] {
  const clusters = new Map<number, number[]>();
  eachPair(sides, (option, against, document) => {
    const value = of(option, against);
    if (Number.isNaN(value)) return;
    const mine = clusters.get(document);
    if (mine === undefined) clusters.set(document, [value]);
    else mine.push(value);
  });
  return [...clusters.values()];
}

/**
 * McNemar's mid-p where every document has one sample and all differences are −1, 0 or 1; the sign-flip test; and with more
 * than 500 documents that differ, where it would say the same, Student's t of the clustered mean.
 */
function testOf(clusters: Clusters): Pick<PairedEstimate, "p" | "test"> {
  const differences = clusters.flat();
  if (clusters.length === differences.length && differences.every((one) => one === 0 || Math.abs(one) === 1)) {
    const more = differences.filter((one) => one > 0).length;
    const less = differences.filter((one) => one < 0).length;
    return { p: Math.min(1, mcnemarTest(less, more).midP), test: "McNemar" };
  }
  const moving = clusters.filter((cluster) => cluster.some((one) => one !== 0));
  if (moving.length <= mostFlipped) return { p: signFlipTest(moving).p, test: "sign flip" };
  return { p: studentP(clusters), test: "t" };
}

const mostFlipped = 500;

function studentP(clusters: Clusters): number {
  const n = clusters.reduce((sum, cluster) => sum + cluster.length, 0);
  const totals = clusters.map((cluster) => cluster.reduce((sum, one) => sum + one, 0));
  const mean = totals.reduce((sum, one) => sum + one, 0) / n;
  const spread = clusterSpread(
    clusters.map((cluster, index) => (totals[index]! - cluster.length * mean) / n),
    clusters.map((cluster) => cluster.length / n),
  );
  if (spread === null || spread.standardError === 0) return mean === 0 ? 1 : 0;
  return 2 * studentTCdf(-Math.abs(mean) / spread.standardError, spread.degreesOfFreedom);
}

/**
 * Samples of which a difference of `careAbout` is detected with a power of 0.8, as these differ: planned with the spread and the likeness within documents that these differences have. Where none differs, with the
 * most that the share of discordant samples could be. Null of one document.
 */
export function samplesNeeded(sides: Sides, careAbout: number): SampleSize | null {
  const clusters = pairedBy(sides, (option, against) => option - against);
  const differences = clusters.flat();
  if (clusters.length < 2 || !(careAbout > 0)) return null;
  const spread = standardDeviation(differences) ?? 0;
  const most = clusteredProportion(clusters.map((cluster) => cluster.map((one) => Math.abs(one))))?.interval?.high ?? 1;
  return samplesToDetect(careAbout, {
    spread: spread > 1e-9 ? spread : Math.sqrt(most),
    samplesPerCluster: differences.length / clusters.length,
    correlation: likenessWithin(clusters).correlation,
  });
}
