import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeGaps, encodeGaps } from "./gaps.ts";

test("gaps come back as they went in", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER })), (gaps) => {
      expect(decodeGaps(encodeGaps(gaps))).toEqual(gaps);
    }),
  );
});

test("a gap of some milliseconds takes two bytes", () => {
  expect(encodeGaps(Array<number>(300).fill(12_000))).toHaveLength(800);
  expect(encodeGaps([])).toBe("");
});

test("what is no gap becomes 0, and what was cut is refused", () => {
  expect(decodeGaps(encodeGaps([-5, Number.NaN, 2.6]))).toEqual([0, 0, 3]);
  expect(() => decodeGaps(Buffer.from([0x80]).toString("base64"))).toThrow(RangeError);
  expect(() => decodeGaps(Buffer.alloc(12, 0xff).toString("base64"))).toThrow(RangeError);
});
