/** What is known of one option. */
import type { CandidateKind } from "../evals/index.ts";
import { serverHabits } from "../routes/index.ts";
import { intervalOfQuotient, type Quotient } from "../stats/index.ts";
import { type Estimate, meanOf, quantileOf, ratioOf, scaled, shareOf } from "./estimate.ts";
import { outcomes, type Rows } from "./measured.ts";
import { byDocument, type SampleMeans, type SampleOrder, sampleMeans } from "./samples.ts";

/**
 * USD, of the calls that were paid for: scored ones, and failed ones as far as they are known to have cost something. All
 * are null where the cost of a scored trial is not known: the others' mean might not be its own.
 */
export interface Costs {
  readonly perCall: Estimate | null;
  /** Σ cost / Σ quality: failed answers are paid for too. */
  readonly perCorrectAnswer: Estimate | null;
  /** Null too where the volume is not known. */
  readonly perMonth: Estimate | null;
  readonly perThousandCalls: Estimate | null;
}

export interface Quantiles {
  readonly median: Estimate | null;
  readonly p95: Estimate | null;
}

export interface Option {
  /** As short as it can be without being another's: candidate, arm and run. */
  readonly id: string;
  readonly candidate: string;
  readonly kind: CandidateKind;
  readonly arm: string | null;
  readonly runId: string;
  readonly scored: number;
  readonly failed: number;
  /** Of them, those known to have cost something: they are in the costs. */
  readonly failedPaid: number;
  readonly skipped: number;
  /** Scored trials whose scorers had nothing to say. */
  readonly unjudged: number;
  /** Samples with a quality. */
  readonly samples: number;
  readonly documents: number;
  /** Share of trials that were scored, of those not skipped. */
  readonly reliability: Estimate | null;
  /** 0 to 1. */
  readonly quality: Estimate | null;
  readonly costUsd: Costs;
  /** The server does not say what it reads from its cache, which costs less: the costs are the most that they can be. */
  readonly costIsAtMost: boolean;
  /** The same calls, had all input been paid as uncached; null where that of one of them is not known. */
  readonly costWithoutCacheUsd: Costs;
  /** Scored trials whose cost is known, and is not. */
  readonly costKnown: number;
  readonly costUnknown: number;
  readonly ttftMs: Quantiles;
  readonly e2eMs: Quantiles;
  /** Median of a call. */
  readonly kvCacheBytes: Estimate | null;
  /** Share of calls that were longer than what the model was trained for; null where that is not known. */
  readonly pastTrainedShare: number | null;
  readonly trainedContextTokens: number | null;
  /** Tokens read from the cache over those that the route's rule expected; null where one of them is not known. */
  readonly cacheReadShare: number | null;
}

/** An option with its samples, which comparisons need. */
export interface Measured {
  readonly option: Option;
  readonly rows: Rows;
  readonly means: SampleMeans;
}

/** Whether some call says what it read from the cache. */
export const reportsCache = (rows: Rows): boolean =>
  countOf(rows, (row) => !Number.isNaN(rows.at(row, "cacheReadTokens"))) > 0;

/** @param reports  whether some call of the candidate says what it read from the cache, in whatever arm */
export function measuredOption(
  id: string,
  rows: Rows,
  order: SampleOrder,
  { callsPerMonth, reports }: { readonly callsPerMonth: number | null; readonly reports: boolean },
): Measured {
  const means = sampleMeans(rows, order);
  const { candidate, arm, run } = rows.choice;
  const { documentOf } = order;
  const of = (values: Float64Array) => byDocument(values, documentOf);
  const [scored = 0, failed = 0, skipped = 0] = outcomes.map((_, outcome) =>
    countOf(rows, (row) => rows.at(row, "outcome") === outcome),
  );
  const costKnown = countOf(rows, (row) => isScored(rows, row) && !Number.isNaN(rows.at(row, "costUsd")));
  const quality = shareOf(of(means.quality));
  const { omitsZero, readsCostLess } = serverHabits(candidate);
  const silentIsZero = omitsZero && reports;
  const costsOf = (column: "costUsd" | "costWithoutCacheUsd"): Costs =>
    countOf(rows, (row) => isPaid(rows, row) && Number.isNaN(rows.at(row, column))) > 0
      ? unknownCosts
      : costs(means, column, documentOf, callsPerMonth);
  return {
    rows,
    means,
    option: {
      id,
      candidate: candidate.id,
      kind: candidate.kind,
      arm,
      runId: run.id,
      scored,
      failed,
      failedPaid: countOf(rows, (row) => !isScored(rows, row) && isPaid(rows, row)),
      skipped,
      unjudged: countOf(rows, (row) => isScored(rows, row) && Number.isNaN(rows.at(row, "quality"))),
      samples: quality?.n ?? 0,
      documents: quality?.documents ?? 0,
      reliability: shareOf(of(means.reliability)),
      quality,
      costUsd: costsOf("costUsd"),
      costIsAtMost: readsCostLess && !silentIsZero && countOf(rows, (row) => isSilent(rows, row)) > 0,
      costWithoutCacheUsd: costsOf("costWithoutCacheUsd"),
      costKnown,
      costUnknown: scored - costKnown,
      ttftMs: quantiles(of(means.ttftMs)),
      e2eMs: quantiles(of(means.e2eMs)),
      kvCacheBytes: quantileOf(of(means.kvCacheBytes), 0.5),
      pastTrainedShare: pastTrainedShare(rows),
      trainedContextTokens: candidate.trainedContextTokens,
      cacheReadShare: cacheReadShare(rows, silentIsZero),
    },
  };
}

const isPaid = (rows: Rows, row: number) => rows.at(row, "isPaid") === 1;
const isScored = (rows: Rows, row: number) => rows.at(row, "outcome") === 0;

function countOf(rows: Rows, counts: (row: number) => boolean): number {
  let count = 0;
  for (let row = 0; row < rows.length; row++) if (counts(row)) count++;
  return count;
}

const unknownCosts: Costs = { perCall: null, perCorrectAnswer: null, perMonth: null, perThousandCalls: null };

function costs(
  means: SampleMeans,
  column: "costUsd" | "costWithoutCacheUsd",
  documentOf: Int32Array,
  callsPerMonth: number | null,
): Costs {
  const perCall = meanOf(byDocument(means[column], documentOf));
  const judged: CostAndQuality[] = [];
  for (const [place, denominator] of means.right.entries()) {
    const numerator = means[column][place]!;
    if (!Number.isNaN(numerator + denominator))
      judged.push({ cluster: String(documentOf[place]), numerator, denominator });
  }
  return {
    perCall,
    perCorrectAnswer: perCorrect(judged),
    perMonth: callsPerMonth === null ? null : scaled(perCall, callsPerMonth),
    perThousandCalls: scaled(perCall, 1_000),
  };
}

/** Of fewer documents with a right answer, the logarithm of a ratio is far from normal. */
const fewestRight = 6;

type CostAndQuality = Quotient & { readonly cluster: string };

/** Σ cost ÷ Σ quality; where few documents have a right answer, with the interval that those of mean cost and quality give. */
function perCorrect(samples: readonly CostAndQuality[]): Estimate | null {
  const ratio = ratioOf(samples);
  const clusters = [...Map.groupBy(samples, ({ cluster }) => cluster).values()];
  const right = clusters.filter((mine) => mine.some(({ denominator }) => denominator > 0)).length;
  if (ratio === null || right >= fewestRight) return ratio;
  const cost = meanOf(clusters.map((mine) => mine.map(({ numerator }) => numerator)))!;
  const quality = shareOf(clusters.map((mine) => mine.map(({ denominator }) => denominator)))!;
  if (quality.interval === null) return ratio;
  const { value, interval } = cost;
  const alike = { low: value, high: value };
  const parts = [
    { value, interval: interval ?? alike },
    { value: quality.value, interval: quality.interval },
  ] as const;
  return { ...ratio, interval: intervalOfQuotient(...parts) };
}

/** Each sample once: p95 of a sample's mean time, where it was asked several times. */
const quantiles = (clusters: readonly (readonly number[])[]): Quantiles => ({
  median: quantileOf(clusters, 0.5),
  p95: quantileOf(clusters, 0.95),
});

function pastTrainedShare(rows: Rows): number | null {
  const known = countOf(rows, (row) => !Number.isNaN(rows.at(row, "isPastTrained")));
  return known === 0 ? null : countOf(rows, (row) => rows.at(row, "isPastTrained") === 1) / known;
}

/** Its input is known, and what it read from the cache is not. */
const isSilent = (rows: Rows, row: number) =>
  !Number.isNaN(rows.at(row, "inputTokens")) && Number.isNaN(rows.at(row, "cacheReadTokens"));

function cacheReadShare(rows: Rows, silentIsZero: boolean): number | null {
  let [read, expected] = [0, 0];
  for (let row = 0; row < rows.length; row++) {
    const own = silentIsZero && isSilent(rows, row) ? 0 : rows.at(row, "cacheReadTokens");
    if (!isScored(rows, row) || Number.isNaN(own + rows.at(row, "expectedCacheReadTokens"))) continue;
    read += own;
    expected += rows.at(row, "expectedCacheReadTokens");
  }
  return expected === 0 ? null : read / expected;
}
