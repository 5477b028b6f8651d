/** Two options on the samples that both were asked: quality, and what it takes. */
import { holmAdjusted, type SampleSize } from "../stats/index.ts";
import { type PairedEstimate, qualityDifference, ratioOfTotals, samplesNeeded, typicalRatio } from "./difference.ts";
import type { Measured } from "./option.ts";
import type { Measure } from "./samples.ts";

export const axes = ["quality", "costUsd", "ttftMs", "kvCacheBytes"] as const;
export type Axis = (typeof axes)[number];

/** With the p-value after Holm's correction over the comparisons that it was made with. */
export interface Adjusted extends PairedEstimate {
  readonly adjustedP: number;
}

export interface Comparison {
  readonly option: string;
  readonly against: string;
  /** Samples that one side was asked and that lack a quality on one of them. */
  readonly leftOut: number;
  /** Option − against, −1 to 1. */
  readonly quality: Adjusted | null;
  /** Option ÷ against: total costs, with and without prefix caching; typical TTFT and KV-cache bytes of a sample. */
  readonly costUsd: Adjusted | null;
  readonly costWithoutCacheUsd: Adjusted | null;
  readonly ttftMs: Adjusted | null;
  readonly kvCacheBytes: Adjusted | null;
  /** Of the quality: established at 5 % after the correction, or not. Null where there is nothing to compare. */
  readonly verdict: "better" | "worse" | "not told apart" | null;
  /** The whole interval of the difference lies within `careAbout`. */
  readonly isAsGood: boolean;
  /** Its lower end does: if the option is worse, then by less than `careAbout`. */
  readonly isNotWorse: boolean;
  /**
   * Samples that detect a difference of `careAbout` with a power of 0.8, as these differ; null where nothing is open, or no
   * number of samples would tell, and where it was not asked for.
   */
  readonly needed: SampleSize | null;
}

export const significance = 0.05;

const compared = ["quality", "costUsd", "costWithoutCacheUsd", "ttftMs", "kvCacheBytes"] as const;

/** Comparisons that are read together: each axis is corrected over all of them. */
export function compareAll(
  pairs: readonly (readonly [Measured, Measured])[],
  documentOf: Int32Array,
  careAbout: number,
): Comparison[] {
  const raw = pairs.map(([option, against]) => rawComparison(option, against, documentOf));
  return corrected(raw, careAbout);
}

/** The same comparisons corrected anew, as a family of their own. */
export function corrected(comparisons: readonly Comparison[], careAbout: number): Comparison[] {
  const adjusted = new Map(
    compared.map((axis) => {
      const known = comparisons.filter((comparison) => comparison[axis] !== null);
      const values = holmAdjusted(known.map((comparison) => comparison[axis]!.p));
      return [axis, new Map(known.map((comparison, index) => [comparison, values[index]!]))] as const;
    }),
  );
  return comparisons.map((comparison) => {
    const withAdjusted = compared.map((axis) => {
      const adjustedP = adjusted.get(axis)!.get(comparison);
      return [axis, adjustedP === undefined ? null : { ...comparison[axis], adjustedP }];
    });
    return judged({ ...comparison, ...Object.fromEntries(withAdjusted) }, careAbout);
  });
}

/** Seen from the other side. */
export function turned(comparison: Comparison, careAbout: number): Comparison {
  const { option, against, quality } = comparison;
  const ratios = Object.fromEntries(
    compared.slice(1).map((axis) => [axis, inverted(comparison[axis] as Adjusted | null)]),
  );
  return judged(
    {
      ...comparison,
      option: against,
      against: option,
      quality: quality && {
        ...quality,
        value: 0 - quality.value,
        interval: quality.interval && { low: 0 - quality.interval.high, high: 0 - quality.interval.low },
      },
      ...ratios,
    },
    careAbout,
  );
}

const inverted = (ratio: Adjusted | null): Adjusted | null =>
  ratio && {
    ...ratio,
    value: 1 / ratio.value,
    interval: ratio.interval && { low: 1 / ratio.interval.high, high: 1 / ratio.interval.low },
  };

function rawComparison(option: Measured, against: Measured, documentOf: Int32Array): Comparison {
  const sides = (measure: Measure) => ({
    option: option.means[measure],
    against: against.means[measure],
    documentOf,
  });
  const raw = (estimate: PairedEstimate | null): Adjusted | null => estimate && { ...estimate, adjustedP: estimate.p };
  const costs = (measure: "costUsd" | "costWithoutCacheUsd") =>
    option.option[measure].perCall === null || against.option[measure].perCall === null
      ? null
      : asFarAsKnown(raw(ratioOfTotals(sides(measure))), measure);
  // Against the most that something may have cost, nothing is known to be cheaper, and it is not known to be dearer.
  const asFarAsKnown = (ratio: Adjusted | null, measure: "costUsd" | "costWithoutCacheUsd") =>
    ratio === null ||
    measure === "costWithoutCacheUsd" ||
    !((option.option.costIsAtMost && ratio.value > 1) || (against.option.costIsAtMost && ratio.value < 1))
      ? ratio
      : null;
  const quality = raw(qualityDifference(sides("quality")));
  let asked = 0;
  for (let place = 0; place < documentOf.length; place++)
    if (!Number.isNaN(option.means.asked[place]!) || !Number.isNaN(against.means.asked[place]!)) asked++;
  return {
    option: option.option.id,
    against: against.option.id,
    leftOut: asked - (quality?.n ?? 0),
    quality,
    costUsd: costs("costUsd"),
    costWithoutCacheUsd: costs("costWithoutCacheUsd"),
    ttftMs: raw(typicalRatio(sides("ttftMs"))),
    kvCacheBytes: raw(typicalRatio(sides("kvCacheBytes"))),
    verdict: null,
    isAsGood: false,
    isNotWorse: false,
    needed: null,
  };
}

/** With the samples that it would take, where the comparison leaves a difference that matters open. */
export function planned(
  comparison: Comparison,
  [option, against]: readonly [Measured, Measured],
  documentOf: Int32Array,
  careAbout: number,
): Comparison {
  if (comparison.verdict !== "not told apart" || comparison.isAsGood) return comparison;
  const sides = { option: option.means.quality, against: against.means.quality, documentOf };
  return { ...comparison, needed: samplesNeeded(sides, careAbout) };
}

function judged(comparison: Comparison, careAbout: number): Comparison {
  const { quality } = comparison;
  const interval = quality?.interval ?? null;
  const isNotWorse = interval !== null && interval.low > -careAbout;
  const isAsGood = isNotWorse && interval.high < careAbout;
  const verdict = quality && verdictOf(quality);
  const isOpen = verdict === "not told apart" && !isAsGood;
  return { ...comparison, verdict, isNotWorse, isAsGood, needed: isOpen ? comparison.needed : null };
}

function verdictOf({ value, adjustedP }: Adjusted): "better" | "worse" | "not told apart" {
  if (adjustedP > significance || value === 0) return "not told apart";
  return value > 0 ? "better" : "worse";
}

/** A cost, a time or a cache that is smaller by less is no reason to drop an option, however sure the difference. */
const worthwhile = 0.02;

/** How the option stands on an axis: of quality more is better, of the others less. Null where it is not known. */
export function standing(comparison: Comparison, axis: Axis): "surely better" | "worse" | "level" | null {
  const estimate = comparison[axis];
  if (estimate === null) return null;
  const gain = axis === "quality" ? estimate.value : -Math.log(estimate.value);
  if (gain > (axis === "quality" ? 0 : worthwhile) && estimate.adjustedP <= significance) return "surely better";
  return gain < 0 && estimate.p <= significance ? "worse" : "level";
}
