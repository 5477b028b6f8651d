import fc from "fast-check";
import { expect, test } from "vitest";
import { counted, histories, isPrefix, replay } from "../../../test/cache-rules/random-histories.ts";
import type { Breakpoint, CachedPrompt, CacheState } from "./cache-rule.ts";
import { openAiBreakpoints } from "./openai-breakpoints.ts";

const developer = counted(2_000);
const user = (from: number) => Int32Array.from([...developer, ...counted(500, from)]);
const at = (...ends: readonly number[]) => ends.map((endTokens) => ({ endTokens }));

/** Prompts in turn, a second apart. */
function inTurn(cache: CacheState, prompts: readonly Omit<CachedPrompt, "sentAtMs">[]) {
  return prompts.map((prompt, index) => {
    const call = cache.begin({ ...prompt, sentAtMs: index * 1_000 });
    call.end();
    return call.expected;
  });
}

// https://developers.openai.com/api/docs/guides/prompt-caching, "Gotchas".
test("a shared prefix is not always a cached prefix", () => {
  const turns = [user(10_000), user(20_000)].map((tokens) => ({ tokens, blockEnds: [2_000, 2_500] }));
  expect(inTurn(openAiBreakpoints().open(), turns)).toEqual([
    { readTokens: 0, writtenTokens: 2_500 },
    { readTokens: 0, writtenTokens: 2_500 },
  ]);
});

test("an explicit breakpoint behind the static content makes it readable, and the rest is not written", () => {
  const turns = [user(10_000), user(20_000)].map((tokens) => ({ tokens, breakpoints: at(2_000) }));
  expect(inTurn(openAiBreakpoints({ mode: "explicit" }).open(), turns)).toEqual([
    { readTokens: 0, writtenTokens: 2_000 },
    { readTokens: 2_000, writtenTokens: 0 },
  ]);
});

test("extending a message prevents reuse of its cached prefix", () => {
  const longer = Int32Array.from([...user(10_000), ...counted(100, 70_000)]);
  const extended = { tokens: longer, blockEnds: [2_000, 2_600] };
  const appended = { tokens: longer, blockEnds: [2_000, 2_500, 2_600] };
  const first = { tokens: user(10_000), blockEnds: [2_000, 2_500] };
  expect(inTurn(openAiBreakpoints().open(), [first, extended])[1]).toEqual({ readTokens: 0, writtenTokens: 2_600 });
  expect(inTurn(openAiBreakpoints().open(), [first, appended])[1]).toEqual({ readTokens: 2_500, writtenTokens: 100 });
});

test("no breakpoint, no caching in explicit mode; under 1,024 tokens none at all", () => {
  const cache = openAiBreakpoints({ mode: "explicit" }).open();
  expect(inTurn(cache, [{ tokens: developer }, { tokens: developer }])[1]).toEqual({ readTokens: 0, writtenTokens: 0 });
  const short = { tokens: counted(1_023) };
  expect(inTurn(openAiBreakpoints().open(), [short, short])[1]).toEqual({ readTokens: 0, writtenTokens: 0 });
  const long = { tokens: counted(1_024) };
  expect(inTurn(openAiBreakpoints().open(), [long, long])[1]).toEqual({ readTokens: 1_024, writtenTokens: 0 });
});

test("a prefix is there for 30 minutes after its last use", () => {
  const minute = 60_000;
  const cache = openAiBreakpoints().open();
  const reads = [0, 30, 60, 91].map((minutes) => {
    const call = cache.begin({ tokens: developer, sentAtMs: minutes * minute });
    call.end();
    return call.expected.readTokens;
  });
  expect(reads).toEqual([0, 2_000, 2_000, 0]);
});

test("the twentieth message ending before the last is looked up, the one before that is not", () => {
  const ends = (count: number) => Array.from({ length: count }, (_, index) => 1_500 + index * 10);
  for (const [more, readTokens] of [
    [20, 1_510],
    [21, 0],
  ] as const) {
    const first = { tokens: counted(1_510), blockEnds: ends(2) };
    const last = ends(2 + more);
    const grown = { tokens: counted(last.at(-1)!), blockEnds: last };
    expect(inTurn(openAiBreakpoints().open(), [first, grown])[1]!.readTokens).toBe(readTokens);
  }
});

test("the developer block of a prewarmed cache is read however many messages follow", () => {
  const prewarmed = { tokens: developer, blockEnds: [2_000] };
  const messages = Array.from({ length: 30 }, (_, index) => 2_000 + index * 10);
  const conversation = { tokens: counted(messages.at(-1)!), blockEnds: messages };
  expect(inTurn(openAiBreakpoints().open(), [prewarmed, conversation])[1]!.readTokens).toBe(2_000);
});

/** The guide's sentences on lists, with a minimum and a lifetime that small histories reach. */
function sentences(mode: "implicit" | "explicit", minimum: number, lifetimeMs: number): CacheState {
  const entries: { readonly key: string; readonly prefix: readonly number[]; usedAtMs: number; lifetimeMs: number }[] =
    [];
  return {
    begin: ({ tokens, sentAtMs, breakpoints = [], blockEnds = [], cacheKey = "" }) => {
      const explicit = breakpoints.map(({ endTokens }) => endTokens);
      const entryAt = (end: number) =>
        entries.find(
          (entry) =>
            entry.key === cacheKey &&
            entry.prefix.length === end &&
            isPrefix(entry.prefix, tokens) &&
            sentAtMs - entry.usedAtMs <= entry.lifetimeMs,
        );
      const use = (end: number) => {
        const entry = entryAt(end);
        if (entry !== undefined) entry.usedAtMs = Math.max(entry.usedAtMs, sentAtMs);
        return entry;
      };
      const write = (breakpoint: Breakpoint) => {
        const asked = breakpoint.lifetimeMs ?? lifetimeMs;
        const entry = use(breakpoint.endTokens);
        const prefix = [...tokens.subarray(0, breakpoint.endTokens)];
        if (entry === undefined) entries.push({ key: cacheKey, prefix, usedAtMs: sentAtMs, lifetimeMs: asked });
        else entry.lifetimeMs = Math.max(entry.lifetimeMs, asked);
      };
      const lookups = [...explicit.slice(0, 2), ...explicit.slice(-50)];
      const writes: Breakpoint[] = breakpoints.slice(mode === "explicit" ? -4 : -3);
      if (mode === "implicit") {
        const [implicit, ...earlier] = blockEnds.toReversed();
        lookups.push(...(implicit === undefined ? [] : [implicit]), ...earlier.slice(0, 20), ...blockEnds.slice(0, 1));
        writes.push(...(implicit === undefined ? [] : [{ endTokens: implicit }]));
      }
      const readTokens = Math.max(0, ...lookups.filter((end) => end >= minimum && entryAt(end) !== undefined));
      if (readTokens > 0) use(readTokens);
      const written = writes.filter(({ endTokens }) => endTokens >= minimum);
      return {
        expected: {
          readTokens,
          writtenTokens: Math.max(0, ...written.map(({ endTokens }) => endTokens - readTokens)),
        },
        end: () => written.forEach(write),
      };
    },
  };
}

test.each([
  ["implicit", 2, 10],
  ["implicit", 6, 40],
  ["explicit", 1, 10],
] as const)(
  "%s mode, %s tokens at least, %s ms: every history is read as the guide reads",
  (mode, minimumTokens, lifetimeMs) => {
    fc.assert(
      fc.property(histories(), (history) => {
        const cache = openAiBreakpoints({ mode, minimumTokens, lifetimeMs }).open();
        expect(replay(cache, history)).toEqual(replay(sentences(mode, minimumTokens, lifetimeMs), history));
      }),
      { numRuns: 300 },
    );
  },
);
