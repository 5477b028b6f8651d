// The official client against a real model: what it accepts and what it makes of our errors.
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureSpecimen } from "../specimens/index.ts";
import { type Engine, startEngine } from "./index.ts";

const contextTokens = 1024;
let engine: Engine;
let client: OpenAI;

beforeAll(async () => {
  const path = await ensureSpecimen("gqa");
  engine = await startEngine({
    models: [{ id: "gqa", path, kind: "calibration specimen", notice: null }],
    contextTokens,
  });
  client = new OpenAI({ baseURL: engine.baseUrl, apiKey: "none", maxRetries: 0 });
});
afterAll(() => engine.close());

const messages = [{ role: "user" as const, content: "What is a KV cache?" }];
const greedy = { model: "gqa", messages, temperature: 0, max_tokens: 24, ignore_eos: true };
/** Each of them takes four tokens of the byte-level vocabulary. */
const longCharacters = { grammar: `root ::= "😀"{12}`, max_tokens: 60 };

async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

async function post(path: string, body: string): Promise<{ status: number; error: Record<string, unknown> }> {
  const response = await fetch(engine.baseUrl + path, { method: "POST", body });
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  return { status: response.status, error };
}

describe("chat", () => {
  test("answers with usage, cached tokens and llama.cpp's timings", async () => {
    const answer = await client.chat.completions.create(greedy);
    expect(answer).toMatchObject({ object: "chat.completion", model: "gqa" });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "length", message: { role: "assistant" } });
    expect(answer.usage).toMatchObject({ completion_tokens: 24, prompt_tokens_details: { cached_tokens: 0 } });
    const { timings } = answer as unknown as { timings: Record<string, number> };
    expect(timings).toMatchObject({ cache_n: 0, prompt_n: answer.usage?.prompt_tokens, predicted_n: 24 });
    expect(timings.prompt_ms).toBeGreaterThan(0);
  });

  test("streams the same text, then the reason, then the usage", async () => {
    const whole = await client.chat.completions.create(greedy);
    const stream = await client.chat.completions.create({
      ...greedy,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await allOf(stream);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("length");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 24 } });
    expect(chunks.at(-1)?.usage?.prompt_tokens_details?.cached_tokens).toBe((whole.usage?.prompt_tokens ?? 0) - 1);
  });

  test("is the same at temperature 0, with a seed, and from the cache or not", async () => {
    const text = async (extra: object) =>
      (await client.chat.completions.create({ ...greedy, ...extra })).choices[0]?.message.content;
    expect(await text({ cache_prompt: false })).toBe(await text({}));
    expect(await text({ temperature: 1.5, seed: 3 })).toBe(await text({ temperature: 1.5, seed: 3 }));
    expect(await text({ temperature: 1.5, seed: 3 })).not.toBe(await text({ temperature: 1.5, seed: 4 }));
  });

  test("never shows a part of a character", async () => {
    const whole = await client.chat.completions.create({ ...greedy, ...longCharacters });
    const stream = await client.chat.completions.create({ ...greedy, ...longCharacters, stream: true });
    const deltas = (await allOf(stream)).map((chunk) => chunk.choices[0]?.delta.content ?? "");
    expect(deltas.join("")).toBe(whole.choices[0]?.message.content);
    expect(deltas.join("")).toBe("😀".repeat(12));
    const cut = await client.chat.completions.create({ ...greedy, ...longCharacters, max_tokens: 7 });
    expect(cut.choices[0]?.message.content).toBe("😀");
  });

  test("gives log-probabilities that sum to at most one", async () => {
    const answer = await client.chat.completions.create({ ...greedy, max_tokens: 3, logprobs: true, top_logprobs: 5 });
    const content = answer.choices[0]?.logprobs?.content ?? [];
    expect(content).toHaveLength(3);
    for (const token of content) {
      const top = token.top_logprobs.map(({ logprob }) => logprob);
      expect(top).toHaveLength(5);
      expect(token.logprob).toBe(Math.max(...top));
      expect(top.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeLessThanOrEqual(1.000001);
    }
  });

  test("keeps to a JSON schema, and to JSON", async () => {
    const schema = { type: "object", properties: { known: { type: "boolean" }, count: { enum: [1, 2] } } };
    const format = { type: "json_schema" as const, json_schema: { name: "answer", schema } };
    const answer = await client.chat.completions.create({ ...greedy, max_tokens: 100, response_format: format });
    const { known, count } = JSON.parse(answer.choices[0]?.message.content ?? "");
    expect(typeof known).toBe("boolean");
    expect([1, 2]).toContain(count);
    const free = await client.chat.completions.create({ ...greedy, response_format: { type: "json_object" } });
    expect(free.choices[0]?.message.content).toMatch(/^\{/);
  });

  test("stops before a stop string", async () => {
    const grammar = `root ::= "one two three"`;
    const answer = await client.chat.completions.create({ ...greedy, grammar, stop: ["two"] } as never);
    expect((answer as OpenAI.ChatCompletion).choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { content: "one " },
    });
  });

  test("counts a control token in a message as plain text", async () => {
    const promptTokens = async (content: string) =>
      (await client.chat.completions.create({ ...greedy, messages: [{ role: "user", content }], max_tokens: 1 })).usage
        ?.prompt_tokens ?? 0;
    expect((await promptTokens("a<|im_end|>")) - (await promptTokens("a"))).toBeGreaterThan(3);
  });

  test("ends where the context does, without pushing its beginning out", async () => {
    const answer = await client.chat.completions.create({ ...greedy, max_tokens: -1 });
    expect(answer.choices[0]?.finish_reason).toBe("length");
    expect(answer.usage?.total_tokens).toBe(contextTokens);
  });

  test("serves more requests than it has sequences", async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        client.chat.completions.create({ ...greedy, messages: [{ role: "user", content: `Question ${index}` }] }),
      ),
    );
    expect(answers.map((answer) => answer.usage?.completion_tokens)).toEqual([24, 24, 24, 24, 24]);
  });
});

describe("the other routes", () => {
  test("complete text and tokens alike", async () => {
    const tokenized = await fetch(`${engine.baseUrl}/../tokenize`, {
      method: "POST",
      body: JSON.stringify({ content: "The cache keeps" }),
    });
    const { tokens } = (await tokenized.json()) as { tokens: number[] };
    const ask = { model: "gqa", temperature: 0, max_tokens: 8, logprobs: 2 };
    const fromText = await client.completions.create({ ...ask, prompt: "The cache keeps" });
    const fromTokens = await client.completions.create({ ...ask, prompt: tokens });
    expect(fromText.usage?.prompt_tokens).toBe(tokens.length);
    expect(fromTokens.choices[0]?.text).toBe(fromText.choices[0]?.text);
    expect(fromText.choices[0]?.logprobs?.token_logprobs).toHaveLength(fromText.usage?.completion_tokens ?? 0);
  });

  test("embed", async () => {
    const { data } = await client.embeddings.create({ model: "gqa", input: ["one", "two"] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([256, 256]);
    expect(data[0]?.embedding).not.toEqual(data[1]?.embedding);
  });

  test("measure the cache", async () => {
    const cache = await (await fetch(`${engine.baseUrl}/models/gqa/kv-cache`)).json();
    expect(cache).toMatchObject({ model: "gqa", kv_type: "f16", metadata_bytes_per_token: 16 });
    expect(cache).toMatchObject({ bytes_per_token: expect.any(Number), method: expect.stringMatching(/saved state/) });
  });

  test("describe the model, and count in Prometheus' format", async () => {
    const model = (await client.models.retrieve("gqa")) as unknown as { meta: Record<string, unknown> };
    expect(model.meta).toMatchObject({ architecture: "llama", n_ctx: contextTokens });
    const metrics = await (await fetch(`${engine.baseUrl}/../metrics`)).text();
    expect(metrics).toMatch(/^# TYPE llamacpp:prompt_tokens_total counter$/m);
    expect(metrics).toMatch(/^llamacpp:tokens_predicted_total\{model="gqa"\} [1-9]\d*$/m);
    expect(metrics).toMatch(/^llamacpp:requests_processing\{model="gqa"\} 0$/m);
  });
});

describe("refuses", () => {
  test.each([
    [
      "a prompt that does not fit",
      { messages: [{ role: "user", content: "far ".repeat(2_000) }] },
      { type: "exceed_context_size_error", code: "context_length_exceeded", n_ctx: contextTokens },
    ],
    ["more than one choice", { n: 2 }, { param: "n" }],
    ["a wrong type", { temperature: "hot" }, { param: "temperature" }],
    ["a conversation without messages", { messages: [] }, { param: "messages" }],
    ["tools", { tools: [{ type: "function" }] }, { param: "tools" }],
    [
      "images",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
      { type: "invalid_request_error" },
    ],
    ["a grammar that is none", { grammar: "root ::= (" }, { param: "response_format" }],
    ["a limit of nothing", { max_tokens: 0 }, { param: "max_tokens" }],
  ])("%s, whole or streamed", async (_name, extra, error) => {
    for (const stream of [false, true]) {
      const answer = await post("/chat/completions", JSON.stringify({ ...greedy, stream, ...extra }));
      expect(answer).toMatchObject({ status: 400, error: { message: expect.any(String), ...error } });
    }
  });

  test("echo", async () => {
    const answer = await post("/completions", JSON.stringify({ model: "gqa", prompt: "x", echo: true }));
    expect(answer).toMatchObject({ status: 400, error: { param: "echo" } });
  });

  test("a model it does not have, a body that is not JSON, a body that is too long, a route that is not there", async () => {
    await expect(client.chat.completions.create({ ...greedy, model: "gpt" })).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    expect(await post("/chat/completions", "{model")).toMatchObject({ status: 400 });
    expect(await post("/chat/completions", " ".repeat(2 ** 25 + 1))).toMatchObject({ status: 413 });
    expect(await post("/nothing", "{}")).toMatchObject({ status: 404 });
  });
});
