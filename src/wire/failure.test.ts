import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { FailureClass } from "./call.ts";
import { errorInsideFailure, excerpt, networkFailure, readRetryAfter, statusFailure } from "./failure.ts";
import { readServerWords } from "./server-words.ts";

const now = new Date("2026-11-23T12:00:00Z");

function classify(status: number, body: unknown): FailureClass {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return statusFailure(status, {}, text, "host", now).class;
}

// The words of each vendor for the same thing: a prompt that does not fit.
test.each([
  ["OpenAI", 400, { error: { message: "…", type: "invalid_request_error", code: "context_length_exceeded" } }],
  [
    "DeepSeek",
    400,
    { error: { message: "This model's maximum context length is 65536 tokens. However, you requested 70000" } },
  ],
  [
    "vLLM",
    400,
    {
      object: "error",
      message: "This model's maximum context length is 4096 tokens.",
      type: "BadRequestError",
      code: 400,
    },
  ],
  [
    "vLLM, long prompt",
    400,
    { error: { message: "The decoder prompt (length 9000) is longer than the maximum model length of 4096." } },
  ],
  [
    "SGLang",
    400,
    { object: "error", message: "The input (300 tokens) is longer than the model's context length (200 tokens)." },
  ],
  [
    "llama.cpp",
    400,
    readFileSync(new URL("fixtures/llama-server-error-context-exceeded.json", import.meta.url), "utf8"),
  ],
  [
    "Anthropic",
    400,
    {
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 213462 tokens > 200000 maximum" },
    },
  ],
  [
    "Anthropic, with output",
    400,
    {
      type: "error",
      error: { message: "input length and `max_tokens` exceed context limit: 156321 + 48384 > 200000" },
    },
  ],
  [
    "Kimi",
    400,
    { error: { message: "Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)" } },
  ],
  [
    "Gemini",
    400,
    { error: { message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048575)" } },
  ],
  ["Qwen", 400, { error: { message: "Range of input length should be [1, 30000]" } }],
  ["GLM", 400, { error: { code: "1261", message: "Prompt exceeds max length" } }],
  ["xAI", 400, { error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens" }],
  ["MiniMax", 400, { error: { message: "invalid params, context window exceeds limit" } }],
  ["Mistral", 400, { message: "Prompt contains 40000 tokens, too large for model with 32768 maximum context length" }],
  ["Groq", 400, { error: { message: "Please reduce the length of the messages or completion" } }],
  ["LM Studio", 400, { error: "The number of tokens to keep is greater than the context length" }],
] as const)("a context that is too long, in the words of %s", (_vendor, status, body) => {
  expect(classify(status, body)).toBe("context-exceeded");
});

test.each([
  [429, { error: { message: "Rate limit reached: reduce the length of the messages" } }, "rate-limit"],
  [429, { error: { message: "You exceeded your current quota", code: "insufficient_quota" } }, "auth"],
  [429, { error: { message: "The engine is overloaded", type: "engine_overloaded_error" } }, "overloaded"],
  [402, { error: { message: "Insufficient Balance" } }, "auth"],
  [400, { error: { message: "no such model", code: "model_not_found" } }, "not-found"],
  [404, "", "not-found"],
  [408, "", "timeout"],
  [413, { error: { message: "Request exceeds the maximum size", type: "request_too_large" } }, "invalid-request"],
  [422, { detail: [{ loc: ["body"], msg: "field required" }] }, "invalid-request"],
  [500, readFileSync(new URL("fixtures/llama-server-error-bad-json.json", import.meta.url), "utf8"), "server-error"],
  [504, "<html><h1>Gateway Time-out</h1></html>", "server-error"],
  [503, "", "overloaded"],
] as const)("status %i with %j is %s", (status, body, expected) => {
  expect(classify(status, body)).toBe(expected);
});

describe("an error inside a good response takes its class from its code or type", () => {
  test.each([
    [{ error: { message: "x", code: 429 } }, "rate-limit"],
    [{ error: { message: "x", code: "503" } }, "overloaded"],
    [{ error: { message: "x", type: "authentication_error" } }, "auth"],
    [{ error: { message: "maximum context length is 10", code: 400 } }, "context-exceeded"],
    [{ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "overloaded"],
    [{ object: "error", message: "x", type: "BadRequestError", code: 400 }, "invalid-request"],
    [{ base_resp: { status_code: 1004, status_msg: "login fail" } }, "server-error"],
    [{ error: "boom" }, "server-error"],
  ] as const)("%j is %s", (value, expected) => {
    const words = readServerWords(value);
    expect(errorInsideFailure(words!, 200, {}, "host", now).class).toBe(expected);
  });

  test("and a good answer reports none", () => {
    for (const value of [
      { error: null },
      { error: {} },
      { base_resp: { status_code: 0 } },
      { choices: [] },
      [],
      null,
      "error",
    ]) {
      expect(readServerWords(value)).toBeNull();
    }
  });
});

test.each([
  [{ "retry-after": "120" }, 120_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "Mon, 23 Nov 2026 12:01:00 GMT" }, 60_000],
  [{ "retry-after": "Mon, 23 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "99999999" }, 86_400_000],
  [{ "retry-after": "-3" }, null],
  [{ "retry-after": "" }, null],
  [{ "retry-after-ms": "250", "retry-after": "1" }, 250],
  [{}, null],
] as const)("%j asks to wait %s ms", (headers, expected) => {
  const wait = readRetryAfter(headers, now);
  // A negative number of seconds can also be read as a year, long past.
  expect(expected === null ? wait || null : wait).toBe(expected);
});

test("a server's words are one line without control characters, and not too long", () => {
  expect(excerpt("a\n\tb\u001b[31m\u202ec")).toBe("a b\\u001b[31m\\u202ec");
  expect(excerpt("x".repeat(10_000))).toHaveLength(301);
});

test("several addresses that all refused are one refusal", () => {
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  expect(networkFailure(new AggregateError([refused, refused]), "host", null).class).toBe("connection-refused");
  expect(networkFailure("what?", "host", null).class).toBe("connection-lost");
});
