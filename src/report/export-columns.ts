/** The columns of an export, each with its unit in the name. Columns are added at the end and never renamed. */
import type { RunInfo, TrialRecord } from "../evals/index.ts";
import { inputTokensOf } from "./tally.ts";

export interface ExportColumn {
  readonly name: string;
  readonly type: "text" | "number" | "boolean";
  readonly describe: string;
  readonly of: (record: TrialRecord, run: RunInfo) => string | number | boolean | null | undefined;
}

const column = (
  name: string,
  type: ExportColumn["type"],
  describe: string,
  of: ExportColumn["of"],
): ExportColumn => ({ name, type, describe, of });

export const exportColumns: readonly ExportColumn[] = [
  column("runId", "text", "The run", (_record, run) => run.id),
  column("trialId", "text", "Unique in the run", ({ trial }) => trial.id),
  column("candidate", "text", "route/model", ({ trial }) => trial.candidate),
  column("cell", "text", "The point of the matrix, as JSON", ({ trial }) => JSON.stringify(trial.cell)),
  column("sampleId", "text", "The same for all candidates: what a paired comparison pairs by", ({ trial }) => trial.sampleId),
  column("depth", "number", "Place of the needle, 0 (first line) to 1 (last)", ({ trial }) => trial.depth),
  column("answerable", "boolean", "False where abstaining is right", ({ trial }) => trial.answerable),
  column("outcome", "text", "scored, failed or skipped", ({ trial }) => trial.outcome),
  column("grounded", "number", "Score, 0 to 1", ({ trial }) => trial.scores?.grounded?.value),
  column("exact", "number", "Score, 0 to 1", ({ trial }) => trial.scores?.exact?.value),
  column("cited", "number", "Score, 0 to 1", ({ trial }) => trial.scores?.cited?.value),
  column("failureClass", "text", "Why there is no score", ({ trial }) => trial.failure?.class),
  column("failureMessage", "text", "The same in words", ({ trial }) => trial.failure?.message),
  column("target", "text", "The right answer", ({ trial }) => trial.target),
  column("answer", "text", "What the model said", ({ trial }) => trial.answer),
  column("inputTokens", "number", "All input", ({ trial }) => inputTokensOf(trial)),
  column("uncachedInputTokens", "number", "Neither read from nor written to a cache", ({ trial }) => trial.usage?.uncachedInputTokens),
  column("cacheReadTokens", "number", "Read from a cache", ({ trial }) => trial.usage?.cacheReadTokens),
  column("cacheWriteTokens", "number", "Written to a cache", ({ trial }) => trial.usage?.cacheWriteTokens),
  column("expectedCacheReadTokens", "number", "What the route's cache rule predicts", ({ trial }) => trial.expectedCacheReadTokens),
  column("outputTokens", "number", "All output, reasoning included", ({ trial }) => trial.usage?.outputTokens),
  column("reasoningTokens", "number", "The part of the output that was reasoning", ({ trial }) => trial.usage?.reasoningTokens),
  column("costUsd", "number", "Of the judged call, USD", ({ trial }) => trial.costUsd),
  column("sentAt", "text", "ISO 8601", ({ trial }) => trial.timings?.sentAt),
  column("ttftMs", "number", "To the first byte of the first event", ({ trial }) => trial.timings?.firstEventMs),
  column("firstReasoningMs", "number", "To the first reasoning token", ({ trial }) => trial.timings?.firstReasoningMs),
  column("firstContentMs", "number", "To the first content token", ({ trial }) => trial.timings?.firstContentMs),
  column("e2eMs", "number", "To the end of the answer", ({ trial }) => trial.timings?.endMs),
  column("gapsUs", "text", "Each gap between tokens, microseconds, as a JSON array", ({ trial }) => trial.timings && JSON.stringify(trial.timings.gapsUs)),
  column("kvCacheBytes", "number", "That the call's tokens occupied", ({ trial }) => trial.kvCacheBytes),
  column("attempts", "number", "Calls made, retries included", ({ trial }) => trial.attempts),
  column("request", "text", "The exact body sent, last attempt", ({ calls }) => calls.at(-1)?.requestBody),
  column("response", "text", "The exact body received, last attempt", ({ calls }) => calls.at(-1)?.responseBody),
];

export type ExportRow = Readonly<Record<string, string | number | boolean | null>>;

export function exportRow(run: RunInfo, record: TrialRecord): ExportRow {
  return Object.fromEntries(exportColumns.map(({ name, of }) => [name, of(record, run) ?? null]));
}
