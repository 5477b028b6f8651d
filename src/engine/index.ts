/** llama.cpp behind OpenAI's wire: local GGUF files served as a vendor would serve them. */
import { open } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { messageOf, UserError } from "../errors.ts";
import { EngineError } from "./engine-error.ts";
import type { ChatTurn, KvCacheMeasurement, KvType, LoadOptions, ModelFacts } from "./protocol.ts";
import { createServerApp } from "./server.ts";
import { createModelWorker, type LogLine } from "./worker-handle.ts";

export { EngineError } from "./engine-error.ts";
export type { KvCacheMeasurement, KvType, ModelFacts } from "./protocol.ts";

export interface EngineModel {
  /** The name that requests use. */
  readonly id: string;
  /** Of the GGUF file. */
  readonly path: string;
  /** What kind of model it is; `/v1/models` says so. */
  readonly kind: string;
  /** What a reader has to know before believing its numbers; null where nothing. */
  readonly notice: string | null;
}

export interface EngineOptions {
  readonly models: readonly EngineModel[];
  /** 0, the default, for any that is free. */
  readonly port?: number;
  /** 127.0.0.1 by default. There is no authentication: any other address lets others use the machine. */
  readonly host?: string;
  /** Context of each conversation, tokens; cut to what a model was trained for. Default 8192. */
  readonly contextTokens?: number;
  /** Allows more context than a model was trained for. */
  readonly beyondTrainedContext?: boolean;
  /** Conversations that each model keeps in its cache and serves at one time. Default 2. */
  readonly sequences?: number;
  /** Threads for each model. Default 1: more of them wait for each other as soon as anything else runs. */
  readonly threads?: number;
  /** Type of the cached keys and values. Default f16. */
  readonly kvType?: KvType;
  /** Most that one conversation's checkpoints may hold, bytes; at least one is kept. Default 256 MiB. */
  readonly checkpointBytes?: number;
  /** How long a model may take to be loaded, ms. Default two minutes. */
  readonly loadTimeoutMs?: number;
  /** Of a request. Default 32 MiB. */
  readonly maxBodyBytes?: number;
  readonly onLog?: LogLine;
}

export interface Engine {
  /** Up to and with `/v1`. */
  readonly baseUrl: string;
  /** Loads the model where it is not loaded. */
  describe(id: string): Promise<ModelFacts>;
  /** The tokens of a conversation in the form of the model's own chat template, ready for its answer. */
  tokenize(id: string, turns: readonly ChatTurn[]): Promise<readonly number[]>;
  /** Measures in a context of its own, once; later calls give the same result. */
  measureKvCache(id: string): Promise<KvCacheMeasurement>;
  /** Ends all model processes, whatever they are doing. */
  close(): Promise<void>;
}

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Starts the server; models are loaded when they are first asked for.
 *
 * @throws UserError when a file cannot be read or is no GGUF, two models have one id, or the port is taken
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { models, port = 0, host = "127.0.0.1", sequences = 2, loadTimeoutMs = 120_000, onLog = () => {} } = options;
  refuseSameIds(models);
  await Promise.all(models.map(({ path }) => refuseNonGguf(path)));

  const load: Omit<LoadOptions, "path"> = {
    contextTokens: options.contextTokens ?? 8192,
    beyondTrainedContext: options.beyondTrainedContext ?? false,
    sequences,
    threads: options.threads ?? 1,
    kvType: options.kvType ?? "f16",
    checkpointBytes: options.checkpointBytes ?? 256 * 2 ** 20,
  };
  const served = models.map(({ id, path, kind, notice }) => {
    return { id, kind, notice, worker: createModelWorker(id, { ...load, path }, loadTimeoutMs, onLog) };
  });
  const isLocal = ["127.0.0.1", "localhost", "::1"].includes(host);
  const app = createServerApp(served, {
    sequences,
    maxBodyBytes: options.maxBodyBytes ?? 32 * 2 ** 20,
    allowedHosts: isLocal ? loopback : null,
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;

  function workerOf(id: string) {
    const model = served.find((candidate) => candidate.id === id);
    if (model === undefined) throw new Error(`the engine serves no model '${id}'`);
    return model.worker;
  }
  return {
    baseUrl: `http://${name}:${address.port}/v1`,
    describe: async (id) => await workerOf(id).facts().catch(refuseUnloadable),
    tokenize: async (id, turns) => await workerOf(id).ask("tokenizeChat", { turns }),
    measureKvCache: async (id) => await workerOf(id).ask("measureKvCache", null).catch(refuseUnloadable),
    async close() {
      await Promise.all(served.map(({ worker }) => worker.close()));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}

/** A file that begins like a model and is none is the user's mistake where the caller is this process. */
function refuseUnloadable(error: unknown): never {
  if (!(error instanceof EngineError) || error.failure.code !== "model_not_loadable") throw error;
  throw new UserError(
    {
      happened: error.message,
      expected: "a whole GGUF file of a model that llama.cpp runs",
      mend: "compare its size with its source's and download it again; it may also need a newer llama.cpp, or more memory",
    },
    { cause: error },
  );
}

function refuseSameIds(models: readonly EngineModel[]): void {
  const twice = models.find(({ id }, index) => models.findIndex((other) => other.id === id) !== index);
  if (twice === undefined) return;
  throw new UserError({
    happened: `two models are called ${twice.id}`,
    expected: "a different id for each model",
    mend: "rename one of them",
  });
}

async function refuseNonGguf(path: string): Promise<void> {
  const start = await firstBytes(path, 4);
  if (start.toString("latin1") === "GGUF") return;
  throw new UserError({
    happened: `${path} is not a GGUF file`,
    expected: 'a file that begins with the letters "GGUF"',
    mend: "convert the model with llama.cpp's convert_hf_to_gguf.py, or download its GGUF version",
  });
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} cannot be read: ${messageOf(error)}`,
        expected: "a GGUF file that this user may read",
        mend: "check the path and its permissions",
      },
      { cause: error },
    );
  }
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): UserError {
  return new UserError(
    {
      happened: `the engine cannot listen on ${host}:${port}: ${error.code ?? error.message}`,
      expected: "an address of this machine and a port that nothing else uses",
      mend: "give another port, or 0 for any that is free",
    },
    { cause: error },
  );
}
