import fc from "fast-check";
import { expect, test } from "vitest";
import { counted, histories, isPrefix, replay } from "../../../test/cache-rules/random-histories.ts";
import { UserError } from "../../errors.ts";
import { anthropic } from "./anthropic.ts";
import type { Breakpoint, CacheState } from "./cache-rule.ts";

const rule = anthropic({ minimumTokens: 512 });
const blockTokens = 100;
/** A conversation of blocks of 100 tokens with breakpoints behind some of them, counted from 1. */
const blocks = (count: number, ...marked: readonly number[]) => ({
  tokens: counted(count * blockTokens),
  blockEnds: Array.from({ length: count }, (_, index) => (index + 1) * blockTokens),
  breakpoints: marked.map((block) => ({ endTokens: block * blockTokens })),
});

function inTurn(cache: CacheState, prompts: readonly ReturnType<typeof blocks>[], everyMs = 1_000) {
  return prompts.map((prompt, index) => {
    const call = cache.begin({ ...prompt, sentAtMs: index * everyMs });
    call.end();
    return [call.expected.readTokens, call.expected.writtenTokens];
  });
}

// https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "How automatic prefix checking works".
test("the page's growing conversation: the third turn is one position outside the window", () => {
  expect(inTurn(rule.open(), [blocks(10, 10), blocks(15, 15), blocks(35, 35)])).toEqual([
    [0, 1_000],
    [1_000, 500],
    [0, 3_500],
  ]);
});

test("nineteen blocks behind the last write it is read, twenty behind it is not", () => {
  expect(inTurn(rule.open(), [blocks(10, 10), blocks(29, 29)])[1]).toEqual([1_000, 1_900]);
  expect(inTurn(rule.open(), [blocks(10, 10), blocks(30, 30)])[1]).toEqual([0, 3_000]);
});

test("the page's remedy: a second breakpoint at block 15 finds the entry of the second turn", () => {
  expect(inTurn(rule.open(), [blocks(10, 10), blocks(15, 15), blocks(35, 15, 35)])[2]).toEqual([1_500, 2_000]);
});

test("the page's common mistake: a breakpoint on what changes every time is written and never read", () => {
  const stamped = (from: number) => {
    const prompt = blocks(6, 6);
    return { ...prompt, tokens: Int32Array.from([...counted(500), ...counted(100, from)]) };
  };
  expect(inTurn(rule.open(), [stamped(10_000), stamped(20_000)])).toEqual([
    [0, 600],
    [0, 600],
  ]);
});

test("without breakpoints, and under the minimum, nothing is cached", () => {
  expect(inTurn(rule.open(), [blocks(9), blocks(9)])[1]).toEqual([0, 0]);
  expect(inTurn(rule.open(), [blocks(5, 5), blocks(5, 5)])[1]).toEqual([0, 0]);
});

test("five minutes, given again by each use; an hour where the breakpoint asks for it", () => {
  const minute = 60_000;
  expect(inTurn(rule.open(), [blocks(9, 9), blocks(9, 9), blocks(9, 9)], 5 * minute)[2]).toEqual([900, 0]);
  expect(inTurn(rule.open(), [blocks(9, 9), blocks(9, 9)], 5 * minute + 1)[1]).toEqual([0, 900]);
  const hour = { ...blocks(9), breakpoints: [{ endTokens: 900, lifetimeMs: 60 * minute }] };
  expect(inTurn(rule.open(), [hour, blocks(9, 9)], 59 * minute)[1]).toEqual([900, 0]);
});

test("an entry that is marked again for an hour lives for five minutes, or, where marks lengthen, for the hour", () => {
  const hour = { ...blocks(9), breakpoints: [{ endTokens: 900, lifetimeMs: 60 * 60_000 }] };
  const later = (marksLengthen: boolean) => {
    const cache = anthropic({ minimumTokens: 512, marksLengthen }).open();
    for (const prompt of [blocks(9, 9), hour]) cache.begin({ ...prompt, sentAtMs: 0 }).end();
    return cache.begin({ ...hour, sentAtMs: 30 * 60_000 }).expected.readTokens;
  };
  expect([later(false), later(true)]).toEqual([0, 900]);
});

test("blocks inside a run are looked up and count as one position", () => {
  // 30 blocks after the entry, of which blocks 11 to 28 are one run.
  const run = Array.from({ length: 17 }, (_, index) => (index + 11) * blockTokens);
  const grown = { ...blocks(40, 40), insideRuns: run };
  expect(inTurn(rule.open(), [blocks(15, 15), blocks(40, 40)])[1]).toEqual([0, 4_000]);
  expect(inTurn(rule.open(), [blocks(15, 15), grown])[1]).toEqual([1_500, 2_500]);
  expect(inTurn(rule.open(), [blocks(10, 10), grown])[1]).toEqual([1_000, 3_000]);
});

test("more than four breakpoints are refused with a word on how to mend it", () => {
  expect(() => rule.open().begin({ ...blocks(9, 5, 6, 7, 8, 9), sentAtMs: 0 })).toThrow(UserError);
});

/** The page's sentences on lists. */
function sentences(minimum: number): CacheState {
  const entries: { readonly prefix: readonly number[]; usedAtMs: number; readonly lifetimeMs: number }[] = [];
  return {
    begin: ({ tokens, sentAtMs, breakpoints = [], blockEnds = [] }) => {
      const entryAt = (end: number) =>
        entries.find(
          ({ prefix, usedAtMs, lifetimeMs }) =>
            prefix.length === end && isPrefix(prefix, tokens) && sentAtMs - usedAtMs <= lifetimeMs,
        );
      const renew = (end: number) => {
        const entry = entryAt(end);
        if (entry !== undefined) entry.usedAtMs = Math.max(entry.usedAtMs, sentAtMs);
        return entry !== undefined;
      };
      const long = (end: number) => end >= minimum;
      let readTokens = 0;
      for (const { endTokens } of breakpoints.toReversed()) {
        const window = blockEnds.filter((end) => end <= endTokens).slice(-20);
        readTokens ||= window.findLast((end) => long(end) && entryAt(end) !== undefined) ?? 0;
      }
      renew(readTokens);
      const written = breakpoints.filter(({ endTokens }) => long(endTokens));
      const write = ({ endTokens, lifetimeMs = 5 * 60_000 }: Breakpoint) => {
        if (!renew(endTokens))
          entries.push({ prefix: [...tokens.subarray(0, endTokens)], usedAtMs: sentAtMs, lifetimeMs });
      };
      return {
        expected: { readTokens, writtenTokens: Math.max(0, (written.at(-1)?.endTokens ?? 0) - readTokens) },
        end: () => written.forEach(write),
      };
    },
  };
}

test.each([1, 4])("a minimum of %s tokens: every history is read as the page reads", (minimumTokens) => {
  const minutes = histories().map((history) =>
    history.map(({ prompt, output }) => ({
      prompt: {
        ...prompt,
        sentAtMs: prompt.sentAtMs * 60_000,
        breakpoints: prompt.breakpoints!.map(({ endTokens, lifetimeMs }) =>
          lifetimeMs === undefined ? { endTokens } : { endTokens, lifetimeMs: lifetimeMs * 60_000 },
        ),
      },
      output: { ...output, atMs: output.atMs * 60_000 },
    })),
  );
  fc.assert(
    fc.property(minutes, (history) => {
      expect(replay(anthropic({ minimumTokens }).open(), history)).toEqual(replay(sentences(minimumTokens), history));
    }),
    { numRuns: 300 },
  );
});
