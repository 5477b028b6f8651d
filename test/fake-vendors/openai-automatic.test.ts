import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import type { ChatMessage } from "./chat-prompt.ts";
import { hourMs, manualClock, minuteMs, openAiAutomatic, type VendorServer } from "./index.ts";
import { inputBuckets, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

async function read(messages: readonly ChatMessage[], more: object = {}): Promise<number | null> {
  return (await inputBuckets(server, "chat/completions", { messages, ...more })).read;
}

/** One user message of so many tokens; two of them are marks. */
const promptOf = (tokens: number, name = "word"): ChatMessage[] => [{ role: "user", content: text(name, tokens - 2) }];

test("the guide's example: of 2006 tokens sent again, 1920 are cached", async () => {
  server = await openAiAutomatic.start();
  const body = { messages: promptOf(2_006) };
  expect(await inputBuckets(server, "chat/completions", body)).toEqual({
    input: 2_006,
    uncached: 2_006,
    read: 0,
    write: null,
  });
  expect(await inputBuckets(server, "chat/completions", body)).toEqual({
    input: 2_006,
    uncached: 86,
    read: 1_920,
    write: null,
  });
});

test("cached counts are 0 below 1024 tokens, and else 1024, 1152, 1280 and so on", async () => {
  server = await openAiAutomatic.start();
  const sizes = fc.tuple(fc.integer({ min: 900, max: 2_500 }), fc.integer({ min: 1, max: 600 }));
  let run = 0;
  await fc.assert(
    fc.asyncProperty(sizes, async ([shared, own]) => {
      run += 1;
      const body = text(`shared${run}-`, shared);
      await read([{ role: "user", content: `${body} ${text("first", own)}` }]);
      const cached = await read([{ role: "user", content: `${body} ${text("second", own)}` }]);
      // The mark of the turn is a token too.
      expect(cached).toBe(shared + 1 < 1_024 ? 0 : Math.floor((shared + 1) / 128) * 128);
    }),
    { numRuns: 25 },
  );
});

test("a prompt below the minimum is not kept either", async () => {
  server = await openAiAutomatic.start();
  await read(promptOf(1_023));
  expect(await read(promptOf(1_500))).toBe(0);
  await read(promptOf(1_024, "other"));
  expect(await read(promptOf(1_500, "other"))).toBe(0); // 1,023 in common: without the end of the turn
  expect(await read(promptOf(1_024, "other"))).toBe(1_024);
});

test("GPT-5.5's breakpoints stand 2,048 tokens apart and count from the hidden message", async () => {
  server = await openAiAutomatic.start({ intervalTokens: 2_048, hiddenTokens: 300 });
  await read(promptOf(5_000));
  // 300 + 5000 is past the second breakpoint, at 4096: 3796 visible tokens, of which 29 · 128 are reported.
  expect(await read(promptOf(5_000))).toBe(3_712);
});

test("entries live 5 minutes without use, and a day for requests that ask for it", async () => {
  const clock = manualClock();
  server = await openAiAutomatic.start({ clock });
  await read(promptOf(1_100));
  for (let i = 0; i < 3; i += 1) {
    clock.advance(4 * minuteMs);
    expect(await read(promptOf(1_100))).toBe(1_024);
  }
  clock.advance(6 * minuteMs);
  expect(await read(promptOf(1_100), { prompt_cache_retention: "24h" })).toBe(0);
  clock.advance(23 * hourMs);
  expect(await read(promptOf(1_100))).toBe(1_024);
});

test("tools come first in the prefix, and another output schema is another prefix", async () => {
  server = await openAiAutomatic.start();
  const tools = [{ type: "function", function: { name: "look", parameters: {} } }];
  await read(promptOf(1_100), { tools });
  expect(await read(promptOf(1_100), { tools })).toBe(1_024);
  expect(await read(promptOf(1_100))).toBe(0);
  expect(await read(promptOf(1_100), { tools, response_format: { type: "json_object" } })).toBe(0);
});
