/** Takes finished trials and has them committed; those that end in one turn of the event loop share a transaction. */
import type { Recorder } from "../evals/index.ts";
import { cannotUse } from "./file.ts";
import { type RecordRows, rowsOf } from "./rows.ts";

/** @param insert  commits a batch: when it returns, the batch survives a kill of the process */
export function recorderOn(path: string, insert: (batch: readonly RecordRows[]) => void): Recorder["record"] {
  let waiting: Waiting[] = [];
  const commit = (batch: readonly Waiting[]) => {
    try {
      insert(batch.map(({ rows }) => rows));
    } catch (error) {
      // A disk that has no room for all of them may have room for some.
      if (batch.length > 1) for (const one of batch) commit([one]);
      else for (const { reject } of batch) reject(cannotUse(path, error));
      return;
    }
    for (const { resolve } of batch) resolve();
  };
  const commitWaiting = () => {
    const batch = waiting;
    waiting = [];
    commit(batch);
  };
  return (record) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(commitWaiting);
      waiting.push({ rows: rowsOf(record), resolve, reject });
    });
}

/** A trial that is not committed yet, with whoever waits for it. */
interface Waiting {
  readonly rows: RecordRows;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
