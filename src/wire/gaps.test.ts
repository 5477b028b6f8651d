import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeGaps, encodeGaps } from "./gaps.ts";

test("gaps come back as they were, up to hours", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 40 })), (gaps) => {
      expect(decodeGaps(encodeGaps(gaps))).toEqual(gaps);
    }),
  );
});

test("a gap of a few milliseconds takes two bytes", () => {
  expect(encodeGaps([3_000, 16_000])).toHaveLength(4);
});
