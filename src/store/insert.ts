/** Trials and their calls into the tables, a batch in one transaction: all of it is there, or nothing. */
import type { Database } from "better-sqlite3";
import type { RecordRows } from "./rows.ts";

/** Adds rows behind those that a run has already. */
export function insertsInto(sqlite: Database, runId: string): (batch: readonly RecordRows[]) => void {
  const last = sqlite.prepare("select coalesce(max(ordinal), 0) as ordinal from trial where run_id = ?");
  const insertTrial = sqlite.prepare(
    "insert into trial (run_id, ordinal, trial_id, candidate, outcome, cost_usd, e2e_ms, record) values (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const insertCall = sqlite.prepare(
    "insert into call (run_id, trial_id, attempt, request_body, response_body, gaps, record, spending_entry) values (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  let { ordinal } = last.get(runId) as { ordinal: number };
  const insert = sqlite.transaction((batch: readonly RecordRows[]) => {
    for (const [index, { trial, calls }] of batch.entries()) {
      insertTrial.run(runId, ordinal + index + 1, ...trial);
      for (const [attempt, call] of calls.entries()) insertCall.run(runId, trial[0], attempt + 1, ...call);
    }
  });
  return (batch) => {
    insert.immediate(batch);
    ordinal += batch.length;
  };
}
