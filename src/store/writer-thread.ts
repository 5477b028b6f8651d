/** The thread that writes a run's trials: a batch comes in, and when it is committed an answer goes out. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../errors.ts";
import { openFile } from "./file.ts";
import { insertsInto } from "./insert.ts";
import type { WriterAnswer, WriterOrder } from "./recorder.ts";
import type { RecordRows } from "./rows.ts";

const { path, runId } = workerData as WriterOrder;
const port = parentPort!;
const sqlite = openFile(path);
const insert = insertsInto(sqlite, runId);

port.on("message", (batch: readonly RecordRows[] | null) => {
  if (batch === null) {
    sqlite.close();
    port.close();
  } else port.postMessage(committed(batch));
});

function committed(batch: readonly RecordRows[]): WriterAnswer {
  try {
    insert(batch);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
