import fc from "fast-check";
import { expect, test } from "vitest";
import { floatFromHalf, halfFromFloat } from "./half.ts";

// IEEE 754-2019, §3.4: sign, 5 bits of exponent (bias 15), 10 bits of fraction.
test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [0.333251953125, 0x3555],
  [65504, 0x7bff],
  [65519.99609375, 0x7bff],
  [65520, 0x7c00],
  [Infinity, 0x7c00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -25 * 1.0000001192092896, 0x0001],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
])("%d becomes the half %i", (value, bits) => {
  expect(halfFromFloat(value)).toBe(bits);
});

test("every half survives the way to a float and back", () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = floatFromHalf(bits);
    if (!Number.isNaN(value)) expect(halfFromFloat(value)).toBe(bits);
    else expect(floatFromHalf(halfFromFloat(value))).toBeNaN();
  }
});

const f16round = (Math as Math & { f16round?: (value: number) => number }).f16round;

test.skipIf(f16round === undefined)("rounds every float32 as Math.f16round does", () => {
  const floats = fc.oneof(fc.float(), fc.float({ min: -Math.fround(1e-4), max: Math.fround(1e-4) }));
  fc.assert(
    fc.property(floats, (value) => Object.is(floatFromHalf(halfFromFloat(value)), f16round!(value))),
    { numRuns: 20_000 },
  );
});
