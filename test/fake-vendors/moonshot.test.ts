import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { type ManualClock, manualClock, minuteMs, moonshot, type VendorServer } from "./index.ts";
import { inputBuckets, post, text } from "./input-buckets.ts";

let clock: ManualClock;
let server: VendorServer;
beforeEach(async () => {
  clock = manualClock();
  server = await moonshot.start({ clock });
});
afterEach(() => server.close());

const user = (content: string): ChatMessage => ({ role: "user", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

/** Reads and writes of a model that reports both. */
async function cached(messages: readonly ChatMessage[], more: object = {}): Promise<(number | null)[]> {
  const { read, write } = await inputBuckets(server, "chat/completions", { model: "kimi-k3", messages, ...more });
  return [read, write];
}

// Three tokens of each of these prompts are marks: two around the words, and one that opens the answer.

test("guide: a prompt is kept only where it has more than 256 tokens", async () => {
  expect(await cached([user(text("short", 253))])).toEqual([0, 0]);
  expect(await cached([user(text("short", 253))])).toEqual([0, 0]);
  expect(await cached([user(text("long", 254))])).toEqual([0, 256]);
  expect(await cached([user(text("long", 254))])).toEqual([256, 0]);
});

test("guide: a last block that is not full is a miss, also where the prompt is repeated", async () => {
  const messages = [user(text("a", 1_000))];
  expect(await cached(messages)).toEqual([0, 768]);
  expect(await cached(messages)).toEqual([768, 0]);
});

test("guide: a conversation that grows reads the longest prefix, and writes what was added", async () => {
  const first = [user(text("a", 600))];
  const second = [...first, assistant(text("b", 10)), user(text("c", 450))];
  expect(await cached(first)).toEqual([0, 512]);
  expect(await cached(second)).toEqual([512, 512]);
  expect(await cached([...second, assistant("Good."), user("Thanks.")])).toEqual([1_024, 0]);
});

test("guide: a change makes everything after it a miss", async () => {
  const end = text("end", 600);
  await cached([user(text("a", 600)), assistant("Yes."), user(end)]);
  expect(await cached([user(text("a", 600)), assistant("No."), user(end)])).toEqual([512, 512]);
  expect(await cached([user(`So: ${text("a", 600)}`)])).toEqual([0, 512]);
});

test("guide: a hit renews a lifetime of 5 minutes, and writes nothing", async () => {
  const messages = [user(text("a", 600))];
  await cached(messages);
  for (let hit = 1; hit <= 3; hit += 1) {
    clock.advance(4 * minuteMs);
    expect(await cached(messages)).toEqual([512, 0]);
  }
  clock.advance(5 * minuteMs + 1);
  expect(await cached(messages)).toEqual([0, 512]);
});

test("guide: the lifetime of the first write stays, also for what is added, until the prefix has expired", async () => {
  const ttl = (value: string) => ({ prompt_cache_options: { mode: "implicit", ttl: value } });
  const first = [user(text("a", 600))];
  const second = [...first, assistant("Yes."), user(text("b", 600))];
  await cached(first, ttl("1h"));
  clock.advance(50 * minuteMs);
  expect(await cached(second, ttl("5m"))).toEqual([512, 512]);
  clock.advance(50 * minuteMs);
  expect(await cached(second)).toEqual([1_024, 0]);
  clock.advance(60 * minuteMs + 1);
  expect(await cached(second, ttl("5m"))).toEqual([0, 1_024]);
  clock.advance(6 * minuteMs);
  expect(await cached(second, ttl("1h"))).toEqual([0, 1_024]);
  clock.advance(50 * minuteMs);
  expect(await cached(second)).toEqual([1_024, 0]);
});

test("guide: another effort is another prefix; another tool choice or response format is not", async () => {
  const messages = [user(text("a", 600))];
  await cached(messages);
  expect(await cached(messages, { tool_choice: "none", response_format: { type: "json_object" } })).toEqual([512, 0]);
  expect(await cached(messages, { reasoning_effort: "low" })).toEqual([0, 512]);
  expect(await cached(messages, { model: "kimi-k3.1" })).toEqual([0, 512]);
});

test("guide: models before K3 report reads alone", async () => {
  for (const cached_tokens of [0, 512]) {
    const response = await post(server, "chat/completions", { model: "kimi-k2.6", messages: [user(text("a", 600))] });
    expect(await response.json()).toMatchObject({ usage: { cached_tokens, prompt_tokens_details: { cached_tokens } } });
  }
  const { write } = await inputBuckets(server, "chat/completions", { model: "kimi-k2.6", messages: [user("Hi")] });
  expect(write).toBeNull();
});

test("guide: breakpoints are refused", async () => {
  const part = { type: "text", text: "Hi", prompt_cache_breakpoint: { mode: "explicit" } };
  for (const body of [
    { messages: [{ role: "user", content: [part] }] },
    { messages: [user("Hi")], prompt_cache_options: { mode: "explicit" } },
    { messages: [user("Hi")], prompt_cache_options: { ttl: "2h" } },
  ]) {
    const response = await post(server, "chat/completions", body);
    expect(response.status).toBe(400);
  }
});
