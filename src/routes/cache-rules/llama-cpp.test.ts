import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix, counted, histories, readsInTurn, replay } from "../../../test/cache-rules/random-histories.ts";
import type { CacheState } from "./cache-rule.ts";
import { llamaCpp } from "./llama-cpp.ts";

const prompt = (...tokens: number[]) => Int32Array.from(tokens);
const read = (sequences: number, prompts: readonly Int32Array[]) =>
  readsInTurn(llamaCpp({ sequences }).open(), prompts);

test("one sequence: the prefix shared with the prompt before, but at least one token is evaluated", () => {
  const prompts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(prompts, (given) => {
      const expected = given.map((tokens, index) => {
        const differs = tokens.findIndex((token, at) => given[index - 1]?.[at] !== token);
        return Math.min(differs < 0 ? tokens.length : differs, tokens.length - 1);
      });
      expect(
        read(
          1,
          given.map((tokens) => Int32Array.from(tokens)),
        ),
      ).toEqual(expected);
    }),
  );
});

// Recorded from llama-server: an identical prompt of 498 tokens reads 497 from the cache.
test("an identical prompt reads all but its last token", () => {
  expect(read(2, [counted(498), counted(498)])).toEqual([0, 497]);
});

test("what the sequence read before last is gone: the third prompt shares four tokens with the first, but reads three", () => {
  expect(read(2, [prompt(1, 2, 3, 4, 5), prompt(1, 2, 3, 8, 9), prompt(1, 2, 3, 4, 7)])).toEqual([0, 3, 3]);
});

test("a prompt that shares too little goes to the least recently used sequence", () => {
  const other = Int32Array.of(0, ...counted(29, 100));
  const third = Int32Array.of(0, ...counted(29, 200));
  // One token in 30 is not worth it: the second starts afresh beside the first, the third takes the first one's place.
  expect(read(2, [counted(30), other, third, other, counted(30)])).toEqual([0, 0, 1, 29, 1]);
});

test("calls at the same time do not share a sequence", () => {
  const cache = llamaCpp({ sequences: 2 }).open();
  const first = cache.begin({ tokens: counted(20), sentAtMs: 0 });
  expect(cache.begin({ tokens: counted(20), sentAtMs: 1 }).expected.readTokens).toBe(0);
  first.end();
  expect(cache.begin({ tokens: counted(20), sentAtMs: 2 }).expected.readTokens).toBe(19);
});

test("a prompt that goes on behind an answer reads it but for its last token", () => {
  const cache = llamaCpp().open();
  cache.begin({ tokens: counted(20), sentAtMs: 0 }).end({ tokens: counted(5, 20), atMs: 1 });
  expect(cache.begin({ tokens: counted(30), sentAtMs: 2 }).expected.readTokens).toBe(24);
});

/** get_available_slot as the server has it; a call that finds all slots busy takes the one used longest ago or shared most. */
function asTheServer(count: number): CacheState {
  const slots = Array.from({ length: count }, () => ({ tokens: [] as number[], by: -1, busy: false, used: 0 }));
  let calls = 0;
  return {
    begin: ({ tokens }) => {
      const free = slots.some(({ busy }) => !busy) ? slots.filter(({ busy }) => !busy) : slots;
      const oldestFirst = free.toSorted((a, b) => a.used - b.used);
      let slot = oldestFirst[0]!;
      let best = 0;
      for (const one of oldestFirst) {
        const similarity = commonPrefix(one.tokens, tokens) / tokens.length;
        if (similarity > best && similarity > 0.1) {
          best = similarity;
          slot = one;
        }
      }
      const readTokens = Math.max(0, Math.min(commonPrefix(slot.tokens, tokens), tokens.length - 1));
      const call = ++calls;
      Object.assign(slot, { tokens: [...tokens], by: call, busy: true, used: call });
      return {
        expected: { readTokens, writtenTokens: null },
        end: (output) => {
          slot.busy = false;
          if (slot.by === call) slot.tokens = [...tokens, ...output!.tokens.subarray(0, -1)];
        },
      };
    },
  };
}

test.each([1, 2, 3])("%s sequences: every history is read as the server's source reads", (sequences) => {
  fc.assert(
    fc.property(histories(), (history) => {
      expect(replay(llamaCpp({ sequences }).open(), history)).toEqual(replay(asTheServer(sequences), history));
    }),
    { numRuns: 300 },
  );
});
