import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { manualClock, minuteMs, openAiBreakpoints, type VendorServer } from "./index.ts";
import { type InputBuckets, inputBuckets, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

async function send(messages: readonly ChatMessage[], more: object = {}): Promise<InputBuckets> {
  return inputBuckets(server, "chat/completions", { messages, ...more });
}

/** A message of so many tokens; two of them are marks. */
const turn = (role: string, name: string, tokens: number): ChatMessage => ({ role, content: text(name, tokens - 2) });

/** The same, with a breakpoint at its end. */
const marked = (role: string, name: string, tokens: number, more: object = {}): ChatMessage => ({
  role,
  content: [{ type: "text", text: text(name, tokens - 2), prompt_cache_breakpoint: { mode: "explicit", ...more } }],
});

const explicitOnly = { prompt_cache_options: { mode: "explicit" } };

test("the guide's example in numbers: 12,000 written, then 12,000 read and 3,000 written", async () => {
  server = await openAiBreakpoints.start();
  // Tools of 2,000 tokens: the marks of the turn and of the tool, and 1,997 words.
  const tools = [{ type: "function", function: { name: "look", description: text("tool", 1_997) } }];
  const first = [turn("developer", "instructions", 8_000), turn("user", "question", 2_000)];
  expect(await send(first, { tools })).toEqual({ input: 12_000, uncached: 0, read: 0, write: 12_000 });
  const second = [...first, turn("user", "follow-up", 3_000)];
  expect(await send(second, { tools })).toEqual({ input: 15_000, uncached: 0, read: 12_000, write: 3_000 });
});

test("the judge: in explicit mode the case after the breakpoint is neither read nor written", async () => {
  server = await openAiBreakpoints.start();
  const judge = (name: string) => send([marked("developer", "rubric", 1_100), turn("user", name, 400)], explicitOnly);
  expect(await judge("case-one")).toEqual({ input: 1_500, uncached: 400, read: 0, write: 1_100 });
  expect(await judge("case-two")).toEqual({ input: 1_500, uncached: 400, read: 1_100, write: 0 });
});

test("a shared prefix is not always a cached prefix", async () => {
  server = await openAiBreakpoints.start();
  const ask = (name: string, role: typeof turn) => send([role("developer", "static", 2_000), turn("user", name, 100)]);
  await ask("first", turn);
  expect(await ask("second", turn)).toMatchObject({ read: 0, write: 2_100 });
  // With a breakpoint after the static part, the next request reuses it.
  await ask("third", marked);
  expect(await ask("fourth", marked)).toMatchObject({ read: 2_000, write: 100 });
});

test("explicit-only mode misses what implicit mode wrote, unless a breakpoint stands there", async () => {
  server = await openAiBreakpoints.start();
  const first = [turn("developer", "static", 1_000), turn("user", "question", 1_000)];
  await send(first);
  const followUp = marked("user", "follow-up", 100);
  expect(await send([...first, followUp], explicitOnly)).toMatchObject({ read: 0, write: 2_100 });
  const matching = [first[0]!, marked("user", "question", 1_000), turn("user", "other", 100)];
  expect(await send(matching, explicitOnly)).toMatchObject({ read: 2_000, write: 0, uncached: 100 });
});

test("extending a message leaves the old end inside it, where nothing is looked up", async () => {
  server = await openAiBreakpoints.start();
  const developer = turn("developer", "static", 2_000);
  await send([developer, { role: "user", content: text("a", 500) }]);
  const extended = { role: "user", content: `${text("a", 500)} ${text("b", 500)}` };
  // The developer message is a lookup boundary, but nothing was written there.
  expect(await send([developer, extended])).toMatchObject({ read: 0 });
});

test("only the developer messages that open the conversation are boundaries", async () => {
  server = await openAiBreakpoints.start();
  const opening = [turn("developer", "one", 1_000), turn("developer", "two", 1_000)];
  // A request that ends with developer messages has its implicit breakpoint at their end.
  expect(await send(opening)).toMatchObject({ write: 2_000 });
  const conversation = [...opening, turn("user", "question", 100), turn("developer", "late", 100)];
  expect(await send(conversation)).toEqual({ input: 2_200, uncached: 100, read: 2_000, write: 100 });
});

test("of consecutive tool responses the last is an eligible end", async () => {
  server = await openAiBreakpoints.start();
  const calls = [turn("user", "question", 1_500), turn("assistant", "calls", 50)];
  const results = [turn("tool", "result-a", 200), turn("tool", "result-b", 200)];
  expect(await send([...calls, ...results])).toEqual({ input: 1_950, uncached: 0, read: 0, write: 1_950 });
  const next = [...calls, ...results, turn("assistant", "says", 50), turn("user", "thanks", 50)];
  expect(await send(next)).toMatchObject({ read: 1_950, write: 100 });
});

test("up to 20 earlier endings are looked up", async () => {
  server = await openAiBreakpoints.start();
  const conversation = (users: number) => Array.from({ length: users }, (_, i) => turn("user", `u${i}-`, 1_100));
  await send(conversation(1));
  expect(await send(conversation(21))).toMatchObject({ read: 1_100 });
  const other = (users: number) =>
    conversation(users).map(({ content }) => ({ role: "user", content: `x ${content}` }));
  await send(other(1));
  // The first message is the 21st before the last one. It is not a developer message.
  expect(await send(other(22))).toMatchObject({ read: 0 });
});

test("a request writes four prefixes at most, and an implicit breakpoint is one of them", async () => {
  server = await openAiBreakpoints.start();
  const five = ["a", "b", "c", "d", "e"].map((name) => marked("user", name, 1_100));
  await send(five, explicitOnly);
  // Of the five ends, the latest four were written.
  const upTo = (count: number) => send([...five.slice(0, count), turn("user", `z${count}`, 50)], explicitOnly);
  expect(await upTo(1)).toMatchObject({ read: 0 });
  expect(await upTo(2)).toMatchObject({ read: 2_200 });
  const others = ["f", "g", "h", "i"].map((name) => marked("user", name, 1_100));
  await send([...others, turn("user", "last", 1_100)]);
  expect(await send([...others.slice(0, 1), turn("user", "y", 50)], explicitOnly)).toMatchObject({ read: 0 });
  expect(await send([...others.slice(0, 2), turn("user", "y", 50)], explicitOnly)).toMatchObject({ read: 2_200 });
});

test("below 1,024 tokens nothing is written, and explicit mode without breakpoints does not cache", async () => {
  server = await openAiBreakpoints.start();
  expect(await send([turn("user", "short", 1_023)])).toEqual({ input: 1_023, uncached: 1_023, read: 0, write: 0 });
  expect(await send([turn("user", "short", 1_023)])).toMatchObject({ read: 0 });
  expect(await send([turn("user", "long", 2_000)], explicitOnly)).toMatchObject({ write: 0 });
  expect(await send([turn("user", "long", 2_000)], explicitOnly)).toMatchObject({ read: 0 });
});

test("an entry lives 30 minutes after its last use, renewed without a charge", async () => {
  const clock = manualClock();
  server = await openAiBreakpoints.start({ clock });
  const messages = [turn("user", "question", 2_000)];
  await send(messages);
  for (let i = 0; i < 3; i += 1) {
    clock.advance(29 * minuteMs);
    expect(await send(messages)).toMatchObject({ read: 2_000, write: 0 });
  }
  clock.advance(31 * minuteMs);
  expect(await send(messages)).toMatchObject({ read: 0, write: 2_000 });
});

test("a breakpoint with a ttl of 12 hours outlives the others of its request", async () => {
  const clock = manualClock();
  server = await openAiBreakpoints.start({ clock });
  const messages = [marked("developer", "static", 2_000, { ttl: "12h" }), turn("user", "question", 100)];
  await send(messages);
  clock.advance(60 * minuteMs);
  expect(await send(messages)).toMatchObject({ read: 2_000, write: 100 });
});

test("keys and settings that change the hidden instructions keep entries apart", async () => {
  server = await openAiBreakpoints.start();
  const messages = [turn("user", "question", 2_000)];
  await send(messages, { prompt_cache_key: "one" });
  expect(await send(messages, { prompt_cache_key: "two" })).toMatchObject({ read: 0 });
  expect(await send(messages, { prompt_cache_key: "one", reasoning_effort: "high" })).toMatchObject({ read: 0 });
  expect(await send(messages, { prompt_cache_key: "one", temperature: 0.5 })).toMatchObject({ read: 2_000 });
});

test("OpenAI's own client reads the stream and its usage", async () => {
  server = await openAiBreakpoints.start();
  const client = new OpenAI({ baseURL: server.baseUrl, apiKey: "none", maxRetries: 0 });
  const request = {
    model: "gpt-5.6",
    messages: [{ role: "user" as const, content: text("word", 1_998) }],
    stream: true as const,
    stream_options: { include_usage: true },
  };
  const usages: unknown[] = [];
  for (let i = 0; i < 2; i += 1) {
    for await (const chunk of await client.chat.completions.create(request)) {
      if (chunk.usage) usages.push(chunk.usage.prompt_tokens_details);
    }
  }
  expect(usages).toMatchObject([
    { cached_tokens: 0, cache_write_tokens: 2_000 },
    { cached_tokens: 2_000, cache_write_tokens: 0 },
  ]);
});
