import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkKeys, prefixKeys } from "./prefix-keys.ts";

const tokens = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 30 });

test("a key tells the prefix, and what comes behind it does not matter", () => {
  fc.assert(
    fc.property(tokens, tokens, tokens, (prefix, left, right) => {
      const keyOf = (behind: number[]) => prefixKeys(Int32Array.from([...prefix, ...behind]), [prefix.length])[0];
      expect(keyOf(left)).toBe(keyOf(right));
    }),
  );
});

test("chunk keys are the keys of the prefixes of whole chunks", () => {
  fc.assert(
    fc.property(tokens, fc.integer({ min: 1, max: 7 }), (given, chunk) => {
      const ends = given.map((_, index) => index + 1).filter((end) => end % chunk === 0);
      const prompt = Int32Array.from(given);
      expect(chunkKeys(prompt, chunk, "a")).toEqual(prefixKeys(prompt, ends, "a"));
    }),
  );
});

test("a hundred thousand prefixes that differ in one token, in length or in namespace have different keys", () => {
  const seen = new Set<number>();
  const zeros = new Int32Array(1_000);
  for (const key of chunkKeys(zeros, 1)) seen.add(key);
  for (let token = 1; token < 80_000; token++) seen.add(chunkKeys(Int32Array.of(token), 1)[0]!);
  for (let index = 0; index < 20_000; index++) seen.add(chunkKeys(Int32Array.of(7), 1, `key ${index}`)[0]!);
  expect(seen.size).toBe(1_000 + 79_999 + 20_000);
});

test("an end behind the last token is refused", () => {
  expect(() => prefixKeys(new Int32Array(3), [2, 4])).toThrow(RangeError);
});
