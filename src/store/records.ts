/** Trials out of the tables, with their calls: what insert.ts put in. */
import { setImmediate as pause } from "node:timers/promises";
import type { Database } from "better-sqlite3";
import type { TrialRecord } from "../evals/index.ts";
import { callFrom, recordFrom, type StoredCall, type StoredTrial } from "./rows.ts";

/** Few enough that a page is garbage before it has outlived the young generation. */
const pageSize = 32;

/** Page by page, so that other connections are never held up and memory stays flat. */
export async function* eachRecord(sqlite: Database, runId: string, bodies: boolean): AsyncIterable<TrialRecord> {
  const trialsAfter = sqlite.prepare<[string, number, number], StoredTrial>(
    "select trial_id, ordinal, record from trial where run_id = ? and ordinal > ? order by ordinal limit ?",
  );
  const callsOf = callQuery(sqlite, bodies);
  for (let after = 0; ; ) {
    const page = trialsAfter.all(runId, after, pageSize);
    if (page.length === 0) return;
    for (const row of page) yield recordFrom(row, callsOf.all(runId, row.trial_id));
    after = page.at(-1)!.ordinal;
    // Queries are done as soon as they are asked: without a pause, neither Ctrl-C nor the garbage collector has a turn.
    await pause();
  }
}

/** One by one: bodies are by far the largest part of a record, and whoever asks need not hold them all. */
export async function* withBodies(
  sqlite: Database,
  runId: string,
  records: readonly TrialRecord[],
): AsyncIterable<TrialRecord> {
  const callsOf = callQuery(sqlite, true);
  for (const { trial } of records)
    yield { trial, calls: callsOf.all(runId, trial.id).map((call) => callFrom(call, trial)) };
}

/** The calls of a trial, oldest first. */
const callQuery = (sqlite: Database, bodies: boolean) =>
  sqlite.prepare<[string, string], StoredCall>(
    `select gaps, record${bodies ? ", request_body, response_body" : ""} from call where run_id = ? and trial_id = ? order by attempt`,
  );
