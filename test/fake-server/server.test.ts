import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CallRequest, type Protocol, sendCall } from "../../src/wire/index.ts";
import { type FakeServer, startFakeServer } from "./index.ts";

let server: FakeServer;
beforeAll(async () => {
  server = await startFakeServer({ answer: ({ lastMessage }) => `You asked: ${lastMessage}` });
});
afterAll(() => server.close());

function ask(model: string, content = "Why?", more: Partial<CallRequest> = {}): CallRequest {
  return { model, messages: [{ role: "user", content }], stream: true, ...more };
}

const protocols: readonly Protocol[] = ["openai-chat", "openai-completions", "anthropic-messages"];

describe.each(protocols)("%s", (protocol) => {
  const send = (request: CallRequest) => sendCall({ baseUrl: server.baseUrl, protocol, apiKey: null }, request);

  test("answers the same whole, streamed, and in pieces that end anywhere", async () => {
    for (const stream of [true, false]) {
      expect(await send(ask("m", "Why é?", { stream }))).toMatchObject({
        failure: null,
        answer: { text: "You asked: Why é?", servedModel: "m" },
      });
    }
    const pieces = await send(ask("answer?text=naïve+words&pieceBytes=7"));
    expect(pieces).toMatchObject({ failure: null, answer: { text: "naïve words" } });
    const plain = await send(ask("plain"));
    expect(plain).toMatchObject({ failure: null, answer: { text: "The answer is 42." } });
  });

  test("reports a growing prefix as cached", async () => {
    const story = Array.from({ length: 200 }, (_, i) => `${protocol}${i}`).join(" ");
    const first = await send(ask("m", story));
    const second = await send(ask("m", `${story} and then`));
    expect(first.usage).toMatchObject({ cacheReadTokens: 0 });
    expect(first.usage?.inputTokens).toBeGreaterThanOrEqual(200);
    expect(second.usage?.cacheReadTokens).toBeGreaterThanOrEqual(199);
    expect(second.usage?.uncachedInputTokens).toBeLessThanOrEqual(3);
  });

  test("stops at the limit of tokens", async () => {
    const { answer, usage } = await send(ask("answer?tokens=20", "Why?", { maxTokens: 5 }));
    expect(answer.text).toBe("word0 word1 word2 word3 word4");
    expect(answer.finishReason).toMatch(/length|max_tokens/);
    expect(usage?.outputTokens).toBe(5);
  });
});

test.each(["openai-chat", "anthropic-messages"] as const)("reasons and calls tools over %s", async (protocol) => {
  for (const stream of [true, false]) {
    const call = await sendCall(
      { baseUrl: server.baseUrl, protocol, apiKey: null },
      ask("answer?reasoning=3&tool=look", "Why?", { stream }),
    );
    expect(call.answer).toMatchObject({
      reasoning: "word0 word1 word2",
      toolCalls: [{ id: "call_1", name: "look", arguments: '{"query":"yew"}' }],
      finishReason: expect.stringMatching(/tool/),
    });
    expect(call.timings.firstReasoningMs === null).toBe(!stream);
  }
});

test("usage comes in each vendor's way, or not at all", async () => {
  const endpoint = { baseUrl: server.baseUrl, protocol: "openai-chat", apiKey: null } as const;
  const buckets = async (style: string) => {
    const { usage } = await sendCall(endpoint, ask(`answer?tokens=2&usage=${style}`, "a b c d e f g h i j"));
    return usage && [usage.uncachedInputTokens, usage.cacheReadTokens, usage.inputTokens];
  };
  expect(await buckets("openai")).toEqual([11, 0, 11]);
  expect(await buckets("deepseek")).toEqual([1, 10, 11]);
  expect(await buckets("kimi")).toEqual([1, 10, 11]);
  expect(await buckets("vllm-null")).toEqual([null, null, 11]);
  expect(await buckets("none")).toBeNull();
});

test("its log says what was sent when", async () => {
  await sendCall(
    { baseUrl: server.baseUrl, protocol: "openai-chat", apiKey: null },
    ask("answer?tokens=4&ttftMs=30&paceMs=10"),
  );
  const entry = server.log.at(-1)!;
  expect(entry).toMatchObject({ script: "answer", counts: { outputTokens: 4 } });
  const [first, ...rest] = entry.tokensSentAt;
  // Node's timers count whole milliseconds and may each fire up to one early.
  expect(first! - entry.receivedAt).toBeGreaterThanOrEqual(28);
  expect(rest).toHaveLength(3);
  // Each is due at its time from the request on, however late the first one was.
  expect(rest.at(-1)! - entry.receivedAt).toBeGreaterThanOrEqual(56);
});

test("another client understands it", async () => {
  const client = new OpenAI({ baseURL: server.baseUrl, apiKey: "none", maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "Why?" }];
  const whole = await client.chat.completions.create({ model: "m", messages });
  expect(whole.choices[0]?.message.content).toBe("You asked: Why?");
  let text = "";
  for await (const event of await client.chat.completions.create({ model: "m", messages, stream: true })) {
    text += event.choices[0]?.delta.content ?? "";
  }
  expect(text).toBe("You asked: Why?");
  await expect(client.chat.completions.create({ model: "429", messages })).rejects.toThrow(/Rate limit/);
});
