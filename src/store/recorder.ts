/**
 * Takes finished trials and has them committed. While one transaction is written the next gathers (group commit), so that
 * a store that is slower than the calls makes larger transactions and not a longer queue.
 */
import { Worker } from "node:worker_threads";
import type { Recorder } from "../evals/index.ts";
import { cannotUse } from "./file.ts";
import { type RecordRows, rowsOf } from "./rows.ts";

/** Commits a batch. When the promise resolves, the batch survives a kill of the process. */
export type Write = (batch: readonly RecordRows[]) => Promise<void>;

export function recorderOn(path: string, write: Write): Recorder {
  let waiting: Waiting[] = [];
  let isWriting = false;
  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await write(batch.map(({ rows }) => rows));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // A disk that has no room for all of them may have room for some.
      if (batch.length > 1) for (const one of batch) await commit([one]);
      else batch[0]?.reject(cannotUse(path, error));
    }
  };
  const commitAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await commit(batch);
    }
    isWriting = false;
  };
  return {
    record: (record) =>
      new Promise((resolve, reject) => {
        waiting.push({ rows: rowsOf(record), resolve, reject });
        if (isWriting) return;
        isWriting = true;
        setImmediate(commitAll);
      }),
  };
}

/** A trial that is not committed yet, with whoever waits for it. */
interface Waiting {
  readonly rows: RecordRows;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export interface WriterThread {
  readonly write: Write;
  /** Lets go of the file; what was asked for before is written first. */
  readonly close: () => Promise<void>;
}

/** What the thread is told when it starts. */
export interface WriterOrder {
  readonly path: string;
  readonly runId: string;
}

/** A batch's end: null when it is committed, else what went wrong. */
export type WriterAnswer = string | null;

const threadFile = new URL(
  import.meta.url.endsWith(".ts") ? "./writer-thread.ts" : "./writer-thread.js",
  import.meta.url,
);

/**
 * A thread with a connection of its own: committing takes as long as a call takes this process, and a moment in which the
 * disk is waited for would show in the timings of the calls under way.
 */
export function startWriterThread(order: WriterOrder): WriterThread {
  const thread = new Worker(threadFile, { workerData: order });
  let ended: unknown;
  let answered: ((answer: WriterAnswer) => void) | null = null;
  const end = (reason: unknown) => {
    ended ??= reason;
    answered?.(String(ended));
  };
  thread.on("message", (answer: WriterAnswer) => answered?.(answer));
  thread.on("error", end);
  const exited = new Promise<void>((resolve) => {
    thread.on("exit", () => {
      end("the store is closed");
      resolve();
    });
  });
  return {
    write: (batch) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        answered = (answer) => (answer === null ? resolve() : reject(new Error(answer)));
        thread.postMessage(batch);
      }),
    close: () => {
      thread.postMessage(null);
      return exited;
    },
  };
}
