import { expect, test } from "vitest";
import { counted, readsInTurn } from "../../../test/cache-rules/random-histories.ts";
import { openAiIntervals } from "./openai-intervals.ts";

// OpenAI's guide of 2025, "Requirements": its usage example, and the sequence 1024, 1152, 1280, 1408.
test.each([
  [2_006, 1_920],
  [1_023, 0],
  [1_024, 1_024],
  [1_151, 1_024],
  [1_152, 1_152],
  [1_408, 1_408],
])("a prompt of %s tokens sent again reads %s", (length, readTokens) => {
  expect(readsInTurn(openAiIntervals().open(), [counted(length), counted(length)])).toEqual([0, readTokens]);
});

test("GPT-5.5 reads multiples of 2,048", () => {
  const cache = openAiIntervals({ intervalTokens: 2_048 }).open();
  expect(readsInTurn(cache, [counted(5_000), counted(2_047), counted(9_000)])).toEqual([0, 0, 4_096]);
});

test("prompts with different cache keys share nothing", () => {
  const cache = openAiIntervals().open();
  const reads = (cacheKey: string) => {
    const call = cache.begin({ tokens: counted(1_500), sentAtMs: 0, cacheKey });
    call.end();
    return call.expected.readTokens;
  };
  expect([reads("a"), reads("b"), reads("a")]).toEqual([0, 0, 1_408]);
});

test("keys share nothing, or, where all calls reach one machine, everything", () => {
  const reads = (keysApart: boolean) => {
    const cache = openAiIntervals({ keysApart }).open();
    cache.begin({ tokens: counted(2_000), sentAtMs: 0, cacheKey: "one" }).end();
    return cache.begin({ tokens: counted(2_000), sentAtMs: 1, cacheKey: "other" }).expected.readTokens;
  };
  expect([reads(true), reads(false)]).toEqual([0, 1_920]);
});

test("a prompt that asks to be kept longer is", () => {
  const cache = openAiIntervals().open();
  cache.begin({ tokens: counted(2_000), sentAtMs: 0, lifetimeMs: 24 * 60 * 60_000 }).end();
  expect(cache.begin({ tokens: counted(2_000), sentAtMs: 23 * 60 * 60_000 }).expected.readTokens).toBe(1_920);
});
