import fc from "fast-check";
import { expect, test } from "vitest";
import {
  commonPrefix,
  counted,
  histories,
  isPrefix,
  readsInTurn,
  replay,
} from "../../../test/cache-rules/random-histories.ts";
import type { CacheState } from "./cache-rule.ts";
import { deepSeek } from "./deepseek.ts";

const a = counted(640);
const b = counted(320, 10_000);
const c = counted(320, 20_000);
const d = counted(320, 30_000);
const joined = (...parts: readonly Int32Array[]) => Int32Array.from(parts.flatMap((part) => [...part]));

// https://api-docs.deepseek.com/guides/kv_cache, examples 1 and 2.
test("a conversation that goes on reads all of the turn before it", () => {
  expect(readsInTurn(deepSeek().open(), [joined(a, b), joined(a, b, c)])).toEqual([0, 960]);
});

test("after A+B, A+C reads nothing and A+D reads A", () => {
  expect(readsInTurn(deepSeek().open(), [joined(a, b), joined(a, c), joined(a, d)])).toEqual([0, 0, 640]);
});

test("a prompt that goes on behind an answer reads the answer too", () => {
  const cache = deepSeek().open();
  cache.begin({ tokens: a, sentAtMs: 0 }).end({ tokens: b, atMs: 1 });
  expect(cache.begin({ tokens: joined(a, b, c), sentAtMs: 2 }).expected.readTokens).toBe(960);
});

// https://api-docs.deepseek.com/news/news0802: 64 tokens are a storage unit, content of less is not cached.
test("what is read is a multiple of 64 tokens, and fewer are not cached", () => {
  expect(readsInTurn(deepSeek().open(), [counted(100), counted(200)])).toEqual([0, 64]);
  expect(readsInTurn(deepSeek().open(), [counted(63), counted(200)])).toEqual([0, 0]);
});

test("a long text is read from its last interval, where the interval is known", () => {
  const long = joined(counted(1_000), b);
  const cut = joined(counted(900), c);
  expect(readsInTurn(deepSeek().open(), [long, cut])).toEqual([0, 0]);
  expect(readsInTurn(deepSeek({ intervalTokens: 256 }).open(), [long, cut])).toEqual([0, 768]);
});

test("the input's unit ends where the input does, before what opens the answer", () => {
  const cache = deepSeek({ granularityTokens: 1 }).open();
  cache.begin({ tokens: counted(100), inputTokens: 99, sentAtMs: 0 }).end({ tokens: b, atMs: 1 });
  expect(cache.begin({ tokens: counted(100), inputTokens: 99, sentAtMs: 2 }).expected.readTokens).toBe(99);
});

test("each user has a cache of their own", () => {
  const cache = deepSeek().open();
  cache.begin({ tokens: a, sentAtMs: 0, cacheKey: "one" }).end();
  expect(cache.begin({ tokens: a, sentAtMs: 1, cacheKey: "other" }).expected.readTokens).toBe(0);
  expect(cache.begin({ tokens: a, sentAtMs: 1, cacheKey: "one" }).expected.readTokens).toBe(640);
});

/** The guide's sentences, one after the other, on lists. */
function sentences(granularity: number, interval: number | null, lifetimeMs: number): CacheState {
  const units: { readonly user: string; readonly prefix: readonly number[]; usedAtMs: number }[] = [];
  const inputs: { readonly user: string; readonly tokens: readonly number[]; readonly endedAtMs: number }[] = [];
  const down = (length: number) => length - (length % granularity);
  let nowMs = 0;
  const persist = (user: string, prefix: readonly number[]) => {
    if (prefix.length > 0) units.push({ user, prefix, usedAtMs: nowMs });
  };
  return {
    begin: ({ tokens, sentAtMs, inputTokens = tokens.length, cacheKey = "" }) => {
      nowMs = Math.max(nowMs, sentAtMs);
      const alive = units.filter(
        ({ user, prefix, usedAtMs }) =>
          user === cacheKey && sentAtMs - usedAtMs <= lifetimeMs && isPrefix(prefix, tokens),
      );
      const readTokens = Math.max(0, ...alive.map(({ prefix }) => prefix.length));
      for (const unit of alive)
        if (unit.prefix.length === readTokens) unit.usedAtMs = Math.max(unit.usedAtMs, sentAtMs);
      return {
        expected: { readTokens, writtenTokens: null },
        end: (output) => {
          nowMs = Math.max(nowMs, output!.atMs);
          const input = [...tokens.subarray(0, inputTokens)];
          const whole = [...tokens, ...output!.tokens];
          persist(cacheKey, input.slice(0, down(input.length)));
          persist(cacheKey, whole.slice(0, down(whole.length)));
          if (interval !== null)
            for (let end = interval; end <= whole.length; end += interval) persist(cacheKey, whole.slice(0, down(end)));
          for (const { user, tokens: earlier, endedAtMs } of inputs) {
            if (user !== cacheKey || nowMs - endedAtMs > lifetimeMs) continue;
            persist(cacheKey, input.slice(0, down(commonPrefix(earlier, input))));
          }
          inputs.push({ user: cacheKey, tokens: input, endedAtMs: nowMs });
        },
      };
    },
  };
}

test.each([
  [1, null, Number.POSITIVE_INFINITY],
  [2, 5, Number.POSITIVE_INFINITY],
  [3, null, 8],
  [2, 4, 5],
])(
  "units of %s tokens, intervals of %s, a lifetime of %s ms: every history is read as the guide reads",
  (granularityTokens, intervalTokens, lifetimeMs) => {
    fc.assert(
      fc.property(histories(), (history) => {
        const cache = deepSeek({ granularityTokens, intervalTokens, lifetimeMs }).open();
        expect(replay(cache, history)).toEqual(
          replay(sentences(granularityTokens, intervalTokens, lifetimeMs), history),
        );
      }),
      { numRuns: 300 },
    );
  },
);
