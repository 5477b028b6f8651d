/** From the names that a user gave to routes that can be called; starts the embedded engine when a name needs it. */
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { type Engine, EngineError, startEngine } from "../engine/index.ts";
import { UserError } from "../errors.ts";
import type { RetrievalModel } from "../evals/index.ts";
import type { JobCandidate, RetrievalModels } from "../jobs/index.ts";
import { embedBy, type PostOptions, type RetrievalRoute, rerankBy } from "../retrieval/index.ts";
import { llamaCpp, type Price, type Route, type VendorRouteOptions, vendorRoute } from "../routes/index.ts";
import { ensureSpecimen, type SpecimenInfo, specimens } from "../specimens/index.ts";
import { type Message, textOf } from "../wire/index.ts";
import type { Io } from "./command.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { givenPrice, givenRetrievalPrices } from "./given-prices.ts";
import { knownPrice } from "./known-price.ts";
import { progressBar } from "./progress.ts";
import type { Question } from "./question.ts";
import type { Settings } from "./settings.ts";

export interface Candidates {
  readonly routes: readonly Route[];
  /** Null where no scorer asks one. */
  readonly judge: Route | null;
  /** What embeds and reranks, by its name. */
  readonly retrieval: ReadonlyMap<string, RetrievalRoute>;
  readonly close: () => Promise<void>;
}

/** What the main job compares when nobody says otherwise: the specimens that can read. */
export const defaultModels = (): string[] =>
  specimens.filter(({ kind }) => kind === "trained specimen").map(({ name }) => `engine/${name}`);

interface EngineModel {
  readonly id: string;
  readonly path: string;
  readonly specimen: SpecimenInfo | null;
  /** False where it only judges or embeds. */
  readonly answers: boolean;
}

/** @param prepare false to leave out all that takes time: building specimens, starting the engine, measuring caches */
export async function candidatesOf(question: Question, io: Io, prepare = true): Promise<Candidates> {
  const { settings, needs } = question;
  const named = settings.model ?? (settings.gguf ? [] : defaultModels());
  const today = io.now().toISOString().slice(0, 10);
  const vendors = named.filter(isNotOnEngine).map((model) => {
    const way = wayTo(model, question);
    return vendorRoute({ ...way, price: priceOf(model, way, question, today), sends: prepare }, io.env);
  });
  // A judge, and what embeds, are reached at their vendors' own addresses, whatever the candidates are reached at.
  const helping = (model: string, price: Price | null) =>
    vendorRoute({ model, price: price ?? knownPrice(model, today), sends: prepare }, io.env);
  const judge =
    needs.judge === null || isOnEngine(needs.judge)
      ? null
      : helping(needs.judge, givenPrice(settings.judgePrice, today));
  const retrievalPrices = givenRetrievalPrices(settings, today);
  const retrieval = new Map<string, RetrievalRoute>();
  for (const name of [...needs.embedders, ...needs.rerankers].filter(isNotOnEngine)) {
    const { endpoint, model } = vendorRoute({ model: name, sends: prepare }, io.env);
    retrieval.set(name, { endpoint, model, price: retrievalPrices.get(name) ?? null });
  }
  refuseSameNames(vendors.map(({ id }) => id));
  const models = await engineModels(question, named, io, prepare);
  refuseSameNames(models.filter(({ answers }) => answers).map(({ id }) => id));
  if (models.length === 0) return { routes: inOrder(named, vendors), judge, retrieval, close: async () => {} };
  const answering = models.filter(({ answers }) => answers);
  if (!prepare) {
    const bare = answering.map((model) => bareRoute(model, question));
    for (const model of needs.embedders.filter(isOnEngine))
      retrieval.set(model, embeddingHere(bareRoute(modelNamed(nameOf(model), models), question), today));
    const judgeHere =
      needs.judge !== null && isOnEngine(needs.judge)
        ? bareRoute(modelNamed(nameOf(needs.judge), models), question)
        : judge;
    return { routes: inOrder(named, [...vendors, ...bare]), judge: judgeHere, retrieval, close: async () => {} };
  }
  const sequences = sequencesOf(settings);
  const engine = await startEngine({
    models: models.map(({ id, path, specimen }) => ({
      id,
      path,
      kind: specimen?.kind ?? "gguf",
      notice: specimen?.notice ?? null,
    })),
    contextTokens: Math.ceil((needs.longestPromptTokens * 1.25 + 512) / 256) * 256,
    sequences,
    kvType: settings.kvType ?? "f16",
  });
  try {
    const routes: Route[] = [];
    for (const [index, model] of answering.entries()) {
      const bar = progressBar(io, "measuring each model's KV cache");
      bar.update(index / answering.length);
      routes.push(await engineRoute(model, engine, question));
      bar.done();
    }
    const onEngine = (model: string) => bareRoute(modelNamed(nameOf(model), models), question, engine);
    for (const model of needs.embedders.filter(isOnEngine)) retrieval.set(model, embeddingHere(onEngine(model), today));
    return {
      routes: inOrder(named, [...vendors, ...routes]),
      judge: needs.judge !== null && isOnEngine(needs.judge) ? onEngine(needs.judge) : judge,
      retrieval,
      close: () => engine.close(),
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/**
 * How a candidate is reached: as the command line says of all of them, else as the job says of this one. A job may come from
 * somebody else, so that no key goes to an address in it but one that it names.
 *
 * @param model  as it was named: see {@link ownOf}
 */
export function wayTo(model: string, question: Question): VendorRouteOptions {
  const { baseUrl, apiKeyEnv, protocol } = question.settings;
  const own = ownOf(model, question);
  const { name, model: asked = model } = question.own?.get(model) ?? {};
  return {
    model: asked,
    name,
    baseUrl: baseUrl ?? own?.baseUrl,
    keyEnv: apiKeyEnv ?? own?.apiKeyEnv ?? (own?.baseUrl === undefined ? undefined : null),
    protocol: protocol ?? own?.protocol,
  };
}

/** What a vendor asks for a model holds at its own address alone. */
function priceOf(
  named: string,
  { model, baseUrl }: VendorRouteOptions,
  question: Question,
  today: string,
): Price | null {
  const own = ownOf(named, question)?.price;
  return (
    givenPrice(question.settings.price, today) ??
    (own === undefined ? null : jobPrice(own, today)) ??
    (baseUrl === undefined ? knownPrice(model, today) : null)
  );
}

/**
 * What a job says of a candidate is about the address that stands there, or the vendor's, and about no other.
 *
 * @param named  by its name, which may be the model of another one
 */
const ownOf = (named: string, { settings, own }: Question): JobCandidate | undefined =>
  settings.baseUrl === undefined ? own?.get(named) : undefined;

const jobPrice = (
  { input, cached, written, output, observedOn }: NonNullable<JobCandidate["price"]>,
  today: string,
): Price => ({
  uncachedInputUsdPerMtok: input,
  cacheReadUsdPerMtok: cached ?? null,
  cacheWriteUsdPerMtok: written ?? null,
  outputUsdPerMtok: output,
  observedOn: observedOn ?? today,
  source: "given in the job's file",
});

/** @throws UserError under a cap on cost for a model whose price is not known */
export function refuseUnknownPrices({ settings }: Question, { routes, judge, retrieval }: Candidates): void {
  if (settings.maxCost === undefined || settings.allowUnknownPrice) return;
  const asked = judge === null ? routes : [...routes, judge];
  const unpricedRoute = asked.find(({ kind, price }) => kind === "vendor" && price === null);
  const unpriced = unpricedRoute?.id;
  const searching = retrievalModelsOf(retrieval).find(({ price }) => price === null)?.model;
  if (unpriced === undefined && searching === undefined) return;
  const flag =
    unpriced === undefined
      ? `--retrieval-price ${searching}=…/Mtok`
      : unpricedRoute === judge
        ? "--judge-price input=…,output=…"
        : "--price input=…,output=…, or with `price:` in a job's file";
  throw new UserError({
    happened: `--max-cost cannot be held: the price of ${unpriced ?? searching} is not known`,
    expected: "a price for every vendor's model",
    mend: `give it with ${flag}, or accept calls of unknown cost with --allow-unknown-price`,
  });
}

/** Conversations that the embedded engine holds at a time. */
export const sequencesOf = ({ concurrency = 1 }: Settings) => Math.max(2, concurrency);

const onEngine = "engine/";
export const isOnEngine = (model: string) => model.startsWith(onEngine);
const isNotOnEngine = (model: string) => !isOnEngine(model);
export const nameOf = (model: string) => model.slice(onEngine.length);

/** All that the embedded engine has to hold: candidates, and the specimens that judge or embed. */
async function engineModels(
  { settings, needs }: Question,
  named: readonly string[],
  io: Io,
  prepare: boolean,
): Promise<EngineModel[]> {
  const reranker = needs.rerankers.find(isOnEngine);
  if (reranker !== undefined) throw cannotRerank(reranker);
  const candidates = named.filter(isOnEngine).map(nameOf);
  const helpers = [needs.judge ?? "", ...needs.embedders].filter(isOnEngine).map(nameOf);
  const paths = settings.gguf ?? [];
  for (const name of [...candidates, ...helpers]) specimenNamed(name);
  refuseMissing(paths);
  const models: EngineModel[] = [];
  for (const [place, name] of [...candidates, ...new Set(helpers)].entries()) {
    const answers = place < candidates.length;
    if (!answers && candidates.includes(name)) continue;
    const bar = progressBar(io, `building specimen ${name}`);
    const path = prepare ? await ensureSpecimen(name, { onProgress: bar.update }) : "";
    bar.done();
    models.push({ id: name, path, specimen: specimenNamed(name), answers });
  }
  for (const path of paths) models.push({ id: basename(path, ".gguf"), path, specimen: null, answers: true });
  return models;
}

const modelNamed = (name: string, models: readonly EngineModel[]) => models.find(({ id }) => id === name)!;

export const retrievalBy = ({ retrieval }: Candidates, options: PostOptions): RetrievalModels => ({
  embed: (name) => embedBy(retrieval.get(name)!, options),
  rerank: (name) => rerankBy(retrieval.get(name)!, options),
});

export const retrievalModelsOf = (retrieval: Candidates["retrieval"]): RetrievalModel[] =>
  [...retrieval].map(([model, { price }]) => ({ model, price }));

const embeddingHere = ({ endpoint, model }: Route, today: string): RetrievalRoute => ({
  endpoint,
  model,
  price: { usd: 0, per: "Mtok", observedOn: today, source: "runs here" },
});

export const cannotRerank = (model: string) =>
  new UserError({
    happened: `${model} cannot rerank: the embedded engine has no such route`,
    expected: "a model behind a `/rerank` route, `<vendor>/<model>`",
    mend: "name another model, or leave `rerank` out",
  });

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
export function refuseMissing(paths: readonly string[]): void {
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
    mend: "leave one out, give it a `name:` in the job's file, or rename the GGUF file",
  });
}

/** An engine route before anything was started: enough to plan with. */
function bareRoute({ id, specimen }: EngineModel, { settings, answerTokens }: Question, engine?: Engine): Route {
  return {
    id: `engine/${id}`,
    model: id,
    endpoint: { baseUrl: engine?.baseUrl ?? "http://127.0.0.1", protocol: "openai-chat", apiKey: null },
    kind: specimen?.kind ?? "gguf",
    notice: specimen?.notice ?? null,
    attention: specimen?.attention ?? null,
    trainedContextTokens: specimen?.trainedContextTokens ?? null,
    contextTokens: null,
    price: null,
    kvCache: null,
    cacheRule: llamaCpp({ sequences: sequencesOf(settings) }),
    tokenize: null,
    lane: "embedded engine",
    maxOutputTokens: answerTokens,
  };
}

async function engineRoute(model: EngineModel, engine: Engine, question: Question): Promise<Route> {
  const info = await engine.describe(model.id);
  const measured = await measuredKvCache(model.id, engine);
  return {
    ...bareRoute(model, question, engine),
    trainedContextTokens: model.specimen?.trainedContextTokens ?? info.trainedContextTokens,
    contextTokens: info.contextTokens,
    kvCache: measured && {
      ...measured,
      source: `measured in llama.cpp's saved state, ${question.settings.kvType ?? "f16"}`,
    },
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

const asTurn = ({ role, content }: Message) => ({ role, content: textOf(content, "") });
