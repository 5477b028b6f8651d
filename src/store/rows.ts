/**
 * A trial as rows, and back. What a trial has from its calls (answer, usage, timings) is kept with the calls alone.
 */
import { lastAnswer, type Trial, type TrialCall, type TrialRecord, usageOf } from "../evals/index.ts";
import { decodeGaps, encodeGaps } from "../wire/index.ts";
import type { CallTable, TrialTable } from "./schema.ts";

/** What is to be inserted for one trial, columns in order, without their keys. */
export interface RecordRows {
  /** trial_id, candidate, outcome, cost_usd, e2e_ms, record */
  readonly trial: readonly [string, string, Trial["outcome"], number | null, number | null, string];
  /** request_body, response_body, gaps, record, spending_entry; oldest first */
  readonly calls: readonly (readonly [string, string, Uint8Array, string, number | null])[];
}

export function rowsOf({ trial, calls }: TrialRecord): RecordRows {
  const { id, candidate, outcome, costUsd, timings } = trial;
  const { answer: _answer, usage: _usage, timings: _timings, ...own } = trial;
  return {
    trial: [id, candidate, outcome, costUsd, timings?.endMs ?? null, JSON.stringify(own)],
    calls: calls.map(({ requestBody, responseBody, timings: { gapsUs, ...times }, spendingEntry = null, ...words }) => [
      requestBody,
      responseBody,
      encodeGaps(gapsUs),
      JSON.stringify({ ...words, timings: times }),
      spendingEntry,
    ]),
  };
}

export type StoredTrial = Pick<TrialTable, "trial_id" | "ordinal" | "record">;
/** Without its bodies where they were not asked for. */
export type StoredCall = Pick<CallTable, "gaps" | "record"> &
  Partial<Pick<CallTable, "request_body" | "response_body">>;

export function recordFrom(row: StoredTrial, callRows: readonly StoredCall[]): TrialRecord {
  const own = JSON.parse(row.record) as Omit<Trial, "answer" | "usage" | "timings">;
  const calls = callRows.map((call) => callFrom(call, own));
  const judged = lastAnswer(calls);
  const trial = {
    ...beforeTurns(own),
    ...own,
    answer: judged?.answer.text ?? null,
    usage: usageOf(calls),
    timings: judged?.timings ?? null,
  };
  return { trial, calls };
}

type Own = Pick<Trial, "sampleId" | "expectedCacheReadTokens" | "costUsd">;

/** What records lack that were made when a trial was one call. */
const beforeTurns = ({ sampleId }: Own) => ({ document: sampleId, judgeCostUsd: 0, turns: 1 });

export function callFrom(
  { gaps, record, request_body = "", response_body = "" }: StoredCall,
  { expectedCacheReadTokens, costUsd }: Own,
): TrialCall {
  const { timings, ...words } = JSON.parse(record) as Omit<TrialCall, "requestBody" | "responseBody">;
  return {
    ...{ purpose: "answer", turn: 1, expectedCacheReadTokens, costUsd },
    ...words,
    requestBody: request_body,
    responseBody: response_body,
    timings: { ...timings, gapsUs: decodeGaps(gaps) },
  };
}
