/** From the names that a user gave to routes that can be called; starts the embedded engine when a name needs it. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type Engine, EngineError, startEngine } from "../engine/index.ts";
import { UserError } from "../errors.ts";
import { groundingDefaults } from "../evals/index.ts";
import { llamaCpp, type Route, vendorRoute } from "../routes/index.ts";
import { ensureSpecimen, type SpecimenInfo, specimens } from "../specimens/index.ts";
import type { Message } from "../wire/index.ts";
import type { Io } from "./command.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type Job, priceOf } from "./job.ts";
import { progressBar } from "./progress.ts";

export interface Candidates {
  readonly routes: readonly Route[];
  /** Null when no candidate runs on it. */
  readonly engine: Engine | null;
  readonly close: () => Promise<void>;
}

/** What the main job compares when nobody says otherwise: the specimens that can read. */
export const defaultModels = (): string[] =>
  specimens.filter(({ kind }) => kind === "trained specimen").map(({ name }) => `engine/${name}`);

interface EngineModel {
  readonly id: string;
  readonly path: string;
  readonly specimen: SpecimenInfo | null;
}

/** @param prepare false to leave out all that takes time: building specimens, starting the engine, measuring caches */
export async function candidatesOf(job: Job, io: Io, prepare = true): Promise<Candidates> {
  const named = job.model ?? (job.gguf ? [] : defaultModels());
  const vendorNames = named.filter((model) => !model.startsWith("engine/"));
  const price = priceOf(job.price, io.now().toISOString().slice(0, 10));
  const { baseUrl, apiKeyEnv: keyEnv, protocol } = job;
  const vendorRoutes = vendorNames.map((model) =>
    vendorRoute({ model, baseUrl, keyEnv, protocol, price, sends: prepare }, io.env),
  );
  refuseSameNames(vendorRoutes.map(({ id }) => id));
  const engineNames = named
    .filter((model) => model.startsWith("engine/"))
    .map((model) => model.slice("engine/".length));
  for (const name of engineNames) specimenNamed(name);
  const paths = job.gguf ?? [];
  if (engineNames.length + paths.length === 0)
    return { routes: inOrder(named, vendorRoutes), engine: null, close: async () => {} };

  const models: EngineModel[] = [];
  for (const name of engineNames) {
    const bar = progressBar(io, `building specimen ${name}`);
    const path = prepare ? await ensureSpecimen(name, { onProgress: bar.update }) : "";
    bar.done();
    models.push({ id: name, path, specimen: specimenNamed(name) });
  }
  refuseMissing(paths);
  for (const path of paths) models.push({ id: basename(path, ".gguf"), path, specimen: null });
  refuseSameNames(models.map(({ id }) => id));
  if (!prepare)
    return {
      routes: inOrder(named, [...vendorRoutes, ...models.map((model) => bareRoute(model, job))]),
      engine: null,
      close: async () => {},
    };

  const concurrency = job.concurrency ?? 1;
  const sequences = Math.max(2, concurrency);
  const longest = Math.max(...(job.context ?? groundingDefaults.contextTokens));
  const engine = await startEngine({
    models: models.map(({ id, path, specimen }) => ({
      id,
      path,
      kind: specimen?.kind ?? "gguf",
      notice: specimen?.notice ?? null,
    })),
    contextTokens: Math.ceil((longest * 1.25 + 512) / 256) * 256,
    sequences,
    kvType: job.kvType ?? "f16",
  });
  try {
    const routes: Route[] = [];
    for (const [index, model] of models.entries()) {
      const bar = progressBar(io, "measuring each model's KV cache");
      bar.update(index / models.length);
      routes.push(await engineRoute(model, engine, sequences, job));
      bar.done();
    }
    return { routes: inOrder(named, [...vendorRoutes, ...routes]), engine, close: () => engine.close() };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

const inOrder = (named: readonly string[], routes: readonly Route[]) => {
  const place = (route: Route) => (named.indexOf(route.id) + named.length + 1) % (named.length + 1);
  return [...routes].sort((a, b) => place(a) - place(b));
};

export function specimenNamed(name: string): SpecimenInfo {
  const found = specimens.find((specimen) => specimen.name === name);
  if (found !== undefined) return found;
  throw new UserError({
    happened: `there is no specimen "${name}"`,
    expected: `one of ${specimens.map((specimen) => specimen.name).join(", ")}`,
    mend: "`assay specimens` lists them; a model file of your own runs with --gguf",
  });
}

/** A dry run opens no file; that one is not there it says all the same. */
function refuseMissing(paths: readonly string[]): void {
  const missing = paths.find((path) => !existsSync(path));
  if (missing === undefined) return;
  throw new UserError({
    happened: `${missing} cannot be read: there is no such file`,
    expected: "a GGUF file",
    mend: "correct the path",
  });
}

function refuseSameNames(ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  throw new UserError({
    happened: `two candidates are called "${twice}"`,
    expected: "names that tell the candidates apart",
    mend: "leave one out, or rename the file",
  });
}

/** An engine route before anything was started: enough to plan with. */
function bareRoute({ id, specimen }: EngineModel, job: Job): Route {
  return {
    id: `engine/${id}`,
    model: id,
    endpoint: { baseUrl: "http://127.0.0.1", protocol: "openai-chat", apiKey: null },
    kind: specimen?.kind ?? "gguf",
    notice: specimen?.notice ?? null,
    attention: specimen?.attention ?? null,
    trainedContextTokens: specimen?.trainedContextTokens ?? null,
    contextTokens: null,
    price: null,
    kvCache: null,
    cacheRule: null,
    tokenize: null,
    lane: "embedded engine",
    maxOutputTokens: 32 * Math.max(...(job.needles ?? [1])),
  };
}

async function engineRoute(model: EngineModel, engine: Engine, sequences: number, job: Job): Promise<Route> {
  const info = await engine.describe(model.id);
  const measured = await measuredKvCache(model.id, engine);
  return {
    ...bareRoute(model, job),
    endpoint: { baseUrl: engine.baseUrl, protocol: "openai-chat", apiKey: null },
    trainedContextTokens: model.specimen?.trainedContextTokens ?? info.trainedContextTokens,
    contextTokens: info.contextTokens,
    kvCache: measured && { ...measured, source: `measured in llama.cpp's saved state, ${job.kvType ?? "f16"}` },
    cacheRule: llamaCpp({ sequences }),
    fingerprint: await fingerprintOf(model.path),
    tokenize: async ({ messages }) => Int32Array.from(await engine.tokenize(model.id, messages.map(asTurn))),
  };
}

/** Null for a model whose cache cannot be measured, such as one whose context ends inside its sliding window. */
async function measuredKvCache(id: string, engine: Engine) {
  try {
    const { bytesPerToken, fixedBytes } = await engine.measureKvCache(id);
    return { bytesPerToken, fixedBytes };
  } catch (error) {
    if (error instanceof EngineError && error.failure.status === 400) return null;
    throw error;
  }
}

const asTurn = ({ role, content }: Message) => ({
  role,
  content:
    typeof content === "string" ? content : content.map((part) => (part.type === "text" ? part.text : "")).join(""),
});
