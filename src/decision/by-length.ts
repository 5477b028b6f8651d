/**
 * Whether the better of two arms changes with the length of the material. Lengths are cut into bins before anything is
 * seen of the answers; a change is claimed only where one arm is established as better in one bin and the other in another.
 */
import { clusterBootstrap, defaultConfidence, holmAdjusted, type Interval, quantile } from "../stats/index.ts";
import { type Adjusted, significance } from "./comparison.ts";
import { costPerCorrectRatio } from "./cost-per-correct.ts";
import { qualityDifference } from "./difference.ts";
import type { Estimate } from "./estimate.ts";
import type { Measured } from "./option.ts";

export interface ByLength {
  /** From the shortest; lengths are tokens of the prompt with all of the material. */
  readonly bins: readonly LengthBin[];
  readonly quality: Change;
  readonly costPerCorrect: Change;
  readonly costPerCorrectWithoutCache: Change;
}

export interface LengthBin {
  readonly fromTokens: number;
  readonly toTokens: number;
  /** Arm − whole, with its p-value corrected over the bins. */
  readonly quality: Adjusted;
  /** Arm ÷ whole; the intervals hold in all bins at once with 95 %. */
  readonly costPerCorrect: Estimate | null;
  readonly costPerCorrectWithoutCache: Estimate | null;
}

/** Which side is established as better in each bin: 1 the arm, −1 all of the material, 0 neither. */
export interface Change {
  readonly better: readonly (1 | 0 | -1)[];
  /** Null where no change is established. */
  readonly at: {
    /** Below the change, as in `better`; above it is the other. */
    readonly below: 1 | -1;
    /** The two bins in which the sides are established, from the start of one to the end of the other, tokens. */
    readonly betweenTokens: Interval;
    /** Of quality: the length that parts the samples best, tokens, with its interval by bootstrap over documents. */
    readonly estimateTokens: number | null;
    readonly intervalTokens: Interval | null;
  } | null;
}

/** With fewer than eight documents in a bin, not even the same sign in all of them is established after the correction. */
const fewestDocuments = 16;
const documentsPerBin = 20;
const mostBins = 4;

export function byLength(arm: Measured, whole: Measured, documentOf: Int32Array): ByLength | null {
  const lengths = whole.means.inputTokens;
  const places = [...lengths.keys()].filter((place) =>
    [lengths, arm.means.quality, whole.means.quality].every((values) => !Number.isNaN(values[place]!)),
  );
  if (places.length === 0) return null;
  const groups = binned(places, lengths, documentOf);
  const confidence = 1 - (1 - defaultConfidence) / groups.length;
  const differences = groups.map((group) => {
    const only = (values: Float64Array) => picked(values, group);
    const sides = { option: only(arm.means.quality), against: only(whole.means.quality), documentOf };
    return qualityDifference(sides)!;
  });
  const adjusted = holmAdjusted(differences.map(({ p }) => p));
  const bins = groups.map((group, index): LengthBin => {
    const own = group.map((place) => lengths[place]!);
    const paid = paidWithin(index);
    return {
      fromTokens: Math.round(own[0]!),
      toTokens: Math.round(own.at(-1)!),
      quality: { ...differences[index]!, adjustedP: adjusted[index]! },
      costPerCorrect: costPerCorrectRatio(arm, whole, "costUsd", documentOf, paid, confidence),
      costPerCorrectWithoutCache: costPerCorrectRatio(arm, whole, "costWithoutCacheUsd", documentOf, paid, confidence),
    };
  });
  const quality = changeOf(
    bins,
    bins.map(({ quality: { value, adjustedP } }) => (adjustedP <= significance ? sign(value) : 0)),
  );
  return {
    bins,
    quality: quality.at === null ? quality : { ...quality, at: { ...quality.at, ...parting(quality.at.below) } },
    costPerCorrect: changeOf(
      bins,
      bins.map((bin) => cheaper(bin.costPerCorrect)),
    ),
    costPerCorrectWithoutCache: changeOf(
      bins,
      bins.map((bin) => cheaper(bin.costPerCorrectWithoutCache)),
    ),
  };

  /** Samples of a bin's lengths, those too that one side was paid for and failed at: each bin goes on to the next one. */
  function paidWithin(bin: number): number[] {
    const start = (index: number) => lengths[groups[index]![0]!]!;
    const from = bin === 0 ? 0 : start(bin);
    const before = bin === groups.length - 1 ? Number.POSITIVE_INFINITY : start(bin + 1);
    return [...lengths.keys()].filter((place) => lengths[place]! >= from && lengths[place]! < before);
  }

  function parting(below: 1 | -1) {
    const points = places.map((place) => ({
      tokens: lengths[place]!,
      difference: arm.means.quality[place]! - whole.means.quality[place]!,
      document: documentOf[place]!,
    }));
    return partingLength(points, below);
  }
}

const sign = (value: number) => Math.sign(value) as 1 | 0 | -1;

function cheaper(ratio: Estimate | null): 1 | 0 | -1 {
  if (!ratio?.interval) return 0;
  return ratio.interval.high < 1 ? 1 : ratio.interval.low > 1 ? -1 : 0;
}

/** Places by length, from the shortest, in bins of about as many; samples of one length stay together. */
function binned(places: readonly number[], lengths: Float64Array, documentOf: Int32Array): number[][] {
  const sorted = places.toSorted((a, b) => lengths[a]! - lengths[b]! || a - b);
  const documents = new Set(places.map((place) => documentOf[place])).size;
  const count = Math.max(
    documents < fewestDocuments ? 1 : 2,
    Math.min(mostBins, Math.floor(documents / documentsPerBin)),
  );
  const bins: number[][] = [];
  for (const [rank, place] of sorted.entries()) {
    const starts =
      rank === 0 || (rank >= (bins.length * sorted.length) / count && lengths[place] !== lengths[sorted[rank - 1]!]);
    if (starts) bins.push([place]);
    else bins.at(-1)!.push(place);
  }
  return bins;
}

function picked(values: Float64Array, places: readonly number[]): Float64Array {
  const result = new Float64Array(values.length).fill(Number.NaN);
  for (const place of places) result[place] = values[place]!;
  return result;
}

/** A change where the established sides change exactly once from short to long. */
function changeOf(bins: readonly LengthBin[], better: readonly (1 | 0 | -1)[]): Change {
  const established = better.flatMap((side, index) => (side === 0 ? [] : { side, index }));
  const changes = established.filter(({ side }, place) => place > 0 && side !== established[place - 1]!.side);
  const [change] = changes;
  if (change === undefined || changes.length > 1) return { better, at: null };
  const before = established[established.indexOf(change) - 1]!;
  return {
    better,
    at: {
      below: before.side,
      betweenTokens: { low: bins[before.index]!.fromTokens, high: bins[change.index]!.toTokens },
      estimateTokens: null,
      intervalTokens: null,
    },
  };
}

interface Point {
  readonly tokens: number;
  readonly difference: number;
  readonly document: number;
}

const mostLevels = 256;

/**
 * The length that parts the samples so that the side which is better below it gains most there, and the other most above
 * it: the largest Σ ± difference. Lengths are first put on at most 256 levels.
 */
function partingLength(
  points: readonly Point[],
  below: 1 | -1,
): { estimateTokens: number | null; intervalTokens: Interval | null } {
  const tokens = points.map((point) => point.tokens);
  const sorted = tokens.toSorted((a, b) => a - b);
  const edges = [
    ...new Set(Array.from({ length: mostLevels }, (_, level) => quantile(sorted, level / (mostLevels - 1))!)),
  ];
  const levelled = points.map(({ tokens, difference, document }) => ({
    level: Math.max(
      0,
      edges.findLastIndex((edge) => edge <= tokens),
    ),
    difference,
    document,
  }));
  const clusters = [...Map.groupBy(levelled, ({ document }) => document).values()];
  const gains = new Float64Array(edges.length);
  const estimate = clusterBootstrap(
    clusters,
    (drawn) => {
      gains.fill(0);
      for (const cluster of drawn) for (const { level, difference } of cluster) gains[level]! += below * difference;
      return bestParting(gains, edges);
    },
    { seed: "parting length", resamples: Math.max(200, Math.min(1_000, Math.round(2e7 / points.length))) },
  );
  return { estimateTokens: estimate?.estimate ?? null, intervalTokens: estimate?.interval ?? null };
}

/** In the middle of the two lengths that it parts, and of all partings that are as good. */
function bestParting(gains: Float64Array, edges: readonly number[]): number | null {
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  let [before, most] = [0, Number.NEGATIVE_INFINITY];
  let places: number[] = [];
  for (let level = 0; level < edges.length - 1; level++) {
    before += gains[level]!;
    const gained = 2 * before - total;
    if (gained > most + 1e-9) places = [];
    if (gained > most - 1e-9) {
      places.push((edges[level]! + edges[level + 1]!) / 2);
      most = Math.max(most, gained);
    }
  }
  return places.length === 0 ? null : (places[0]! + places.at(-1)!) / 2;
}
