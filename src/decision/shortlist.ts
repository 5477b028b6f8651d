/** Three or four options worth a closer look, each with what speaks for it and against it. */
import { formatBytes, formatMs, formatShare, formatTokens, formatUsd } from "../units/index.ts";
import { type Axis, axes, type Comparison } from "./comparison.ts";
import { axisNames, type Dominated } from "./domination.ts";
import type { Estimate } from "./estimate.ts";
import type { Option } from "./option.ts";
import {
  amountText,
  basis,
  counted,
  listed,
  namesOrCount,
  pointsText,
  shareText,
  sizeInPoints,
  timesText,
} from "./words.ts";

export interface Shortlisted {
  readonly option: string;
  readonly reasons: readonly string[];
  readonly against: readonly string[];
}

export interface ShortlistInput {
  readonly options: readonly Option[];
  /** The option that does best on the samples that options share. */
  readonly reference: string;
  /** Every other option against the reference. */
  readonly comparisons: readonly Comparison[];
  readonly dominated: readonly Dominated[];
  /** Any two options, from the first one's side. */
  readonly between: (option: string, against: string) => Comparison;
  readonly careAbout: number;
}

export const mostFailedShare = 0.05;

/** The highest quality, and of those not worse than it by `careAbout` the cheapest, the fastest and the smallest. */
export function shortlist(input: ShortlistInput): Shortlisted[] {
  const { options, reference, comparisons, careAbout } = input;
  const best = options.find(({ id }) => id === reference)!;
  const asGood = options.filter(
    ({ id }) => id === reference || comparisons.some(({ option, isNotWorse }) => option === id && isNotWorse),
  );
  const reasons = new Map<string, string[]>([[reference, [bestReason(input, best)]]]);
  for (const { axis, superlative, of, format } of lowest) {
    const known = asGood.flatMap((option) => {
      const estimate = of(option);
      return estimate === null ? [] : { option, estimate };
    });
    const least = known.reduce<(typeof known)[number] | null>(
      (least, one) => (least === null || one.estimate.value < least.estimate.value ? one : least),
      null,
    );
    if (least === null || options.length < 2 || known.length < 2) continue;
    const { id } = least.option;
    const level = known.filter(({ option }) => option.id !== id && isLevel(input.between(id, option.id), axis));
    const mine = reasons.get(id) ?? [
      `quality not worse than the highest by ${sizeInPoints(careAbout)}: ${pointsText(comparisons.find(({ option }) => option === id)!.quality!)}`,
    ];
    reasons.set(id, [
      ...mine,
      [
        `${superlative} of ${asGood.length} with such a quality: ${amountText(least.estimate, format)}`,
        ...(id === reference || comparisonRatio(input, id, axis) === null
          ? []
          : [`${timesText(comparisonRatio(input, id, axis)!)} that of the highest`]),
        ...(level.length === 0
          ? []
          : [
              `not told apart from ${namesOrCount(
                level.map(({ option }) => option.id),
                "other option",
              )}`,
            ]),
      ].join("; "),
    ]);
  }
  const perhaps = perhapsCheaper(input, asGood);
  if (perhaps !== null) reasons.set(perhaps.option, [perhaps.reason]);
  return [...reasons].map(([option, said]) => ({
    option,
    reasons: said,
    against: againstOf(input, options.find(({ id }) => id === option)!),
  }));
}

/**
 * The cheapest of those not told apart from the highest, where it is cheaper than all that are shown to be good enough; one
 * that fails too often only where there is no other. What got nothing right is no candidate for it, however few samples there
 * were.
 */
function perhapsCheaper(
  { options, comparisons, careAbout }: ShortlistInput,
  asGood: readonly Option[],
): { readonly option: string; readonly reason: string } | null {
  const cost = ({ costUsd }: Option) => costUsd.perCall?.value ?? Number.POSITIVE_INFINITY;
  const least = Math.min(...asGood.map(cost));
  const cheaper = comparisons
    .filter(({ verdict, isNotWorse }) => verdict === "not told apart" && !isNotWorse)
    .map((comparison) => ({ comparison, of: options.find(({ id }) => id === comparison.option)! }))
    .map(({ comparison, of }) => ({
      ...{ comparison, cost: cost(of), quality: of.quality?.value ?? 0 },
      failsOften: Number(1 - (of.reliability?.value ?? 1) > mostFailedShare),
    }))
    .filter((one) => one.cost < least && one.quality > 0)
    .sort((a, b) => a.failsOften - b.failsOften || a.cost - b.cost)[0]?.comparison;
  if (cheaper?.quality == null || cheaper.costUsd === null) return null;
  const { option, quality, costUsd, needed } = cheaper;
  const more = needed !== null && needed.samples > quality.n ? neededText(needed, careAbout) : "";
  return {
    option,
    reason: `perhaps: costs ${timesText(costUsd)} as much as the highest, whose quality it may have and is not shown to have: ${pointsText(quality)}${more}`,
  };
}

function neededText({ samples, clusters }: { samples: number; clusters: number }, careAbout: number): string {
  const documents = clusters === samples ? "" : ` about ${counted(clusters, "document")}`;
  return `. To detect a difference of ${sizeInPoints(careAbout)} with a power of 0.8 takes ${counted(samples, "sample")}${documents}`;
}

/** By the shares of all options, each over its own samples. */
export const isHighest = (best: Option, options: readonly Option[]): boolean =>
  options.every(({ quality }) => (quality?.value ?? 0) <= best.quality!.value + 1e-12);

const comparisonRatio = ({ comparisons }: ShortlistInput, id: string, axis: Axis) =>
  comparisons.find(({ option }) => option === id)?.[axis] ?? null;

const isLevel = (comparison: Comparison, axis: Axis) => (comparison[axis]?.p ?? 1) > 0.05;

interface Lowest {
  readonly axis: Axis;
  readonly superlative: string;
  readonly of: (option: Option) => Estimate | null;
  readonly format: (value: number) => string;
}

const lowest: readonly Lowest[] = [
  {
    axis: "costUsd",
    superlative: "cheapest 1,000 calls",
    of: ({ costUsd }) => costUsd.perThousandCalls,
    format: (usd) => `${formatUsd(usd)}`,
  },
  { axis: "ttftMs", superlative: "lowest median TTFT", of: ({ ttftMs }) => ttftMs.median, format: formatMs },
  {
    axis: "kvCacheBytes",
    superlative: "least KV cache",
    of: ({ kvCacheBytes }) => kvCacheBytes,
    format: (bytes) => formatBytes(bytes),
  },
];

function bestReason({ options, comparisons, careAbout }: ShortlistInput, best: Option): string {
  const quality = best.quality!;
  const own = `${shareText(quality)}, ${basis(quality)}`;
  if (options.length === 1) return `the only option: quality ${own}`;
  const open = comparisons.filter(({ verdict }) => verdict === "not told apart");
  const level =
    open.length === 0
      ? ""
      : `; not told apart from ${namesOrCount(
          open.map(({ option }) => option),
          "other option",
        )}`;
  const undecided = open.filter(({ needed, quality }) => needed !== null && needed.samples > quality!.n);
  const most = undecided.map(({ needed }) => needed!).sort((a, b) => b.samples - a.samples)[0];
  const more = most === undefined ? "" : neededText(most, careAbout);
  return `${isHighest(best, options) ? "highest quality measured" : "best on the samples that options share; over all of its own"}: ${own}${level}${more}`;
}

function againstOf({ options, comparisons, dominated }: ShortlistInput, option: Option): string[] {
  const by = dominated.filter((one) => one.option === option.id);
  const own = comparisons.find((one) => one.option === option.id);
  const failed = option.reliability === null ? 0 : 1 - option.reliability.value;
  const unknown = axes.filter((axis) => axis !== "quality" && isUnknown(option, axis));
  return [
    ...(own?.verdict === "worse" && own.quality
      ? [`quality lower than the highest by ${pointsText(own.quality)}`]
      : []),
    ...(by.length === 0 ? [] : [`dominated by ${listed(by.map((one) => one.by))}`]),
    ...(failed > 0
      ? [
          `${counted(option.failed, "trial")} failed: ${shareText(option.reliability!)} were answered${failed > mostFailedShare ? ", which is too few to rely on" : ""}`,
        ]
      : []),
    ...((option.pastTrainedShare ?? 0) > 0
      ? [
          `${formatShare(option.pastTrainedShare)} of its calls were longer than the ${formatTokens(option.trainedContextTokens)} tokens that it was trained for`,
        ]
      : []),
    ...(option.costIsAtMost
      ? ["its costs are the most that they can be: it does not say what it reads from its cache"]
      : []),
    ...(unknown.length === 0 || options.length < 2
      ? []
      : [`not known: ${unknown.map((axis) => axisNames[axis]).join(", ")}`]),
  ];
}

const isUnknown = ({ costUsd, ttftMs, kvCacheBytes }: Option, axis: Axis): boolean =>
  (
    ({
      quality: false,
      costUsd: costUsd.perCall === null,
      ttftMs: ttftMs.median === null,
      kvCacheBytes: kvCacheBytes === null,
    }) as const
  )[axis];
