import fc from "fast-check";
import { expect, test } from "vitest";
import { floatFromHalf } from "./half.ts";
import { quantizeQ8 } from "./q8-0.ts";

function dequantize(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: (bytes.length / 34) * 32 }, (_, index) => {
    const block = Math.floor(index / 32) * 34;
    return floatFromHalf(view.getUint16(block, true)) * view.getInt8(block + 2 + (index % 32));
  });
}

test("a block is a half scale and 32 signed bytes", () => {
  const bytes = quantizeQ8(Float32Array.from({ length: 32 }, (_, index) => (index - 16) / 16));
  expect(bytes).toHaveLength(34);
  expect(new Int8Array(bytes.buffer, 2, 3)).toEqual(Int8Array.of(-127, -119, -111));
});

test("zeros stay zeros, and a ragged length is refused", () => {
  expect(quantizeQ8(new Float32Array(64)).every((byte) => byte === 0)).toBe(true);
  expect(() => quantizeQ8(new Float32Array(33))).toThrow(RangeError);
});

test("no value moves by more than 0.57 of its block's scale", () => {
  const value = fc.float({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 32, maxLength: 32 }), (values) => {
      const back = dequantize(quantizeQ8(Float32Array.from(values)));
      const scale = Math.max(...values.map(Math.abs)) / 127;
      // A scale below 2⁻¹⁴ is a subnormal half: then its rounding is absolute, 2⁻²⁵ at most.
      const bound = 0.57 * scale + 127 * 2 ** -25;
      return values.every((value, index) => Math.abs(value - back[index]!) <= bound);
    }),
    { numRuns: 1_000 },
  );
});
