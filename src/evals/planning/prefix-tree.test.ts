import fc from "fast-check";
import { expect, test } from "vitest";
import { PrefixTreeBuilder } from "./prefix-tree.ts";

const prompts = fc.array(
  fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 12 }).map((tokens) => Int32Array.from(tokens)),
  { maxLength: 14 },
);

function treeOf(all: readonly Int32Array[], blockTokens = 1) {
  const builder = new PrefixTreeBuilder(blockTokens);
  for (const tokens of all) builder.add(tokens);
  return builder.build();
}

function commonPrefix(left: Int32Array, right: Int32Array): number {
  let length = 0;
  while (length < Math.min(left.length, right.length) && left[length] === right[length]) length++;
  return length;
}

test("its size is the number of distinct prefixes", () => {
  fc.assert(
    fc.property(prompts, (all) => {
      const prefixes = new Set(all.flatMap((tokens) => [...tokens].map((_, end) => tokens.slice(0, end + 1).join())));
      const tree = treeOf(all);
      expect(tree.tokens).toBe(prefixes.size);
      expect(tree.slackTokens).toBe(0);
      expect(tree.promptTokens).toBe(all.reduce((sum, { length }) => sum + length, 0));
    }),
  );
});

test("with larger blocks it is too large by no more than it says", () => {
  fc.assert(
    fc.property(prompts, fc.integer({ min: 2, max: 5 }), (all, blockTokens) => {
      const [exact, coarse] = [treeOf(all), treeOf(all, blockTokens)];
      expect(coarse.tokens).toBeGreaterThanOrEqual(exact.tokens);
      expect(coarse.tokens - coarse.slackTokens).toBeLessThanOrEqual(exact.tokens);
    }),
  );
});

test("each prompt is walked to once, and shares with the one before what it shares with any before", () => {
  fc.assert(
    fc.property(prompts, (all) => {
      const { order, sharedTokens, opener } = treeOf(all);
      expect([...order].sort((a, b) => a - b)).toEqual(all.map((_, prompt) => prompt));
      const walked = [...order].map((prompt) => all[prompt]!);
      for (const [place, tokens] of walked.entries()) {
        const shared = walked.slice(0, place).map((earlier) => commonPrefix(earlier, tokens));
        expect(sharedTokens[place]).toBe(Math.max(0, ...shared));
        const first = shared.findIndex((length) => length === sharedTokens[place] && length > 0);
        expect(opener[place]).toBe(first);
      }
    }),
  );
});

test("prompts that share nothing keep their order", () => {
  expect([...treeOf([3, 1, 2].map((token) => Int32Array.of(token, 9))).order]).toEqual([0, 1, 2]);
});
