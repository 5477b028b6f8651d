/** A candidate whose server does not say what it reads from its cache: hits and misses, inferred from TTFT. */
import type { Trial } from "../evals/index.ts";
import { expectations, type InferredHit, inferHits, type TimedCall } from "../routes/index.ts";
import { type GeometricRatio, geometricRatio, type Interval } from "../stats/index.ts";
import { formatShare } from "../units/index.ts";
import { cellKey } from "./cell.ts";
import { ScoreTable, type StudiedSample, studiedSample } from "./score-table.ts";
import { inputTokensOf } from "./tally.ts";

export interface HiddenCache {
  readonly inferred: true;
  /** Of the calls whose prompt the cache rule expects to be there for the most part. */
  readonly hits: number;
  readonly misses: number;
  readonly unclear: number;
  /** Share of hits, 95 %: its low end takes all that is unclear for misses, its high end for hits. */
  readonly interval: Interval;
  /** How many times sooner those calls began than the ones that should find nothing; null for fewer than two of a kind. */
  readonly sooner: GeometricRatio | null;
}

/** By the ids of trials, of all candidates. */
export async function inferredHitsOf(
  records: Iterable<{ readonly trial: Trial }> | AsyncIterable<{ readonly trial: Trial }>,
): Promise<ReadonlyMap<string, InferredHit>> {
  const tallies = new Map<string, HiddenCacheTally>();
  for await (const { trial } of records) {
    const tally = tallies.get(trial.candidate) ?? new HiddenCacheTally();
    tallies.set(trial.candidate, tally);
    tally.add(trial);
  }
  return new Map([...tallies.values()].flatMap((tally) => [...tally.verdicts()]));
}

/** Null of nothing. */
export function inferredHitText(hit: InferredHit | undefined): string | null {
  if (hit === undefined) return null;
  const { verdict, hitProbability, reason } = hit;
  const word = verdict === "unknown" ? "unclear" : verdict;
  return `inferred from TTFT: ${word} (${reason ?? `${formatShare(hitProbability)} that it was read`})`;
}

/** Takes the trials of one candidate that made a single call; what several calls read is told turn by turn. */
export class HiddenCacheTally {
  readonly #calls: (TimedCall & { readonly trialId: string; readonly sample: StudiedSample })[] = [];
  #reports = false;
  /** Of the calls so far; null where one has come since. */
  #verdicts: ReadonlyMap<string, InferredHit> | null = null;

  add(trial: Trial, sample = studiedSample(trial)): void {
    if (trial.outcome !== "scored" || trial.turns !== 1) return;
    this.#verdicts = null;
    const expectedTokens = trial.expectedCacheReadTokens;
    const ttftMs = trial.timings?.firstEventMs ?? null;
    if (trial.usage?.cacheReadTokens != null) this.#reports = true;
    else if (expectedTokens !== null && ttftMs !== null && ttftMs > 0) {
      const inputTokens = inputTokensOf(trial);
      this.#calls.push({ ttftMs, inputTokens, expectedTokens, of: cellKey(trial.cell), trialId: trial.id, sample });
    }
  }

  /** By the ids of trials. Empty where the server reports its cache: then nothing is left to be inferred. */
  verdicts(): ReadonlyMap<string, InferredHit> {
    this.#verdicts ??= this.#inferred();
    return this.#verdicts;
  }

  #inferred(): Map<string, InferredHit> {
    if (this.#reports) return new Map();
    const verdicts = inferHits(this.#calls);
    return new Map(
      this.#calls.flatMap(({ trialId }, at) => (verdicts[at] === null ? [] : [[trialId, verdicts[at]!] as const])),
    );
  }

  /** Null where the server reports its cache, and where no prompt should have been there. */
  summary(): HiddenCache | null {
    const verdicts = this.verdicts();
    if (verdicts.size === 0) return null;
    const counts = { hit: 0, miss: 0, unknown: 0 };
    const shares = new ScoreTable<"surely" | "possibly">();
    for (const { trialId, sample } of this.#calls) {
      const verdict = verdicts.get(trialId)?.verdict;
      if (verdict === undefined) continue;
      counts[verdict]++;
      shares.add(sample, [
        ["surely", verdict === "hit" ? 1 : 0],
        ["possibly", verdict === "miss" ? 0 : 1],
      ]);
    }
    const kinds = expectations(this.#calls);
    const times = (kind: "cold" | "warm") => kinds.flatMap((of) => of[kind].map((at) => this.#calls[at]!.ttftMs));
    return {
      inferred: true,
      hits: counts.hit,
      misses: counts.miss,
      unclear: counts.unknown,
      interval: { low: shares.estimate("surely")!.interval.low, high: shares.estimate("possibly")!.interval.high },
      sooner: geometricRatio(times("cold"), times("warm")),
    };
  }
}
