import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFrom } from "./random.ts";
import { signFlipTest } from "./sign-flip.ts";

const difference = fc.integer({ min: -6, max: 6 }).map((value) => value / 4);
const clusters = fc.array(fc.array(difference, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 9 });

describe("the sign-flip test", () => {
  test("counts Fisher's 1726 of 32768 arrangements of Darwin's maize", () => {
    // Fisher 1935, "The Design of Experiments", §21: heights of crossed less self-fertilised plants, eighths of an inch.
    const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    const test = signFlipTest(
      eighths.map((value) => [value / 8]),
      { seed: 1 },
    );
    expect(test).toEqual({ p: 1726 / 32768, clusters: 15, isExact: true });
  });

  test("is the share of all sign patterns that reach as far, by brute force", () => {
    fc.assert(
      fc.property(clusters, (drawn) => {
        const sums = drawn.map((values) => values.reduce((sum, value) => sum + value, 0));
        const observed = Math.abs(sums.reduce((sum, value) => sum + value, 0));
        let asFar = 0;
        for (let pattern = 0; pattern < 2 ** sums.length; pattern++) {
          const flipped = sums.reduce((sum, value, index) => sum + ((pattern >> index) & 1 ? value : -value), 0);
          if (Math.abs(flipped) >= observed - 1e-9) asFar++;
        }
        expect(signFlipTest(drawn, { seed: 1 }).p).toBeCloseTo(asFar / 2 ** sums.length, 12);
      }),
    );
  });

  test("does not change with the sides, the unit or the order", () => {
    fc.assert(
      fc.property(clusters, fc.double({ min: 0.01, max: 100, noNaN: true }), (drawn, factor) => {
        const changed = drawn.toReversed().map((values) => values.map((value) => -factor * value));
        expect(signFlipTest(changed, { seed: 1 }).p).toBeCloseTo(signFlipTest(drawn, { seed: 1 }).p, 12);
      }),
    );
  });

  test("draws flips where they are too many to count, never with p = 0, and near the exact p", () => {
    const random = randomFrom("flips");
    const drawn = Array.from({ length: 20 }, () => [0.4 + random.normal()]);
    const exact = signFlipTest(drawn, { seed: 1 });
    // Two clusters whose sums are nearly nothing change p by nearly nothing, and take it past what is counted.
    const more = [...drawn, [1e-6], [-1e-6]];
    const sampled = signFlipTest(more, { seed: 1, draws: 40_000 });
    expect([exact.isExact, sampled.isExact]).toEqual([true, false]);
    expect(Math.abs(sampled.p - exact.p)).toBeLessThan(0.006);
    expect(signFlipTest(more, { seed: 1, draws: 40_000 })).toEqual(sampled);
    const extreme = Array.from({ length: 60 }, () => [1]);
    expect(signFlipTest(extreme, { seed: 1, draws: 999 }).p).toBe(1 / 1000);
  });

  test("of nothing that moves is 1", () => {
    expect(signFlipTest([], { seed: 1 }).p).toBe(1);
    expect(signFlipTest([[0], [1, -1]], { seed: 1 }).p).toBe(1);
  });
});
