/** What one pass over trials leaves of them: counts, sums and the measured times, never the trials themselves. */
import { qualityOf, type Trial } from "../evals/index.ts";
import type { ServerHabits } from "../routes/index.ts";
import { type Interval, medianEstimate, type Proportion, quantile } from "../stats/index.ts";
import { ScoreTable, type StudiedSample, studiedSample } from "./score-table.ts";
import { namedScores } from "./scores.ts";

/** A sum over the trials that reported a value, beside how many did not. Of a cost that is known in part, that part is in it. */
export interface Total {
  /** Null where no trial reported one. */
  readonly sum: number | null;
  readonly known: number;
  readonly unknown: number;
}

/** Measured values of many trials, in the unit that the field's name says. */
export interface Spread {
  readonly n: number;
  readonly median: number | null;
  /** Of the median, 95 %; null for fewer than six values. */
  readonly interval: Interval | null;
  readonly p95: number | null;
}

/** Values of trials whose input was mostly read from the cache, mostly not, or where nobody said. */
export interface CostTotal extends Total {
  /** A server did not say what it read from its cache, which costs less than all input as new: the sum is at most that. */
  readonly isAtMost: boolean;
}

export interface ByCache {
  readonly all: Spread;
  readonly cold: Spread;
  readonly warm: Spread;
}

export interface CacheMeasure {
  /** Trials with both a reported and an expected count. */
  readonly n: number;
  readonly readTokens: number;
  readonly expectedTokens: number;
  /** All input of those trials; null where one of them did not report it. */
  readonly inputTokens: number | null;
  /** Trials whose two counts are equal. */
  readonly asExpected: number;
}

export interface Measures {
  readonly scored: number;
  readonly failed: number;
  readonly skipped: number;
  /**
   * The headline, see `qualityWords`: of the grounding scenario the mean of `grounded` over samples whose question has an
   * answer, else the mean quality of all samples. Of scored trials; the repeats of a sample are averaged first.
   */
  readonly quality: Proportion | null;
  /** Likewise the mean of each score over the samples that have it, by the names of `namedScores`. */
  readonly scores: Readonly<Record<string, Proportion>>;
  /** Over every trial that was not skipped. */
  readonly costUsd: CostTotal;
  readonly uncachedInputTokens: Total;
  readonly cacheReadTokens: Total;
  readonly cacheWriteTokens: Total;
  readonly outputTokens: Total;
  readonly reasoningTokens: Total;
  /** Times are those of scored trials. */
  readonly ttftMs: ByCache;
  readonly firstContentMs: Spread;
  readonly e2eMs: Spread;
  readonly decodeTokensPerSecond: ByCache;
  readonly kvCacheBytes: Spread;
  /** Null where no trial has both counts. */
  readonly cache: CacheMeasure | null;
  /** Calls made beyond one a turn. */
  readonly retries: number;
}

const headline = Symbol("headline");
const depth = Symbol("depth");

export interface DepthSummary {
  /** Where the needle was, 0 (first line) to 1 (last) to the nearest twentieth. */
  readonly depth: number;
  readonly quality: Proportion | null;
}

/** Depths to the nearest twentieth: at most 21 of them, and every depth that a matrix usually names stays itself. */
export const roundedDepth = (value: number) => Math.round(value * 20) / 20;

export class Tally {
  readonly #outcomes = { scored: 0, failed: 0, skipped: 0 };
  /** The headline and the depth of the needle stand in it beside the scores. */
  readonly #scores = new ScoreTable<string | typeof headline | typeof depth>();
  readonly #cost = new TotalTally();
  readonly #uncachedInput = new TotalTally();
  readonly #cacheRead = new TotalTally();
  readonly #cacheWrite = new TotalTally();
  readonly #output = new TotalTally();
  readonly #reasoning = new TotalTally();
  readonly #ttft: Warmths = { cold: [], warm: [], silent: [], unknown: [] };
  readonly #decode: Warmths = { cold: [], warm: [], silent: [], unknown: [] };
  readonly #firstContent: number[] = [];
  readonly #e2e: number[] = [];
  readonly #kv: number[] = [];
  readonly #cache = new CacheTally();
  #retries = 0;
  readonly #server: ServerHabits;
  /** Whether some call says what it read from the cache. */
  #reports = false;
  /** Calls that tell their input, and not what they read of it. */
  readonly #silent = { calls: 0, inputTokens: 0 };
  /** The same calls, as if they had read nothing. */
  readonly #silentCache = new CacheTally();
  #isAtMost = false;

  constructor(server: ServerHabits = { omitsZero: false, readsCostLess: false }) {
    this.#server = server;
  }

  /** Of different cells or candidates. */
  static of(parts: readonly Tally[]): Tally {
    if (parts.length === 1) return parts[0]!;
    const whole = new Tally(parts[0] === undefined ? undefined : parts[0].#server);
    for (const part of parts) whole.#merge(part);
    return whole;
  }

  /** @param knownUsd  what is known of its cost, where all of it is not */
  add(trial: Trial, sample = studiedSample(trial), knownUsd: number | null = null): void {
    this.#outcomes[trial.outcome]++;
    if (trial.outcome === "skipped") return;
    this.#cost.add(trial.costUsd, knownUsd);
    this.#uncachedInput.add(trial.usage?.uncachedInputTokens ?? null);
    this.#cacheRead.add(trial.usage?.cacheReadTokens ?? null);
    const input = inputTokensOf(trial);
    if (trial.usage?.cacheReadTokens != null) this.#reports = true;
    else if (input !== null) {
      this.#silent.calls++;
      this.#silent.inputTokens += input;
      if (trial.costUsd !== null && this.#server.readsCostLess) this.#isAtMost = true;
    }
    this.#cacheWrite.add(trial.usage?.cacheWriteTokens ?? null);
    this.#output.add(trial.usage?.outputTokens ?? null);
    this.#reasoning.add(trial.usage?.reasoningTokens ?? null);
    this.#retries += Math.max(0, trial.attempts - Math.max(1, trial.turns));
    if (trial.outcome === "scored") this.#addScored(trial, sample);
  }

  #merge(part: Tally): void {
    for (const outcome of ["scored", "failed", "skipped"] as const) this.#outcomes[outcome] += part.#outcomes[outcome];
    this.#scores.merge(part.#scores);
    this.#cost.merge(part.#cost);
    this.#uncachedInput.merge(part.#uncachedInput);
    this.#cacheRead.merge(part.#cacheRead);
    this.#cacheWrite.merge(part.#cacheWrite);
    this.#output.merge(part.#output);
    this.#reasoning.merge(part.#reasoning);
    this.#reports ||= part.#reports;
    this.#isAtMost ||= part.#isAtMost;
    this.#silent.calls += part.#silent.calls;
    this.#silent.inputTokens += part.#silent.inputTokens;
    this.#cache.merge(part.#cache);
    this.#silentCache.merge(part.#silentCache);
    for (const warmth of ["cold", "warm", "silent", "unknown"] as const) {
      for (const value of part.#ttft[warmth]) this.#ttft[warmth].push(value);
      for (const value of part.#decode[warmth]) this.#decode[warmth].push(value);
    }
    for (const value of part.#firstContent) this.#firstContent.push(value);
    for (const value of part.#e2e) this.#e2e.push(value);
    for (const value of part.#kv) this.#kv.push(value);
    this.#retries += part.#retries;
  }

  #addScored(trial: Trial, sample: StudiedSample): void {
    const quality = headlineOf(trial);
    this.#scores.add(sample, [
      ...Object.entries(namedScores(trial)).map(([name, { value }]) => [name, value] as const),
      ...(quality === null ? [] : [[headline, quality] as const]),
      ...(trial.depth === null ? [] : [[depth, roundedDepth(trial.depth)] as const]),
    ]);
    const warmth = warmthOf(trial);
    pushKnown(this.#ttft[warmth], trial.timings?.firstEventMs);
    pushKnown(this.#decode[warmth], decodeTokensPerSecond(trial));
    pushKnown(this.#firstContent, trial.timings?.firstContentMs);
    pushKnown(this.#e2e, trial.timings?.endMs);
    pushKnown(this.#kv, trial.kvCacheBytes);
    const read = trial.usage?.cacheReadTokens ?? null;
    const input = inputTokensOf(trial);
    if (trial.expectedCacheReadTokens === null) return;
    if (read !== null) this.#cache.add(read, trial.expectedCacheReadTokens, input);
    else if (input !== null) this.#silentCache.add(0, trial.expectedCacheReadTokens, input);
  }

  /** Of each depth with a quality, the shallowest first. */
  depths(): DepthSummary[] {
    return [...this.#scores.valuesOf(depth)]
      .sort((a, b) => a - b)
      .map((value) => ({ depth: value, quality: this.#scores.estimate(headline, { name: depth, value }) }))
      .filter(({ quality }) => quality !== null);
  }

  /** Whether some call says what it read from the cache. */
  get reports(): boolean {
    return this.#reports;
  }

  /**
   * With calls that do not say what they read counted as having read nothing, where that is the server's habit and others of
   * its calls say it.
   */
  resolved(reports = this.#reports): Tally {
    if (!reports || !this.#server.omitsZero || this.#silent.calls === 0) return this;
    const whole = new Tally(this.#server);
    whole.#merge(this);
    whole.#cacheRead.learn(this.#silent.calls, 0);
    whole.#uncachedInput.learn(this.#silent.calls, this.#silent.inputTokens);
    for (const times of [whole.#ttft, whole.#decode]) {
      for (const value of times.silent) times.cold.push(value);
      times.silent.length = 0;
    }
    whole.#cache.merge(this.#silentCache);
    whole.#silent.calls = 0;
    whole.#isAtMost = false;
    return whole;
  }

  measures(): Measures {
    return {
      ...this.#outcomes,
      quality: this.#scores.estimate(headline),
      scores: Object.fromEntries(
        [...this.#scores.names()]
          .filter((name) => typeof name === "string")
          .map((name) => [name, this.#scores.estimate(name)!]),
      ),
      costUsd: { ...this.#cost.total(), isAtMost: this.#isAtMost },
      uncachedInputTokens: this.#uncachedInput.total(),
      cacheReadTokens: this.#cacheRead.total(),
      cacheWriteTokens: this.#cacheWrite.total(),
      outputTokens: this.#output.total(),
      reasoningTokens: this.#reasoning.total(),
      ttftMs: byCache(this.#ttft),
      firstContentMs: spread(this.#firstContent),
      e2eMs: spread(this.#e2e),
      decodeTokensPerSecond: byCache(this.#decode),
      kvCacheBytes: spread(this.#kv),
      cache: this.#cache.measure(),
      retries: this.#retries,
    };
  }
}

/** A trial's part in the headline; null where it has none, as where abstaining was right in the grounding scenario. */
export const headlineOf = (trial: Pick<Trial, "scores" | "answerable">): number | null =>
  trial.scores?.grounded !== undefined && !trial.answerable ? null : qualityOf(trial);

/**
 * Output tokens a second after the first one, over the time between the first and the last event that carried any; null
 * for fewer than three events, and for all of them within a millisecond, which time the network and not the model. Where
 * every event brings one token, the gaps are counted: a server's token count may have an end token in it that no event
 * brings. Where events bring several, the reported count is all there is.
 */
export function decodeTokensPerSecond({ usage, timings }: Pick<Trial, "usage" | "timings">): number | null {
  const tokens = usage?.outputTokens ?? null;
  if (tokens === null || timings === null || timings.gapsUs.length < 2 || tokens < 3) return null;
  const decodingUs = timings.gapsUs.reduce((sum, gap) => sum + gap, 0);
  const events = timings.gapsUs.length + 1;
  const decoded = Math.abs(tokens - events) <= 1 ? events - 1 : tokens - 1;
  return decodingUs < 1000 ? null : (decoded / decodingUs) * 1e6;
}

/** Warm when at least half of the input was read from the cache; silent where the input is told, and not what was read of it. */
export function warmthOf(trial: Pick<Trial, "usage">): keyof Warmths {
  const read = trial.usage?.cacheReadTokens ?? null;
  const input = inputTokensOf(trial);
  if (input === null || input === 0) return "unknown";
  if (read === null) return "silent";
  return read / input >= 0.5 ? "warm" : "cold";
}

/** All input of a trial's call, tokens: the vendor's own total, else its buckets together where all are known. */
export function inputTokensOf({ usage }: Pick<Trial, "usage">): number | null {
  if (usage === null) return null;
  const { inputTokens, uncachedInputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  if (inputTokens !== null) return inputTokens;
  if (uncachedInputTokens === null || cacheReadTokens === null) return null;
  return uncachedInputTokens + cacheReadTokens + (cacheWriteTokens ?? 0);
}

/** Tokens read from the cache over those expected; null where nothing was expected or known. */
export const cacheShare = ({ cache }: Pick<Measures, "cache">) =>
  cache === null || cache.expectedTokens === 0 ? null : cache.readTokens / cache.expectedTokens;

class CacheTally {
  readonly #sums = { n: 0, readTokens: 0, expectedTokens: 0, asExpected: 0 };
  readonly #inputTokens = new TotalTally();

  add(readTokens: number, expectedTokens: number, inputTokens: number | null): void {
    this.#sums.n++;
    this.#sums.readTokens += readTokens;
    this.#sums.expectedTokens += expectedTokens;
    if (readTokens === expectedTokens) this.#sums.asExpected++;
    this.#inputTokens.add(inputTokens);
  }

  merge(other: CacheTally): void {
    this.#sums.n += other.#sums.n;
    this.#sums.readTokens += other.#sums.readTokens;
    this.#sums.expectedTokens += other.#sums.expectedTokens;
    this.#sums.asExpected += other.#sums.asExpected;
    this.#inputTokens.merge(other.#inputTokens);
  }

  measure(): CacheMeasure | null {
    if (this.#sums.n === 0) return null;
    const { sum, unknown } = this.#inputTokens.total();
    return { ...this.#sums, inputTokens: unknown > 0 ? null : sum };
  }
}

class TotalTally {
  #sum = 0;
  #known = 0;
  #unknown = 0;

  /** @param part  what is known of a value that is not known throughout: it is in the sum */
  add(value: number | null, part: number | null = null): void {
    if (value === null) {
      this.#unknown++;
      this.#sum += part ?? 0;
    } else {
      this.#known++;
      this.#sum += value;
    }
  }

  /** What so many unknown values are together. */
  learn(values: number, sum: number): void {
    this.#unknown -= values;
    this.#known += values;
    this.#sum += sum;
  }

  merge(other: TotalTally): void {
    this.#sum += other.#sum;
    this.#known += other.#known;
    this.#unknown += other.#unknown;
  }

  total(): Total {
    return { sum: this.#known === 0 && this.#sum === 0 ? null : this.#sum, known: this.#known, unknown: this.#unknown };
  }
}

type Warmths = Record<"cold" | "warm" | "silent" | "unknown", number[]>;

const byCache = (values: Warmths): ByCache => ({
  all: spread([...values.cold, ...values.warm, ...values.silent, ...values.unknown]),
  cold: spread(values.cold),
  warm: spread(values.warm),
});

function spread(values: readonly number[]): Spread {
  const estimate = medianEstimate(values);
  return {
    n: values.length,
    median: estimate?.median ?? null,
    interval: estimate?.interval ?? null,
    p95: quantile(values, 0.95),
  };
}

function pushKnown(values: number[], value: number | null | undefined): void {
  if (value !== null && value !== undefined) values.push(value);
}
