import fc from "fast-check";
import { expect, test } from "vitest";
import {
  commonPrefix,
  counted,
  histories,
  type Request,
  readsInTurn,
  replay,
} from "../../../test/cache-rules/random-histories.ts";
import { idealCache } from "./ideal.ts";

/** The longest prefix shared with any prompt sent before, or with a prompt and its answer that ended before. */
const longestSeen = (history: readonly Request[], index: number) => {
  const { tokens, sentAtMs } = history[index]!.prompt;
  const seen = history
    .slice(0, index)
    .map(({ prompt, output }) => [...prompt.tokens, ...(output.atMs <= sentAtMs ? output.tokens : [])]);
  return Math.max(0, ...seen.map((one) => commonPrefix(one, tokens)));
};

test("every history is read to the longest prefix seen before", () => {
  fc.assert(
    fc.property(histories(), (history) => {
      const reads = replay(idealCache().open(), history).map(({ readTokens }) => readTokens);
      expect(reads).toEqual(history.map((_, index) => longestSeen(history, index)));
    }),
    { numRuns: 300 },
  );
});

test("beyond its capacity it forgets what was used least recently", () => {
  const prompts = [counted(60), counted(60, 1_000), counted(60), counted(60, 2_000), counted(60, 1_000), counted(60)];
  // 100 tokens hold one prompt and 40 tokens of another.
  expect(readsInTurn(idealCache(100).open(), prompts)).toEqual([0, 0, 40, 0, 0, 0]);
});
