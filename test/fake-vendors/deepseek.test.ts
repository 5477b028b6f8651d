import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { deepSeek, hourMs, manualClock, type VendorServer } from "./index.ts";
import { inputBuckets, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

const user = (content: string): ChatMessage => ({ role: "user", content });
const system = (content: string): ChatMessage => ({ role: "system", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

async function hits(messages: readonly ChatMessage[], more: object = {}): Promise<number | null> {
  return (await inputBuckets(server, "chat/completions", { messages, ...more })).read;
}

/** Tokens of a prompt up to the end of its last word: without the mark that opens the answer. */
const inputOf = (messages: readonly ChatMessage[]): number => deepSeek.render(messages).inputTokens;

const a = text("a", 100);

test("A+B, then A+B+C: the second request hits A+B", async () => {
  server = await deepSeek.start();
  expect(await hits([user(`${a} ${text("b", 20)}`)])).toBe(0);
  expect(await hits([user(`${a} ${text("b", 20)} ${text("c", 20)}`)])).toBe(1 + 120);
});

test("A+B, then A+C, then A+D: the second misses, the third hits A", async () => {
  server = await deepSeek.start();
  expect(await hits([user(`${a} ${text("b", 20)}`)])).toBe(0);
  expect(await hits([user(`${a} ${text("c", 20)}`)])).toBe(0);
  expect(await hits([user(`${a} ${text("d", 20)}`)])).toBe(1 + 100);
  expect(await hits([user(`${a} ${text("e", 20)}`)])).toBe(1 + 100);
});

test("the guide's first example: a conversation goes on, and its first round is a hit", async () => {
  server = await deepSeek.start();
  const first = [system("You are a helpful assistant"), user("What is the capital of China?")];
  expect(await hits(first)).toBe(0);
  const second = [
    ...first,
    assistant("The capital of China is Beijing."),
    user("What is the capital of the United States?"),
  ];
  expect(await hits(second)).toBe(inputOf(first));
});

test("the guide's second example: three questions about one report, and only the third is a hit", async () => {
  server = await deepSeek.start();
  const ask = (question: string) => [
    system("You are an experienced financial report analyst..."),
    user(`${text("report", 500)}\n\nPlease ${question}`),
  ];
  expect(await hits(ask("summarize the key information of this financial report."))).toBe(0);
  expect(await hits(ask("analyze the profitability of this financial report."))).toBe(0);
  expect(await hits(ask("analyze the ratio of the company's revenue to expenses."))).toBe(
    // The second and the third have one more word in common, "analyze the", but the unit was cut before the third came.
    inputOf(ask("")),
  );
});

test("the end of the answer is a unit: a history that repeats it is hit up to there", async () => {
  server = await deepSeek.start({ answer: () => "Beijing" });
  const first = [user("What is the capital of China?")];
  await hits(first);
  const second = [...first, assistant("Beijing"), user("And of Mongolia?")];
  expect(await hits(second)).toBe(inputOf([...first, assistant("Beijing")]));
});

test("a part of a unit is no hit", async () => {
  server = await deepSeek.start();
  await hits([user(text("a", 200))]);
  expect(await hits([user(text("a", 150))])).toBe(0);
});

test("the same prompt again misses only what opens the answer", async () => {
  server = await deepSeek.start();
  const messages = [user(a)];
  await hits(messages);
  expect(await inputBuckets(server, "chat/completions", { messages })).toEqual({
    input: deepSeek.tokenize(messages).length,
    uncached: 1,
    read: 101,
    write: null,
  });
});

test("long inputs are cut at fixed intervals, so a shared beginning is hit at once", async () => {
  server = await deepSeek.start({ intervalTokens: 64 });
  await hits([user(`${text("a", 200)} ${text("b", 20)}`)]);
  expect(await hits([user(`${text("a", 200)} ${text("c", 20)}`)])).toBe(192);
});

test("with the storage unit of 2024, units are multiples of 64 tokens and shorter ones are not kept", async () => {
  server = await deepSeek.start({ storageUnitTokens: 64 });
  await hits([user(text("a", 60))]);
  expect(await hits([user(text("a", 60))])).toBe(0);
  await hits([user(text("b", 200))]);
  expect(await hits([user(text("b", 200))])).toBe(192);
});

test("tools stand at the end of the system turn and are part of the prefix", async () => {
  server = await deepSeek.start();
  const messages = [system("Be brief."), user(a)];
  const tools = [{ type: "function", function: { name: "look", parameters: {} } }];
  await hits(messages, { tools });
  expect(await hits(messages, { tools })).toBe(deepSeek.render(messages, tools).inputTokens);
  // Without the tools, what is left in common is the system turn; it becomes a unit, for the request after this one.
  expect(await hits(messages)).toBe(0);
  expect(await hits([system("Be brief."), user("else")])).toBe(inputOf([system("Be brief.")]));
});

test("users and models have caches of their own", async () => {
  server = await deepSeek.start();
  await hits([user(a)], { user_id: "one" });
  expect(await hits([user(a)], { user_id: "two" })).toBe(0);
  expect(await hits([user(a)], { user_id: "one", model: "other" })).toBe(0);
  expect(await hits([user(a)], { user_id: "one" })).toBe(101);
});

test("a unit can be hit once it is built, and as long as it is used", async () => {
  const clock = manualClock();
  server = await deepSeek.start({ clock, constructionMs: 3_000, lifetimeMs: 5 * hourMs });
  await hits([user(a)]);
  expect(await hits([user(`${a} more`)])).toBe(0);
  clock.advance(3_000);
  for (let i = 0; i < 3; i += 1) {
    clock.advance(4 * hourMs);
    expect(await hits([user(`${a} later${i}`)])).toBe(101);
  }
  clock.advance(6 * hourMs);
  expect(await hits([user(`${a} at last`)])).toBe(0);
});
