/**
 * What is held of a run's trials: a row of numbers for each, never the trial. A hundred thousand samples of six options
 * are some tens of megabytes.
 */
import { type CandidateInfo, qualityOf, type RunInfo, type Trial } from "../evals/index.ts";
import { costOf } from "../routes/index.ts";

/** What one can choose: a candidate, in an arm where the run has arms, in a run. */
export interface Choice {
  readonly candidate: CandidateInfo;
  /** Null where the run has no arms. */
  readonly arm: string | null;
  readonly run: RunInfo;
}

/** The columns of a trial's row; NaN is unknown. */
const columns = [
  "sample",
  "repeat",
  "outcome",
  "quality",
  "isPaid",
  "costUsd",
  "costWithoutCacheUsd",
  "ttftMs",
  "e2eMs",
  "kvCacheBytes",
  "inputTokens",
  "holdsAnswer",
  "isPastTrained",
  "cacheReadTokens",
  "expectedCacheReadTokens",
] as const;
export type Column = (typeof columns)[number];
const columnAt = Object.fromEntries(columns.map((name, index) => [name, index])) as Readonly<Record<Column, number>>;

export const outcomes = ["scored", "failed", "skipped"] as const;

const chunkRows = 1_024;

/** All rows of one option, in the order in which they came. */
export class Rows {
  readonly choice: Choice;
  /** Of so many rows each: one list that grows would be there twice. */
  readonly #chunks: Float64Array[] = [];
  #length = 0;

  constructor(choice: Choice) {
    this.choice = choice;
  }

  get length(): number {
    return this.#length;
  }

  add(sample: number, trial: Trial): void {
    const place = this.#length % chunkRows;
    if (place === 0) this.#chunks.push(new Float64Array(chunkRows * columns.length));
    const values = this.#chunks.at(-1)!;
    const row = rowOf(sample, trial, this.choice.candidate);
    for (const [index, name] of columns.entries()) values[place * columns.length + index] = row[name] ?? Number.NaN;
    this.#length++;
  }

  at(row: number, column: Column): number {
    return this.#chunks[Math.floor(row / chunkRows)]![(row % chunkRows) * columns.length + columnAt[column]]!;
  }
}

function rowOf(sample: number, trial: Trial, candidate: CandidateInfo): Readonly<Record<Column, number | null>> {
  const { usage, timings, given } = trial;
  const isScored = trial.outcome === "scored";
  const tokens = usage === null ? null : (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  const trained = candidate.trainedContextTokens;
  return {
    sample,
    repeat: trial.repeat ?? 0,
    outcome: outcomes.indexOf(trial.outcome),
    quality: isScored ? qualityOf(trial) : null,
    isPaid: Number(isScored || isPaidFailure(trial)),
    costUsd: trial.costUsd,
    costWithoutCacheUsd: costWithoutCache(trial, candidate),
    ttftMs: timings?.firstEventMs ?? null,
    e2eMs: timings?.endMs ?? null,
    kvCacheBytes: trial.kvCacheBytes,
    inputTokens: usage?.inputTokens ?? null,
    holdsAnswer: given == null || given.holdsAnswer === null ? null : Number(given.holdsAnswer),
    isPastTrained: tokens === null || trained === null ? null : Number(tokens > trained),
    cacheReadTokens: usage?.cacheReadTokens ?? null,
    expectedCacheReadTokens: trial.expectedCacheReadTokens,
  };
}

/**
 * Known to have cost something besides finding its passages: an answer that no scorer could read is paid for as any other.
 * What was refused costs nothing, and is no call to take a mean over.
 */
const isPaidFailure = ({ outcome, costUsd, given }: Trial): boolean =>
  outcome === "failed" && costUsd !== null && costUsd > (given?.costUsd ?? 0);

/**
 * What the trial would have cost had nothing been read from a cache or written to one, USD: all input of the calls that
 * counted at the uncached price, whatever was read of it, their output, and finding the passages. Attempts that did not
 * count stand in no usage: what they cost is what the trial cost beyond those that did, which is not known where one of
 * several turns does not say what it read.
 */
function costWithoutCache({ costUsd, usage, turns, attempts, given }: Trial, { price }: CandidateInfo): number | null {
  if (costUsd === null || usage === null) return null;
  const { uncachedInputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const isHidden = turns > 1 && cacheReadTokens === null;
  const inputTokens =
    usage.inputTokens ??
    (uncachedInputTokens === null || isHidden
      ? null
      : uncachedInputTokens + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0));
  const bare = { ...usage, inputTokens, uncachedInputTokens: inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const full = costOf(bare, price);
  if (full === null) return null;
  if (attempts === turns) return full + (given?.costUsd ?? 0);
  const paid = isHidden ? null : costOf(usage, price);
  return paid === null ? null : costUsd + full - paid;
}
