/** The columns of every export, in order: one row a trial. What is not known is empty in CSV and null elsewhere. */
import { qualityOf, type Trial, type TrialRecord } from "../evals/index.ts";
import type { InferredHit } from "../routes/index.ts";
import { namedScores } from "./scores.ts";
import { decodeTokensPerSecond, inputTokensOf } from "./tally.ts";

export type ColumnValue = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: "STRING" | "DOUBLE" | "BOOLEAN";
  /** What it holds, with its unit. */
  readonly meaning: string;
  readonly of: (record: TrialRecord, inferredHit: InferredHit | undefined) => ColumnValue;
}

const text = (name: string, meaning: string, of: (trial: Trial) => string | null): Column => ({
  name,
  type: "STRING",
  meaning,
  of: ({ trial }) => of(trial),
});
const number = (name: string, meaning: string, of: (trial: Trial) => number | null | undefined): Column => ({
  name,
  type: "DOUBLE",
  meaning,
  of: ({ trial }) => of(trial) ?? null,
});

const score = (name: string, meaning: string) => number(name, meaning, (trial) => namedScores(trial)[name]?.value);

export const columns: readonly Column[] = [
  text("trialId", "candidate, cell, sample and repeat", ({ id }) => id),
  text("candidate", "`route/model`", ({ candidate }) => candidate),
  text("cell", "the point of the matrix, as JSON", ({ cell }) => JSON.stringify(cell)),
  number("contextTokens", "context that the cell asks for, tokens", ({ cell }) =>
    typeof cell.contextTokens === "number" ? cell.contextTokens : null,
  ),
  text("sampleId", "the sample in its cell", ({ sampleId }) => sampleId),
  text(
    "document",
    "what the sample is about; intervals take the samples of one document together",
    ({ document }) => document,
  ),
  number("depth", "where the needle was, 0 (first line) to 1 (last)", ({ depth }) => depth),
  {
    name: "answerable",
    type: "BOOLEAN",
    meaning: "false where abstaining is right",
    of: ({ trial }) => trial.answerable,
  },
  text("outcome", "scored, failed or skipped", ({ outcome }) => outcome),
  score("grounded", "where a line answers: right and cites that line, 0 to 1"),
  score("exact", "where a line answers: right, whether or not the line is cited, 0 to 1"),
  score("cited", "where a line answers: that line is cited, 0 to 1"),
  score("abstained", "where no line answers: the model said so, 0 to 1"),
  number("quality", "the headline score, else the worst of the scores, 0 to 1", qualityOf),
  text("scores", "every score with its explanation and what a judge said each time, as JSON", (trial) =>
    trial.scores === null ? null : JSON.stringify(namedScores(trial)),
  ),
  text("target", "the right answer, where one is known", ({ target }) => target),
  text("answer", "what came", ({ answer }) => answer),
  text(
    "passages",
    "ids of the passages that the model was given, as JSON; empty for all of the material",
    ({ given }) => (given?.passages == null ? null : JSON.stringify(given.passages)),
  ),
  {
    name: "holdsAnswer",
    type: "BOOLEAN",
    meaning: "whether the answer stands in what the model was given; empty where that cannot be seen",
    of: ({ trial }) => trial.given?.holdsAnswer ?? null,
  },
  text("failureClass", "how it failed", ({ failure }) => failure?.class ?? null),
  text("failureMessage", "in the server's words", ({ failure }) => failure?.message ?? null),
  number("inputTokens", "all input, tokens", inputTokensOf),
  number(
    "uncachedInputTokens",
    "input neither read from nor written to a cache, tokens",
    ({ usage }) => usage?.uncachedInputTokens,
  ),
  number("cacheReadTokens", "input read from the cache, tokens", ({ usage }) => usage?.cacheReadTokens),
  number("cacheWriteTokens", "input written to the cache, tokens", ({ usage }) => usage?.cacheWriteTokens),
  number("outputTokens", "output, reasoning included, tokens", ({ usage }) => usage?.outputTokens),
  number("reasoningTokens", "the part of the output that was reasoning, tokens", ({ usage }) => usage?.reasoningTokens),
  number(
    "expectedCacheReadTokens",
    "what the cache rule predicts, tokens",
    ({ expectedCacheReadTokens }) => expectedCacheReadTokens,
  ),
  {
    name: "inferredHitProbability",
    type: "DOUBLE",
    meaning: "where the server hides what it read from its cache: how probable it is that it did, told by TTFT, 0 to 1",
    of: (_, inferredHit) => inferredHit?.hitProbability ?? null,
  },
  number(
    "costUsd",
    "of the candidate's calls, and of finding its passages, USD; 0 where nothing was asked",
    ({ costUsd }) => costUsd,
  ),
  number(
    "findingCostUsd",
    "the part of it for finding its passages, USD; empty where no model was asked, or it is not known",
    ({ given }) => given?.costUsd,
  ),
  number("judgeCostUsd", "of a judge's calls, USD", ({ judgeCostUsd }) => judgeCostUsd),
  text("sentAt", "wall-clock time of sending, ISO 8601", ({ timings }) => timings?.sentAt ?? null),
  number("ttftMs", "sending to the first byte of the first event, ms", ({ timings }) => timings?.firstEventMs),
  number("firstContentMs", "sending to the first event with answer text, ms", ({ timings }) => timings?.firstContentMs),
  number("e2eMs", "sending to the end, ms", ({ timings }) => timings?.endMs),
  number(
    "decodeTokensPerSecond",
    "output tokens after the first over the time between events, tokens/s",
    decodeTokensPerSecond,
  ),
  number("kvCacheBytes", "KV cache of the call, bytes", ({ kvCacheBytes }) => kvCacheBytes),
  number("turns", "the candidate's calls that counted", ({ turns }) => turns),
  number("attempts", "calls made, retries included", ({ attempts }) => attempts),
];
