/** Every fault of a server over a real socket: it ends as its class, in time, in bounded memory, never as an exception. */
import net from "node:net";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallLimits, CallRequest, Endpoint, FailureClass } from "../src/wire/index.ts";
import { isRetryable, sendCall } from "../src/wire/index.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";

const key = "sk-secret-0123456789";
let server: FakeServer;
let endpoint: Endpoint;

beforeAll(async () => {
  server = await startFakeServer();
  endpoint = { baseUrl: server.baseUrl, protocol: "openai-chat", apiKey: key };
});
afterAll(() => server.close());

function ask(model: string, more: Partial<CallRequest> = {}): CallRequest {
  return { model, messages: [{ role: "user", content: "What is the motto of Yew?" }], stream: true, ...more };
}

const quick: Partial<CallLimits> = { timeoutMs: 5_000, idleMs: 200 };

// Script, class, and what the message for a person has to say.
const table: readonly [script: string, expected: FailureClass, says: RegExp, limits?: Partial<CallLimits>][] = [
  ["400", "invalid-request", /answered 400: 'messages' is required/],
  ["401", "auth", /answered 401: Incorrect API key/],
  ["402", "auth", /Insufficient Balance/],
  ["403", "auth", /may not use the model/],
  ["404", "not-found", /does not exist/],
  ["429?retryAfter=2", "rate-limit", /asks to wait 2 s/],
  ["500", "server-error", /answered 500/],
  ["503", "overloaded", /Loading model/],
  ["529", "overloaded", /Overloaded/],
  ["context-exceeded", "context-exceeded", /available context size/],
  ["reset-before", "connection-lost", /broke before the answer/],
  ["hang-up-before", "connection-lost", /broke before the answer/],
  ["reset-middle", "connection-lost", /broke during the answer/],
  ["hang-up-middle", "connection-lost", /broke during the answer/],
  ["short-body", "connection-lost", /broke during the answer/, quick],
  ["not-http", "malformed-response", /not HTTP/],
  ["never", "idle-timeout", /not a byte for 0.2 s/, quick],
  ["slow-headers?ms=5000", "idle-timeout", /not a byte/, quick],
  ["stall", "idle-timeout", /not a byte/, quick],
  ["stall", "idle-timeout", /not a byte for 0.2 s/, { ...quick, firstByteMs: 4_000 }],
  ["never", "idle-timeout", /not a byte for 0.4 s/, { ...quick, firstByteMs: 400 }],
  ["slow-headers?ms=5000", "timeout", /within 0.6 s/, { timeoutMs: 600, idleMs: 200, firstByteMs: 3_000 }],
  ["drip", "timeout", /within 0.3 s/, { timeoutMs: 300, idleMs: 200 }],
  ["endless", "response-too-large", /above 4194304 bytes/, { maxResponseBytes: 4 * 2 ** 20 }],
  ["endless-headers", "response-too-large", /headers do not end/],
  ["endless-1xx", "idle-timeout", /not a byte/, quick],
  ["big-event?mb=100", "response-too-large", /one event is above/],
  ["gzip-bomb", "malformed-response", /compressed \(gzip\)/],
  ["malformed", "malformed-response", /not JSON/],
  ["malformed-event", "malformed-response", /an event is not JSON/],
  ["wrong-shape", "malformed-response", /choices\.0\.message\.content/],
  ["truncated", "truncated-stream", /no finish reason/],
  ["truncated-event", "truncated-stream", /no finish reason/],
  ["only-done", "malformed-response", /holds no answer/],
  ["html", "malformed-response", /begins: <!doctype html>/],
  ["html-error", "server-error", /answered 502: 502 Bad Gateway/],
  ["redirect", "invalid-request", /308 with a redirect to https:\/\/elsewhere\.example/],
  ["empty", "malformed-response", /body is empty/],
  ["no-content", "malformed-response", /body is empty/],
  ["no-choices", "malformed-response", /no choices/],
  ["empty-choices", "malformed-response", /choices is empty/],
  ["nul", "malformed-response", /not JSON/],
  ["deep-arguments", "malformed-response", /cannot be read/],
  ["deep-error", "server-error", /no explanation/],
  ["error-in-body", "rate-limit", /reported an error: Provider returned error/],
  ["error-event", "server-error", /The engine died/],
  ["named-error-event", "overloaded", /Overloaded/],
];

describe("a fault ends as its class", () => {
  test.each(table)("%s is %s", async (script, expected, says, limits = {}) => {
    const began = performance.now();
    for (const stream of [true, false]) {
      const call = await sendCall(endpoint, ask(script, { stream }), { limits });
      expect(call.failure?.class).toBe(expected);
      expect(call.failure?.message).toMatch(says);
      expect(call.failure?.message).toContain("127.0.0.1");
      expect(call.failure?.message).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.stringify(call)).not.toContain(key);
    }
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  test("a refused connection", async () => {
    const closed = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as net.AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const call = await sendCall({ ...endpoint, baseUrl: `http://127.0.0.1:${port}/v1` }, ask("x"));
    expect(call.failure).toMatchObject({ class: "connection-refused", status: null });
    expect(call.failure?.message).toBe(`127.0.0.1:${port}: nobody answers there (ECONNREFUSED)`);
    expect(call.timings.headersMs).toBeNull();
  });

  test("an address that is none, and a request that cannot be written", async () => {
    const nowhere = await sendCall({ ...endpoint, baseUrl: "not an address" }, ask("x"));
    expect(nowhere.failure).toMatchObject({ class: "invalid-request" });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const unwritable = await sendCall(endpoint, ask("x", { extraBody: circular }));
    expect(unwritable.failure?.message).toMatch(/cannot be written as JSON/);
    const badKey = await sendCall({ ...endpoint, apiKey: "line\nbreak-in-a-key" }, ask("x"));
    expect(badKey.failure?.class).toBe("invalid-request");
    expect(JSON.stringify(badKey)).not.toContain("break-in-a-key");
  });

  test("cancelling ends the call at once and keeps what had arrived", async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 100);
    const call = await sendCall(endpoint, ask("stall?after=3"), { signal: cancel.signal });
    expect(call.failure?.class).toBe("cancelled");
    expect(call.answer.text).toBe(" word word word");
    expect(call.timings.endMs).toBeLessThan(1_000);
    const never = await sendCall(endpoint, ask("answer"), { signal: AbortSignal.abort() });
    expect(never).toMatchObject({ failure: { class: "cancelled" }, status: null });
  });
});

describe("what is odd and still an answer", () => {
  test.each(["no-done", "no-last-blank-line", "open-after-done", "events-for-json", "json-for-stream", "wrong-type"])(
    "%s",
    async (script) => {
      for (const stream of [true, false]) {
        const call = await sendCall(endpoint, ask(script, { stream }));
        expect(call.failure).toBeNull();
        expect(call.answer.text.trim()).toBe("word");
        expect(call.timings.endMs).toBeLessThan(1_000);
      }
    },
  );

  test("no content, bytes that are not UTF-8, and JSON nested without end", async () => {
    expect(await sendCall(endpoint, ask("null-content"))).toMatchObject({ failure: null, answer: { text: "" } });
    expect(await sendCall(endpoint, ask("invalid-utf8"))).toMatchObject({
      failure: null,
      answer: { text: "\ufffd\ufffd(" },
    });
    const deep = await sendCall(endpoint, ask("deep-json"));
    expect(deep).toMatchObject({ failure: null, usage: { inputTokens: 1, raw: null } });
    expect(() => JSON.stringify(deep)).not.toThrow();
  });
});

test("the wait that a server asks for is read from seconds, milliseconds and a date", async () => {
  const wait = async (script: string): Promise<number | null | undefined> =>
    (await sendCall(endpoint, ask(script), { clock: { now: () => performance.now(), date: () => new Date(0) } }))
      .failure?.retryAfterMs;
  expect(await wait("429?retryAfter=2")).toBe(2_000);
  expect(await wait("429?retryAfter=1.5")).toBe(1_500);
  expect(await wait("503?retryAfterMs=20&retryAfter=9")).toBe(20);
  expect(await wait("429?retryDate=Thu, 01 Jan 1970 00:00:07 GMT")).toBe(7_000);
  expect(await wait("429?retryAfter=soon")).toBeNull();
  expect(await wait("429")).toBeNull();
});

test("what may be asked again", () => {
  const again = (failureClass: FailureClass): boolean => isRetryable({ class: failureClass });
  expect((["rate-limit", "overloaded", "connection-lost", "idle-timeout"] as const).every(again)).toBe(true);
  expect((["auth", "invalid-request", "context-exceeded", "cancelled"] as const).some(again)).toBe(false);
});

test("a key that the server echoes is in no part of the record", async () => {
  for (const protocol of ["openai-chat", "anthropic-messages"] as const) {
    const refused = await sendCall({ ...endpoint, protocol }, ask("echo-key"));
    expect(refused.failure?.message).toMatch(/Incorrect API key provided: (Bearer )?\[key\]\./);
    expect(JSON.stringify(refused)).not.toContain(key);
  }
  const answered = await sendCall(endpoint, ask("answer-with-key"));
  expect(answered.answer).toMatchObject({ text: "your key is [key]", servedModel: "[key]" });
  expect(JSON.stringify(answered)).not.toContain(key);
  const ownHeader = await sendCall(
    { ...endpoint, apiKey: null, headers: { authorization: `Bearer ${key}` } },
    ask("echo-key"),
  );
  expect(JSON.stringify(ownHeader)).not.toContain(key);
  const inQuery = await sendCall(
    { ...endpoint, apiKey: null, baseUrl: `${endpoint.baseUrl}?key=${key}` },
    ask("answer"),
  );
  expect(inQuery.failure).toBeNull();
  expect(JSON.stringify(inQuery)).not.toContain(key);
});

// The server runs in this process as well, so what it needs is counted too.
test.each(["huge?mb=1024", "huge-error?mb=1024"])("%s does not fill the memory", async (script) => {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 5);
  const call = await sendCall(endpoint, ask(script));
  clearInterval(watch);
  expect(call.failure?.class).toBe(script.startsWith("huge-error") ? "server-error" : "response-too-large");
  expect(call.responseBody.length).toBeLessThan(2 * 2 ** 20);
  expect(peak - before).toBeLessThan(150 * 2 ** 20);
});

test("a connection is used again after a good answer, a bad status and a stream", async () => {
  const dispatcher = new Agent({ connections: null });
  let connections = 0;
  dispatcher.on("connect", () => {
    connections += 1;
  });
  for (const script of ["answer", "plain", "429", "answer?tokens=50", "error-in-body"]) {
    for (const stream of [true, false]) await sendCall(endpoint, ask(script, { stream }), { dispatcher });
  }
  expect(connections).toBe(1);
  await dispatcher.close();
});
