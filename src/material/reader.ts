/** The program's side of the reading thread: starts it when the first file comes that needs one, ends it when one hangs. */
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "../errors.ts";
import type { Content, MaterialLimits } from "./extract.ts";
import type { FromReader, ToReader } from "./worker.ts";

export interface Reader {
  /** One file at a time. @throws UserError where it cannot be read within the limits */
  read(path: string, kind: ToReader["kind"], bytes: Uint8Array): Promise<Content>;
  close(): Promise<void>;
}

const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
/** V8's heap of the thread. What PDFium takes lies outside it, and WebAssembly bounds that to 2 GiB. */
const heapMiB = 2_048;

export function openReader({ docxXmlBytes, timeMs }: MaterialLimits): Reader {
  let worker: Worker | null = null;

  async function close(): Promise<void> {
    const ending = worker;
    worker = null;
    await ending?.terminate();
  }

  async function read(path: string, kind: ToReader["kind"], bytes: Uint8Array): Promise<Content> {
    worker ??= new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: heapMiB } });
    const reply = await asked(worker, { path, kind, bytes, docxXmlBytes }, timeMs).catch(async (error) => {
      await close();
      throw unreadable(path, error);
    });
    if ("mistake" in reply) throw new UserError(reply.mistake);
    return reply.content;
  }

  return { read, close };
}

function asked(worker: Worker, message: ToReader, timeMs: number): Promise<FromReader> {
  const { promise, resolve, reject } = Promise.withResolvers<FromReader>();
  const timer = setTimeout(() => reject(new Error(`it takes more than ${timeMs / 1_000} s`)), timeMs);
  worker.once("message", resolve).once("error", reject);
  worker.postMessage(message);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", resolve).off("error", reject);
  });
}

const unreadable = (path: string, error: unknown) =>
  new UserError(
    {
      happened: `${path} cannot be read: ${messageOf(error)}`,
      expected: "a document that can be read within the limits of time and memory",
      mend: "split it, or save its text as Markdown",
    },
    { cause: error },
  );
