// Embeddings come from a real llama.cpp; what rerankers and failing servers say comes over a real socket.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Engine, startEngine } from "../engine/index.ts";
import { ensureSpecimen } from "../specimens/index.ts";
import type { Endpoint } from "../wire/index.ts";
import { cachedEmbed } from "./embed.ts";
import { passagesOf } from "./passages.ts";
import { embedBy, rerankBy } from "./routes.ts";
import { embeddings } from "./vectors.ts";

const endpointAt = (baseUrl: string): Endpoint => ({ baseUrl, protocol: "openai-chat", apiKey: "a-secret-key" });

const free = (baseUrl: string, model: string) => ({ endpoint: endpointAt(baseUrl), model, price: null });

let engine: Engine;
beforeAll(async () => {
  const path = await ensureSpecimen("gqa");
  engine = await startEngine({ models: [{ id: "gqa", path, kind: "calibration specimen", notice: null }] });
  await engine.describe("gqa");
});
afterAll(() => engine.close());

test("the engine embeds, and a passage is nearest to its own text", async () => {
  const text = "The callsign of Birch is lantern.\nThe motto of Yew is silver.\nThe river was quiet near the mill.\n";
  const passages = passagesOf({ id: "d", text }, 8);
  expect(passages).toHaveLength(3);
  const retriever = await embeddings(passages, cachedEmbed(embedBy(free(engine.baseUrl, "gqa"))), "gqa");
  for (const passage of passages) expect((await retriever.search(passage.text, 1)).passages).toEqual([passage]);
});

test("a model that is not there is a mistake that names it", async () => {
  const embed = embedBy(free(engine.baseUrl, "none"));
  await expect(embed(["text"])).rejects.toThrow("the model 'none' does not exist");
});

type Reply = readonly [status: number, body: unknown];

/** Answers with one after the other, and keeps what it was asked. */
async function serving(replies: readonly Reply[], use: (endpoint: Endpoint, asked: unknown[]) => Promise<void>) {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = (await Array.fromAsync(request)).join("");
    const [status, reply] = replies[asked.length]!;
    asked.push({ path: request.url, key: request.headers.authorization, ...JSON.parse(body) });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(endpointAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`), asked);
  } finally {
    server.close();
  }
}

test("a reranker's results are scores in the passages' order, and what it leaves out comes last", async () => {
  const results = [
    { index: 2, relevance_score: 0.9, document: { text: "c" } },
    { index: 0, relevance_score: 0.2 },
  ];
  await serving([[200, { model: "m", results, usage: { total_tokens: 9 } }]], async (endpoint, asked) => {
    const price = { usd: 1, per: "Mtok", observedOn: "2026-11-28", source: "a test" } as const;
    expect(await rerankBy({ endpoint, model: "m", price })("query", ["a", "b", "c"])).toEqual({
      scores: [0.2, Number.NEGATIVE_INFINITY, 0.9],
      cost: { usd: 9e-6, tokens: 9 },
    });
    expect(asked).toEqual([
      {
        path: "/v1/rerank",
        key: "Bearer a-secret-key",
        model: "m",
        query: "query",
        documents: ["a", "b", "c"],
        top_n: 3,
      },
    ]);
  });
});

test("a reranker that names a passage twice, or one that is not there, is not believed", async () => {
  const of = (...places: number[]): Reply => [
    200,
    { results: places.map((index) => ({ index, relevance_score: 0.5 })) },
  ];
  await serving([of(0, 1, 0), of(2), of(-1)], async (endpoint) => {
    const rerank = rerankBy({ endpoint, model: "m", price: null });
    await expect(rerank("query", ["a", "b"])).rejects.toThrow("it has the passage 0 twice");
    await expect(rerank("query", ["a", "b"])).rejects.toThrow("it has the passage 2 of 2, counted from 0");
    await expect(rerank("query", ["a", "b"])).rejects.toThrow("it has the passage -1 of 2, counted from 0");
  });
});

test("a failure that may pass is tried again; one that stays, and a key in it, are told as they are", async () => {
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  const good: Reply = [
    200,
    {
      data: [
        { index: 1, embedding: [2] },
        { index: 0, embedding: [1] },
      ],
    },
  ];
  await serving([[503, {}], [429, {}], good], async (endpoint) => {
    expect(await embedBy({ endpoint, model: "m", price: null }, { sleep })(["a", "b"])).toEqual({
      vectors: [[1], [2]],
      cost: { usd: null, tokens: null },
    });
    expect(pauses).toEqual([500, 1_000]);
  });
  await serving([[401, { error: { message: "no such key: a-secret-key" } }]], async (endpoint) => {
    await expect(embedBy({ endpoint, model: "m", price: null }, { sleep })(["a"])).rejects.toThrow(
      "answered 401: no such key: [key]",
    );
  });
  await serving([[200, { answer: "hello" }]], async (endpoint) => {
    await expect(embedBy({ endpoint, model: "m", price: null }, { sleep })(["a"])).rejects.toThrow(
      'with something else: {"answer":"hello"}',
    );
  });
  await expect(embedBy(free("http://127.0.0.1:2/v1", "m"), { sleep })(["a"])).rejects.toThrow("nobody answers there");
});
