/** How many samples a paired comparison needs to detect a difference, and what a number of samples can detect. */
import { studentTQuantile } from "./distributions.ts";
import { defaultConfidence } from "./interval.ts";
import { defaultPower, detectableEffect, noncentralTTail } from "./power.ts";

/** What is known, or assumed, of the paired differences before the study. */
export interface PairedDesign {
  /** Standard deviation of a sample's difference; of 0/1 scores see `spreadOfDiscordance`. */
  readonly spread: number;
  /** Samples about one document, in the mean. */
  readonly samplesPerCluster?: number;
  /** The intra-cluster correlation of the differences, see `intraClusterCorrelation`. */
  readonly correlation?: number;
  readonly power?: number;
  readonly confidence?: number;
}

export interface SampleSize {
  readonly samples: number;
  readonly clusters: number;
}

/**
 * The fewest clusters, and samples in them, with which the interval of the paired difference leaves out 0, on the true
 * side, with probability `power`, when the true difference is `difference`: the smallest G with P(T′ > t) ≥ power, T′
 * noncentral with G − 1 degrees of freedom and noncentrality difference·√G / s, where s² = spread²·(1 + (m − 1)·ρ)/m is the
 * variance of the mean of a cluster of m.
 *
 * @see Miller 2024, arXiv:2411.00640, with normal quantiles, which ask for about two clusters fewer
 * @throws RangeError for a difference of 0, which no number of samples detects
 */
export function samplesToDetect(difference: number, design: PairedDesign): SampleSize {
  if (!(Math.abs(difference) > 0)) throw new RangeError(`a difference other than 0, not ${difference}`);
  const { power = defaultPower, confidence = defaultConfidence, samplesPerCluster = 1 } = design;
  const effect = Math.abs(difference) / clusterSpreadOf(design);
  const isEnough = (clusters: number) =>
    noncentralTTail(studentTQuantile(0.5 + confidence / 2, clusters - 1), clusters - 1, effect * Math.sqrt(clusters)) >=
    power;
  let [tooFew, enough] = [1, 2];
  while (!isEnough(enough)) [tooFew, enough] = [enough, 2 * enough];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return { samples: Math.ceil(enough * samplesPerCluster - 1e-9), clusters: enough };
}

/**
 * The true difference that so many samples detect with probability `power`; the reverse of `samplesToDetect`.
 *
 * @returns in the unit of the spread
 * @throws RangeError for fewer than two clusters
 */
export function detectableDifference(samples: number, design: PairedDesign): number {
  const clusters = Math.floor(samples / (design.samplesPerCluster ?? 1) + 1e-9);
  return detectableEffect(clusters, design.power, design.confidence) * clusterSpreadOf(design);
}

/**
 * The true difference of two 0/1 scores that so many samples detect, discordant on so many of them. Their spread is
 * √(discordance − difference²), so that the two follow from each other; and where the difference would be larger than the
 * discordance, all discordant samples speak for one side.
 *
 * @returns 0 to 1
 * @throws RangeError for fewer than two clusters
 */
export function detectableDiscordance(
  samples: number,
  discordance: number,
  design: Omit<PairedDesign, "spread">,
): number {
  const perSpread = detectableDifference(samples, { ...design, spread: 1 });
  const shared = 1 + perSpread ** 2;
  const difference = perSpread * Math.sqrt(discordance / shared);
  return difference <= discordance ? difference : perSpread ** 2 / shared;
}

/**
 * The standard deviation of the difference of two 0/1 scores, √(discordance − difference²).
 *
 * @param discordance  share of samples that exactly one of the two gets right
 */
export function spreadOfDiscordance(discordance: number, difference = 0): number {
  if (!(discordance >= Math.abs(difference) && discordance <= 1))
    throw new RangeError(`a discordance from ${Math.abs(difference)} to 1, not ${discordance}`);
  return Math.sqrt(discordance - difference ** 2);
}

/**
 * The share of samples that exactly one of two candidates gets right: p(1 − q) + q(1 − p) − 2·r·√(p(1 − p)·q(1 − q)).
 *
 * @param correlation  Pearson's, of the two 0/1 scores over samples; independent models have 0, near copies almost 1
 * @throws RangeError where those accuracies cannot correlate so
 */
export function discordanceOf(accuracy: number, otherAccuracy: number, correlation: number): number {
  const spread = Math.sqrt(accuracy * (1 - accuracy) * otherAccuracy * (1 - otherAccuracy));
  const both = accuracy * otherAccuracy + correlation * spread;
  const lowest = Math.max(0, accuracy + otherAccuracy - 1);
  if (!(both >= lowest - 1e-12 && both <= Math.min(accuracy, otherAccuracy) + 1e-12))
    throw new RangeError(`accuracies ${accuracy} and ${otherAccuracy} cannot have correlation ${correlation}`);
  return accuracy + otherAccuracy - 2 * both;
}

const clusterSpreadOf = ({ spread, samplesPerCluster = 1, correlation = 0 }: PairedDesign) =>
  spread * Math.sqrt((1 + (samplesPerCluster - 1) * correlation) / samplesPerCluster);
