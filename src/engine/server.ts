/** The engine's HTTP interface: OpenAI's routes and llama-server's, over models that each run in their own process. */
import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { collectedAnswer, streamedAnswer } from "./answering.ts";
import { EngineError, failureOf, invalidRequest } from "./engine-error.ts";
import { createModelMetrics, prometheusText } from "./metrics.ts";
import type { GenerateRequest, KvCacheMeasurement } from "./protocol.ts";
import {
  ChatBody,
  CompletionBody,
  chatRequest,
  completionRequest,
  DetokenizeBody,
  EmbeddingsBody,
  parseBody,
  TokenizeBody,
} from "./requests.ts";
import { type AnswerHead, type Endpoint, errorBody } from "./responses.ts";
import type { ModelWorker } from "./worker-handle.ts";

/** A model as the server knows it. */
export interface ServedModel {
  readonly id: string;
  /** What kind of model it is, for `/v1/models`. */
  readonly kind: string;
  /** What a reader has to know before believing its numbers; null where nothing. */
  readonly notice: string | null;
  readonly worker: ModelWorker;
}

export interface ServerOptions {
  /** Requests that one model serves at one time. */
  readonly sequences: number;
  /** Of a request, bytes. */
  readonly maxBodyBytes: number;
  /** Names by which the server may be called: others come from web pages that had their own name point here. */
  readonly allowedHosts: readonly string[] | null;
}

export function createServerApp(models: readonly ServedModel[], options: ServerOptions): Hono {
  const byId = new Map(models.map((model) => [model.id, model]));
  const metrics = new Map(models.map(({ id }) => [id, createModelMetrics(options.sequences)]));
  const startedAt = Math.floor(Date.now() / 1000);
  const app = new Hono();

  function find(id: string): ServedModel {
    const model = byId.get(id);
    if (model !== undefined) return model;
    throw new EngineError({
      status: 404,
      type: "invalid_request_error",
      code: "model_not_found",
      message: `the model '${id}' does not exist; there are: ${[...byId.keys()].join(", ")}`,
      param: "model",
    });
  }

  /** Routes of llama-server, which has one model, need not name it where there is only one. */
  function findOnly(id: string | undefined): ServedModel {
    if (id !== undefined) return find(id);
    const [only, another] = models;
    if (only === undefined || another !== undefined) throw invalidRequest("'model' is required", "model");
    return only;
  }

  app.onError((error, c) => {
    const failure = failureOf(error);
    return c.json(errorBody(failure), failure.status as ContentfulStatusCode);
  });
  app.notFound((c) => {
    const message = `there is no ${c.req.method} ${c.req.path}`;
    return c.json(errorBody({ status: 404, type: "not_found_error", code: null, message, param: null }), 404);
  });
  app.use(async (c, next) => {
    const host = new URL(c.req.url).hostname;
    if (options.allowedHosts !== null && !options.allowedHosts.includes(host)) {
      const message = `this server is not called '${host}'`;
      throw new EngineError({ status: 403, type: "invalid_request_error", code: null, message, param: null });
    }
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: options.maxBodyBytes,
      onError() {
        const message = `the body has more than ${options.maxBodyBytes} bytes`;
        throw new EngineError({ status: 413, type: "invalid_request_error", code: null, message, param: null });
      },
    }),
  );

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/metrics", (c) => c.text(prometheusText(metrics), 200, { "content-type": "text/plain; version=0.0.4" }));
  app.get("/v1/models", (c) => c.json({ object: "list", data: models.map((model) => modelBody(model, startedAt)) }));
  // A model's id may hold slashes, so both routes read all of the path.
  app.get("/v1/models/*", async (c) => {
    const path = decodeURIComponent(c.req.path.slice("/v1/models/".length));
    const cache = path.endsWith("/kv-cache") && !byId.has(path);
    const model = find(cache ? path.slice(0, -"/kv-cache".length) : path);
    if (cache) return c.json(kvCacheBody(model.id, await model.worker.ask("measureKvCache", null)));
    await model.worker.facts();
    return c.json(modelBody(model, startedAt));
  });

  app.post("/v1/chat/completions", async (c) => {
    const body = parseBody(ChatBody, await c.req.text());
    return await complete(c, "chat", find(body.model), chatRequest(body), body);
  });
  app.post("/v1/completions", async (c) => {
    const body = parseBody(CompletionBody, await c.req.text());
    return await complete(c, "completion", find(body.model), completionRequest(body), body);
  });
  app.post("/v1/embeddings", async (c) => {
    const body = parseBody(EmbeddingsBody, await c.req.text());
    const { vectors, tokens } = await find(body.model).worker.ask("embed", { inputs: embeddingInputs(body.input) });
    const encode = body.encoding_format === "base64" ? base64Floats : (vector: readonly number[]) => vector;
    return c.json({
      object: "list",
      model: body.model,
      data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encode(vector) })),
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });
  app.post("/tokenize", async (c) => {
    const body = parseBody(TokenizeBody, await c.req.text());
    const { tokens, pieces } = await findOnly(body.model).worker.ask("tokenize", {
      text: body.content,
      addSpecial: body.add_special,
      parseSpecial: body.parse_special,
    });
    return c.json({ tokens: body.with_pieces ? tokens.map((id, index) => ({ id, piece: pieces[index] })) : tokens });
  });
  app.post("/detokenize", async (c) => {
    const body = parseBody(DetokenizeBody, await c.req.text());
    return c.json({ content: await findOnly(body.model).worker.ask("detokenize", { tokens: body.tokens }) });
  });

  async function complete(
    c: Context,
    endpoint: Endpoint,
    model: ServedModel,
    request: GenerateRequest,
    body: ChatBody | CompletionBody,
  ): Promise<Response> {
    const head: AnswerHead = {
      endpoint,
      id: `${endpoint === "chat" ? "chatcmpl" : "cmpl"}-${randomUUID()}`,
      model: model.id,
      created: Math.floor(Date.now() / 1000),
    };
    const count = metrics.get(model.id)!;
    return body.stream
      ? await streamedAnswer(c, head, model.worker, request, body, count)
      : c.json(await collectedAnswer(c, head, model.worker, request, count));
  }

  return app;
}

/** `meta` is null until the model is loaded, which its own address, or a request to it, does. */
function modelBody({ id, kind, notice, worker }: ServedModel, created: number) {
  const facts = worker.loadedFacts();
  return {
    id,
    object: "model",
    created,
    owned_by: "assay",
    meta:
      facts === null
        ? null
        : {
            architecture: facts.architecture,
            n_params: facts.parameters,
            size: facts.sizeBytes,
            n_ctx: facts.contextTokens,
            n_ctx_train: facts.trainedContextTokens,
            n_vocab: facts.vocabulary,
            n_embd: facts.embeddingLength,
          },
    assay: { kind, notice },
  };
}

function kvCacheBody(id: string, measured: KvCacheMeasurement) {
  return {
    model: id,
    bytes_per_token: measured.bytesPerToken,
    fixed_bytes: measured.fixedBytes,
    metadata_bytes_per_token: measured.metadataBytesPerToken,
    metadata_bytes: measured.metadataBytes,
    kv_type: measured.kvType,
    points: measured.points.map(({ tokens, stateBytes, recordBytes }) => ({
      tokens,
      state_bytes: stateBytes,
      record_bytes: recordBytes,
    })),
    method: measured.method,
  };
}

function embeddingInputs(input: EmbeddingsBody["input"]): (string | number[])[] {
  if (typeof input === "string") return [input];
  return typeof input[0] === "number" ? [input as number[]] : (input as (string | number[])[]);
}

function base64Floats(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString("base64");
}
