/** The server's side of one model's process: starts it when it is first needed, and again after it died. */
import { type ChildProcess, fork } from "node:child_process";
import { EngineError, engineFailed } from "./engine-error.ts";
import type { FromWorker, LoadOptions, Measured, ModelFacts, Piece, ToWorker, Work, WorkKind } from "./protocol.ts";

export interface AskEvents {
  readonly signal?: AbortSignal;
  started?(measured: Measured): void;
  piece?(piece: Piece, measured: Measured): void;
}

export interface ModelWorker {
  /** Loads the model where it is not. @throws EngineError with llama.cpp's reason where it cannot be loaded */
  facts(): Promise<ModelFacts>;
  /** Null while the model is not loaded; starts nothing. */
  loadedFacts(): ModelFacts | null;
  /** @throws EngineError; the signal's reason when it is aborted */
  ask<K extends WorkKind>(work: K, ask: Work[K]["ask"], events?: AskEvents): Promise<Work[K]["answer"]>;
  close(): Promise<void>;
}

interface Pending {
  readonly events: AskEvents;
  resolve(answer: Work[WorkKind]["answer"]): void;
  reject(error: Error): void;
}

interface Running {
  readonly child: ChildProcess;
  readonly facts: ModelFacts;
}

export type LogLine = (line: { readonly model: string; readonly level: string; readonly text: string }) => void;

const workerFile = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
const keptLines = 40;
/** How many of its last lines an error quotes. */
const quotedLines = 4;

export function createModelWorker(
  id: string,
  options: LoadOptions,
  loadTimeoutMs: number,
  onLog: LogLine,
): ModelWorker {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let starting: Promise<Running> | null = null;
  let running: Running | null = null;
  let child: ChildProcess | null = null;
  let closed = false;

  function start(): Promise<Running> {
    if (closed) return Promise.reject(engineFailed(503, "engine_closed", "the engine is closing"));
    starting ??= launch();
    return starting;
  }

  function launch(): Promise<Running> {
    const lines: string[] = [];
    const note = (level: string, text: string) => {
      lines.push(...text.split("\n").filter((line) => line.trim() !== ""));
      lines.splice(0, lines.length - keptLines);
      onLog({ model: id, level, text });
    };
    const started = fork(workerFile, [], {
      execArgv: [],
      // A native backtrace would be gathered by a debugger, which takes seconds and says nothing to a user.
      env: { ...process.env, GGML_NO_BACKTRACE: "1", NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "advanced",
    });
    child = started;
    started.stdout?.setEncoding("utf8").on("data", (text: string) => note("info", text.trimEnd()));
    started.stderr?.setEncoding("utf8").on("data", (text: string) => note("error", text.trimEnd()));

    return new Promise<Running>((resolve, reject) => {
      const refuse = (reason: string) => {
        clearTimeout(deadline);
        reject(engineFailed(500, "model_not_loadable", `${options.path} cannot be loaded: ${reason}`));
        started.kill("SIGKILL");
      };
      // A file that lies about its lengths can keep its reader busy for ever.
      const deadline = setTimeout(() => refuse(`it took more than ${loadTimeoutMs} ms`), loadTimeoutMs);
      started.on("message", (message: FromWorker) => {
        switch (message.kind) {
          case "loaded":
            clearTimeout(deadline);
            running = { child: started, facts: message.facts };
            resolve(running);
            break;
          case "not-loaded":
            refuse(message.reason);
            break;
          case "log":
            note(message.level, message.text);
            break;
          default:
            settle(message);
        }
      });
      started.on("error", (error) => {
        clearTimeout(deadline);
        starting = null;
        reject(engineFailed(503, "engine_died", `the process of ${id} cannot be started: ${error.message}`));
      });
      // "close" comes after the last line on stderr was read, "exit" may not.
      started.on("close", (code, signal) => {
        clearTimeout(deadline);
        const how = signal ?? `exit code ${code}`;
        const when = running === null ? "while loading the model" : "in the middle of its work";
        const quote = lines.slice(-quotedLines).join(" | ") || "nothing";
        const death = engineFailed(
          503,
          "engine_died",
          `the native engine of ${id} died ${when} (${how}); it last said: ${quote}`,
        );
        starting = null;
        running = null;
        child = null;
        reject(death);
        const unanswered = [...pending.values()];
        pending.clear();
        for (const { reject: fail } of unanswered) fail(death);
      });
      post(started, { kind: "load", options });
    });
  }

  function settle(message: Exclude<FromWorker, { kind: "loaded" | "not-loaded" | "log" }>): void {
    const request = pending.get(message.id);
    if (request === undefined) return;
    switch (message.kind) {
      case "started":
        request.events.started?.(message.measured);
        return;
      case "piece":
        request.events.piece?.(message.piece, message.measured);
        return;
      case "done":
        pending.delete(message.id);
        request.resolve(message.answer);
        return;
      case "failed":
        pending.delete(message.id);
        request.reject(new EngineError(message.failure));
    }
  }

  async function ask<K extends WorkKind>(work: K, question: Work[K]["ask"], events: AskEvents = {}) {
    const { signal } = events;
    signal?.throwIfAborted();
    const engine = await start();
    signal?.throwIfAborted();
    const requestId = nextId++;
    const cancel = () => post(engine.child, { kind: "cancel", id: requestId });
    try {
      return await new Promise<Work[K]["answer"]>((resolve, reject) => {
        pending.set(requestId, { events, resolve: resolve as Pending["resolve"], reject });
        post(engine.child, { kind: "work", id: requestId, work, ask: question });
        signal?.addEventListener("abort", cancel, { once: true });
      });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  return {
    facts: async () => (await start()).facts,
    loadedFacts: () => running?.facts ?? null,
    ask,
    async close() {
      closed = true;
      const dying = child;
      if (dying === null) return;
      await new Promise<void>((resolve) => {
        dying.once("close", () => resolve());
        dying.kill("SIGKILL");
      });
    },
  };
}

/** A message to a process that is dying is lost; its "close" event answers whoever waits. */
function post(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
