import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { kimiCoding, manualClock, minuteMs, type VendorServer } from "./index.ts";
import { inputBuckets, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

async function read(messages: readonly ChatMessage[], more: object = {}): Promise<number | null> {
  return (await inputBuckets(server, "chat/completions", { messages, ...more })).read;
}

/** One user message whose prompt is so many tokens: two marks around the words, and one that opens the answer. */
function promptOf(name: string, tokens: number): ChatMessage[] {
  return [{ role: "user", content: text(name, tokens - 3) }];
}

/** The conversation with one more turn, its prompt so many tokens longer; four of them are marks. */
function grown(messages: readonly ChatMessage[], tokens: number): ChatMessage[] {
  const name = `turn${messages.length}`;
  return [
    ...messages,
    { role: "assistant", content: text(`said-${name}`, 1) },
    { role: "user", content: text(name, tokens - 5) },
  ];
}

// The numbers of these tests are measurements in docs/caching.md of Leechael/pi-provider-kimi-code.

test("finding 4: a growing chain reads up to the last boundary of 256 before the earlier prompt's end", async () => {
  server = await kimiCoding.start();
  let messages = promptOf("base", 11_250);
  const rows: (readonly [number, number | null])[] = [];
  for (let turn = 1; turn <= 5; turn += 1) {
    rows.push([kimiCoding.tokenize(messages).length, await read(messages)]);
    messages = grown(messages, 22);
  }
  expect(rows).toEqual([
    [11_250, 0],
    [11_272, 11_008],
    [11_294, 11_264],
    [11_316, 11_264],
    [11_338, 11_264],
  ]);
});

test.each([
  [834, 768],
  [1_638, 1_536],
  [4_035, 3_840],
  [12_035, 12_032],
  [32_039, 32_000],
])("finding 4: after a prompt of %i tokens, one that goes on from it reads %i", async (warm, cached) => {
  server = await kimiCoding.start();
  await read(promptOf("base", warm));
  expect(await read(grown(promptOf("base", warm), 50))).toBe(cached);
});

test("finding 5: an exact repetition reads everything, also after newer prompts", async () => {
  server = await kimiCoding.start();
  const first = promptOf("base", 11_250);
  await read(first);
  await read(grown(first, 22));
  expect(await read(first)).toBe(11_250);
});

test("finding 12: a turn of many chunks is cached like any other", async () => {
  server = await kimiCoding.start();
  const p1 = promptOf("base", 847);
  const p2 = grown(p1, 17_394 - 847);
  expect([await read(p1), await read(p2), await read(grown(p2, 22))]).toEqual([0, 768, 17_152]);
});

test.each([
  [43, 43, 0],
  [201, 201, 0],
  [361, 361, 256],
])("finding 13: of %i tokens, repeating reads %i and extending %i", async (warm, repeated, extended) => {
  server = await kimiCoding.start();
  await read(promptOf("base", warm));
  expect(await read(promptOf("base", warm))).toBe(repeated);
  expect(await read(grown(promptOf("base", warm), 20))).toBe(extended);
});

test("finding 7: alive after 5 minutes, gone after 30", async () => {
  const clock = manualClock();
  server = await kimiCoding.start({ clock });
  await read(promptOf("base", 26_036));
  clock.advance(5 * minuteMs);
  expect(await read(promptOf("base", 26_036))).toBe(26_036);
  clock.advance(30 * minuteMs);
  expect(await read(promptOf("base", 26_036))).toBe(0);
});

test("findings 2, 11 and 15: tools and system are part of the prefix; keys and sampling settings are not", async () => {
  server = await kimiCoding.start();
  const messages = [{ role: "system", content: "Be brief." }, ...promptOf("base", 1_000)];
  const tools = (name: string) => [{ type: "function", function: { name, parameters: {} } }];
  await read(messages, { tools: tools("read"), prompt_cache_key: "one" });
  const all = kimiCoding.tokenize(messages, tools("read")).length;
  expect(await read(messages, { tools: tools("read"), prompt_cache_key: "two", temperature: 1 })).toBe(all);
  expect(await read(messages, { tools: tools("write") })).toBe(0);
  expect(await read(messages)).toBe(0);
});
