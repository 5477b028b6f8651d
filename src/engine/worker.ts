/**
 * The child process of one model. llama.cpp ends the whole process when a file contradicts itself, so it runs alone
 * here: what it takes down is this one model, until the next request starts it again.
 */
import type { LlamaEmbeddingContext, Token } from "node-llama-cpp";
import { messageOf } from "../errors.ts";
import { failureOf, invalidRequest } from "./engine-error.ts";
import { generate } from "./generate.ts";
import { measureKvCache } from "./kv-cache.ts";
import { batchTokens, type LoadedModel, loadModel, tokenizePrompt } from "./loaded-model.ts";
import type { FromWorker, LoadOptions, ToWorker, Work, WorkKind } from "./protocol.ts";
import { createSlots, type Slots } from "./slots.ts";

const running = new Map<number, AbortController>();
let model: { readonly loaded: LoadedModel; readonly slots: Slots } | null = null;
let embedding: Promise<LlamaEmbeddingContext> | null = null;
let measuring: Promise<Work["measureKvCache"]["answer"]> | null = null;

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

process.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "load":
      void load(message.options);
      break;
    case "work":
      void work(message.id, message.work, message.ask);
      break;
    case "cancel":
      running.get(message.id)?.abort(new Error("cancelled"));
      break;
  }
});
// The server is gone, however it died: nobody is left to answer. An orderly exit would wait for llama.cpp's threads.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl-C reaches all processes of a terminal; whether work in flight is finished is for the server to say.
process.on("SIGINT", () => {});

async function load(options: LoadOptions): Promise<void> {
  try {
    const loaded = await loadModel(options, (level, text) => send({ kind: "log", level, text }));
    model = { loaded, slots: await createSlots(loaded.context, options.checkpointBytes) };
    send({ kind: "loaded", facts: loaded.facts });
  } catch (error) {
    send({ kind: "not-loaded", reason: messageOf(error) });
  }
}

async function work(id: number, kind: WorkKind, ask: Work[WorkKind]["ask"]): Promise<void> {
  const abort = new AbortController();
  running.set(id, abort);
  try {
    send({ kind: "done", id, answer: await answerTo(id, kind, ask, abort.signal) });
  } catch (error) {
    send({ kind: "failed", id, failure: failureOf(error) });
  } finally {
    running.delete(id);
  }
}

async function answerTo(id: number, kind: WorkKind, ask: Work[WorkKind]["ask"], signal: AbortSignal) {
  if (model === null) throw new Error("the model is not loaded");
  const { loaded, slots } = model;
  switch (kind) {
    case "generate": {
      return await generate(
        loaded,
        slots,
        ask as Work["generate"]["ask"],
        {
          started: (measured) => send({ kind: "started", id, measured }),
          piece: (piece, measured) => send({ kind: "piece", id, piece, measured }),
        },
        signal,
      );
    }
    case "tokenize":
      return tokenize(loaded, ask as Work["tokenize"]["ask"]);
    case "tokenizeChat": {
      const { turns } = ask as Work["tokenizeChat"]["ask"];
      return tokenizePrompt(loaded, { kind: "chat", turns, templateArguments: {} });
    }
    case "detokenize":
      return loaded.model.detokenize((ask as Work["detokenize"]["ask"]).tokens as Token[], true);
    case "embed":
      return await embed(loaded, ask as Work["embed"]["ask"]);
    case "measureKvCache":
      measuring ??= measureKvCache(loaded).catch((error: unknown) => {
        measuring = null;
        throw error;
      });
      return await measuring;
  }
}

function tokenize(
  { model }: LoadedModel,
  { text, addSpecial, parseSpecial }: Work["tokenize"]["ask"],
): Work["tokenize"]["answer"] {
  const plain = model.tokenize(text, parseSpecial);
  const { bos, shouldPrependBosToken } = model.tokens;
  const tokens = addSpecial && shouldPrependBosToken && bos !== null ? [bos, ...plain] : plain;
  return { tokens, pieces: tokens.map((token) => model.detokenize([token], true)) };
}

async function embed(
  { model, options, facts }: LoadedModel,
  { inputs }: Work["embed"]["ask"],
): Promise<Work["embed"]["answer"]> {
  embedding ??= model.createEmbeddingContext({
    contextSize: facts.contextTokens,
    batchSize: Math.max(batchTokens, facts.contextTokens),
    threads: options.threads,
  });
  const context = await embedding.catch((error: unknown) => {
    embedding = null;
    throw invalidRequest(`this model gives no embeddings: ${messageOf(error)}`, "model");
  });
  const vectors: number[][] = [];
  let tokens = 0;
  for (const input of inputs) {
    const ids = typeof input === "string" ? model.tokenize(input) : ([...input] as Token[]);
    if (ids.length === 0) throw invalidRequest("an input is empty", "input");
    if (ids.length >= facts.contextTokens) {
      throw invalidRequest(`an input has ${ids.length} tokens, the context ${facts.contextTokens}`, "input");
    }
    tokens += ids.length;
    vectors.push([...(await context.getEmbeddingFor(ids)).vector]);
  }
  return { vectors, tokens };
}
