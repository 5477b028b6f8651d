/** The trials that a page carries, as the page's script reads them: short keys of candidates and cells, shared texts. */
import type { TrialRecord } from "../evals/index.ts";
import type { InferredHit } from "../routes/index.ts";
import { cellKey } from "./cell.ts";
import { inferredHitText } from "./hidden-cache.ts";
import { type PackedText, TextTable } from "./packed-texts.ts";
import { promptOf } from "./prompt.ts";
import { namedScores } from "./scores.ts";
import { type Verdict, verdictOf } from "./selection.ts";
import type { RunSummary } from "./summary.ts";
import { decodeTokensPerSecond, roundedDepth } from "./tally.ts";

export interface DrilldownTrial {
  readonly id: string;
  /** Places in the lists of candidates and cells. */
  readonly candidate: number;
  readonly cell: number;
  readonly verdict: Verdict;
  readonly sample: string;
  readonly depth: number | null;
  readonly answerable: boolean;
  readonly target: string | null;
  readonly answer: string | null;
  readonly reasoning: string | null;
  readonly scores: readonly { readonly name: string; readonly value: number; readonly explanation: string }[];
  readonly failure: { readonly class: string; readonly message: string } | null;
  readonly usage: {
    readonly uncachedInput: number | null;
    readonly cacheRead: number | null;
    readonly cacheWrite: number | null;
    readonly output: number | null;
    readonly reasoning: number | null;
    readonly expectedCacheRead: number | null;
    /** In words, where the server does not say what was read; else null. */
    readonly inferredHit: string | null;
  };
  readonly costUsd: number | null;
  readonly ttftMs: number | null;
  readonly firstContentMs: number | null;
  readonly e2eMs: number | null;
  readonly tokensPerSecond: number | null;
  readonly kvCacheBytes: number | null;
  readonly attempts: number;
  readonly finishReason: string | null;
  readonly prompt: readonly { readonly role: string; readonly text: PackedText }[];
}

export interface Drilldown {
  readonly candidates: readonly string[];
  readonly cells: readonly string[];
  readonly lines: readonly string[];
  readonly trials: readonly DrilldownTrial[];
}

export async function drilldownOf(
  summary: RunSummary,
  records: Iterable<TrialRecord> | AsyncIterable<TrialRecord>,
  inferredHits: ReadonlyMap<string, InferredHit>,
): Promise<Drilldown> {
  const candidates = summary.candidates.map(({ candidate }) => candidate.id);
  const cells = summary.candidates[0]?.cells ?? [];
  const cellIndex = new Map(cells.map(({ key }, index) => [key, index]));
  const texts = new TextTable();
  const trials = await Array.fromAsync(records, (record): DrilldownTrial => {
    const { trial, calls } = record;
    const judged = calls.at(-1);
    return {
      id: trial.id,
      candidate: candidates.indexOf(trial.candidate),
      cell: cellIndex.get(cellKey(trial.cell)) ?? -1,
      verdict: verdictOf(record),
      sample: trial.sampleId,
      depth: trial.depth === null ? null : roundedDepth(trial.depth),
      answerable: trial.answerable,
      target: trial.target,
      answer: trial.answer ?? (judged?.answer.text || null),
      reasoning: judged?.answer.reasoning ?? null,
      scores: Object.entries(namedScores(trial)).map(([name, { value, explanation }]) => ({
        name,
        value,
        explanation,
      })),
      failure: trial.failure,
      usage: {
        uncachedInput: trial.usage?.uncachedInputTokens ?? null,
        cacheRead: trial.usage?.cacheReadTokens ?? null,
        cacheWrite: trial.usage?.cacheWriteTokens ?? null,
        output: trial.usage?.outputTokens ?? null,
        reasoning: trial.usage?.reasoningTokens ?? null,
        expectedCacheRead: trial.expectedCacheReadTokens,
        inferredHit: inferredHitText(inferredHits.get(trial.id)),
      },
      costUsd: trial.costUsd,
      ttftMs: rounded(trial.timings?.firstEventMs),
      firstContentMs: rounded(trial.timings?.firstContentMs),
      e2eMs: rounded(trial.timings?.endMs),
      tokensPerSecond: rounded(decodeTokensPerSecond(trial)),
      kvCacheBytes: trial.kvCacheBytes,
      attempts: trial.attempts,
      finishReason: judged?.answer.finishReason ?? null,
      prompt: judged === undefined ? [] : promptOf(judged).map(({ role, text }) => ({ role, text: texts.pack(text) })),
    };
  });
  return { candidates, cells: cells.map(({ label }) => label), lines: texts.lines, trials };
}

/** Four significant digits are more than a clock over a network means. */
const rounded = (value: number | null | undefined) =>
  value === null || value === undefined ? null : Number(value.toPrecision(4));
