import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallRequest, Endpoint } from "./call.ts";
import { sendCall } from "./send.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const bodies: Readonly<Record<string, readonly [status: number, body: Buffer]>> = {
  cold: [200, fixture("llama-server-chat-response-cold.json")],
  stream: [200, fixture("llama-server-chat-stream-response.sse")],
  anthropic: [200, fixture("llama-server-anthropic-messages-response.json")],
  "no messages": [400, fixture("llama-server-error-missing-messages.json")],
  "too long": [400, fixture("llama-server-error-context-exceeded.json")],
};

let server: Server;
let endpoint: Endpoint;
let seen: { url: string | undefined; headers: IncomingHttpHeaders; body: string };

// Answers with the recorded body that the model's name says.
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      seen = { url: request.url, headers: request.headers, body };
      const [status, recorded] = bodies[(JSON.parse(body) as CallRequest).model]!;
      response.writeHead(status, { "content-type": "application/json" }).end(recorded);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  endpoint = { baseUrl: `http://127.0.0.1:${port}/v1/`, protocol: "openai-chat", apiKey: "sk-0123456789" };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (model: string): CallRequest => ({ model, messages: [{ role: "user", content: "hi" }], stream: false });

test("what llama-server answered, whole and streamed", async () => {
  const whole = await sendCall(endpoint, ask("cold"));
  expect(whole).toMatchObject({
    failure: null,
    status: 200,
    requestBody: seen.body,
    responseBody: bodies.cold![1].toString(),
    answer: { finishReason: "length", servedModel: "tiny-llama-gqa" },
    usage: { uncachedInputTokens: 498, cacheReadTokens: 0, outputTokens: 16 },
    serverTimings: { prompt_n: 498, predicted_ms: 18.112 },
  });
  const streamed = await sendCall(endpoint, { ...ask("stream"), stream: true });
  expect(streamed).toMatchObject({ failure: null, usage: { uncachedInputTokens: 17, cacheReadTokens: 474 } });
  expect(streamed.timings.gapsUs).toHaveLength(11);
  const { headersMs, firstEventMs, firstContentMs, endMs } = streamed.timings;
  const order = [0, headersMs, firstEventMs, firstContentMs, endMs].map(Number);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

test("Anthropic's protocol, with its own headers and path", async () => {
  const call = await sendCall({ ...endpoint, protocol: "anthropic-messages" }, ask("anthropic"));
  expect(call).toMatchObject({ failure: null, answer: { finishReason: "max_tokens" }, usage: { inputTokens: 31 } });
  expect(seen.url).toBe("/v1/messages");
  expect(seen.headers).toMatchObject({ "x-api-key": "sk-0123456789", "accept-encoding": "identity" });
});

test("llama-server's own errors", async () => {
  const missing = await sendCall(endpoint, ask("no messages"));
  expect(missing.failure).toMatchObject({ class: "invalid-request", status: 400 });
  expect(missing.failure?.message).toMatch(/answered 400: 'messages' is required$/);
  const long = await sendCall(endpoint, ask("too long"));
  expect(long.failure?.class).toBe("context-exceeded");
});

test("the address: a query of the base stays, credentials and a double slash go", async () => {
  const { port } = new URL(endpoint.baseUrl);
  const baseUrl = `http://me:secret@127.0.0.1:${port}/openai//?api-version=1`;
  const call = await sendCall({ ...endpoint, baseUrl, headers: { "x-team": "a" } }, ask("cold"));
  expect(call.url).toBe(`http://127.0.0.1:${port}/openai/chat/completions?api-version=1`);
  expect(seen.url).toBe("/openai/chat/completions?api-version=1");
  expect(seen.headers).toMatchObject({ authorization: "Bearer sk-0123456789", "x-team": "a" });
});

test("times come from the clock that was given", async () => {
  const clock = { now: () => performance.now(), date: () => new Date("2026-11-23T12:00:00Z") };
  const { timings } = await sendCall(endpoint, ask("cold"), { clock });
  expect(Date.parse(timings.sentAt) - clock.date().getTime()).toBeCloseTo(timings.connectMs ?? 0, -1);
});
