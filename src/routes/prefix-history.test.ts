import fc from "fast-check";
import { expect, test } from "vitest";
import { prefixHistory } from "./prefix-history.ts";

const prompt = (...tokens: number[]) => Int32Array.from(tokens);
const counted = (length: number, from = 0) => Int32Array.from({ length }, (_, index) => from + index);

/** What each prompt should read when they are sent one after the other. */
function oneByOne(sequences: number, prompts: readonly Int32Array[]): number[] {
  const history = prefixHistory(sequences);
  return prompts.map((tokens) => {
    const call = history.begin(tokens);
    call.end();
    return call.expected;
  });
}

test("one sequence: the prefix shared with the prompt before, but at least one token is evaluated", () => {
  const prompts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(prompts, (given) => {
      const expected = given.map((tokens, index) => {
        const differs = tokens.findIndex((token, at) => given[index - 1]?.[at] !== token);
        return Math.min(differs < 0 ? tokens.length : differs, tokens.length - 1);
      });
      expect(
        oneByOne(
          1,
          given.map((tokens) => Int32Array.from(tokens)),
        ),
      ).toEqual(expected);
    }),
  );
});

// Recorded from llama-server: an identical prompt of 498 tokens reads 497 from the cache.
test("an identical prompt reads all but its last token", () => {
  expect(oneByOne(2, [counted(498), counted(498)])).toEqual([0, 497]);
});

test("what the sequence read before last is gone: the third prompt shares four tokens with the first, but reads three", () => {
  expect(oneByOne(2, [prompt(1, 2, 3, 4, 5), prompt(1, 2, 3, 8, 9), prompt(1, 2, 3, 4, 7)])).toEqual([0, 3, 3]);
});

test("a prompt that shares too little goes to the least recently used sequence", () => {
  const other = Int32Array.of(0, ...counted(29, 100));
  const third = Int32Array.of(0, ...counted(29, 200));
  // One token in 30 is not worth it: the second starts afresh beside the first, the third takes the first one's place.
  expect(oneByOne(2, [counted(30), other, third, other, counted(30)])).toEqual([0, 0, 1, 29, 1]);
});

test("calls at the same time do not share a sequence", () => {
  const history = prefixHistory(2);
  const first = history.begin(counted(20));
  expect(history.begin(counted(20)).expected).toBe(0);
  first.end();
  expect(history.begin(counted(20)).expected).toBe(19);
});
