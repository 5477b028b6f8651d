import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalCdf } from "./distributions.ts";
import { randomFrom } from "./random.ts";
import { signFlipTest } from "./sign-flip.ts";

const difference = fc.integer({ min: -6, max: 6 }).map((value) => value / 4);
const clusters = fc.array(fc.array(difference, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 9 });

describe("the sign-flip test", () => {
  test("counts Fisher's 1726 of 32768 arrangements of Darwin's maize", () => {
    // Fisher 1935, "The Design of Experiments", §21: heights of crossed less self-fertilised plants, eighths of an inch.
    const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    const test = signFlipTest(eighths.map((value) => [value / 8]));
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
        expect(signFlipTest(drawn).p).toBeCloseTo(asFar / 2 ** sums.length, 12);
      }),
    );
  });

  test("does not change with the sides, the unit or the order", () => {
    fc.assert(
      fc.property(clusters, fc.double({ min: 0.01, max: 100, noNaN: true }), (drawn, factor) => {
        const changed = drawn.toReversed().map((values) => values.map((value) => -factor * value));
        expect(signFlipTest(changed).p).toBeCloseTo(signFlipTest(drawn).p, 12);
      }),
    );
  });

  test("counts as many as there are by their sums, exactly where these have a common step", () => {
    const random = randomFrom("steps");
    const drawn = Array.from({ length: 20 }, () => [Math.floor(7 * random.uniform()) / 3 - 0.5]);
    // Two more clusters take it past what is gone through one by one.
    const more = [...drawn, [1 / 6], [-1 / 3]];
    const sums = more.map(([sum]) => Math.round(6 * sum!));
    const observed = Math.abs(sums.reduce((sum, one) => sum + one, 0));
    let asFar = 0;
    for (let pattern = 0; pattern < 2 ** 22; pattern++) {
      let sum = 0;
      for (let at = 0; at < 22; at++) sum += (pattern >> at) & 1 ? sums[at]! : -sums[at]!;
      if (Math.abs(sum) >= observed) asFar++;
    }
    const { p, isExact } = signFlipTest(more);
    expect(p).toBeCloseTo(asFar / 2 ** 22, 12);
    expect(isExact).toBe(true);
  });

  test("is a binomial test where all clusters differ by as much, however small p is", () => {
    const clusters = [...Array.from({ length: 56 }, () => [1]), ...Array.from({ length: 4 }, () => [-1])];
    // Ways to choose up to four of sixty.
    const ways = 1 + 60 + 1_770 + 34_220 + 487_635;
    expect(signFlipTest(clusters).p / ((2 * ways) / 2 ** 60)).toBeCloseTo(1, 9);
    expect(signFlipTest(Array.from({ length: 60 }, () => [1])).p).toBe(2 ** -59);
  });

  test("rounds sums without a step so little that p stays within some percent", () => {
    const random = randomFrom("rounded");
    for (const count of [21, 24]) {
      const drawn = Array.from({ length: count }, () => 0.6 + random.normal());
      const { p, isExact } = signFlipTest(drawn.map((one) => [one]));
      const reach = Math.abs(drawn.reduce((sum, one) => sum + one, 0));
      let asFar = 0;
      for (let pattern = 0; pattern < 2 ** count; pattern += 1) {
        let sum = 0;
        for (let at = 0; at < count; at++) sum += (pattern >> at) & 1 ? drawn[at]! : -drawn[at]!;
        if (Math.abs(sum) >= reach - 1e-9) asFar++;
      }
      expect(isExact).toBe(false);
      expect(p / (asFar / 2 ** count)).toBeCloseTo(1, 2);
    }
    // Far out, where drawing flips would need millions of them: beside the normal distribution's tail.
    const many = Array.from({ length: 400 }, () => 0.25 + random.normal());
    const sum = many.reduce((all, one) => all + one, 0);
    const z = sum / Math.hypot(...many);
    expect(Math.log(signFlipTest(many.map((one) => [one])).p)).toBeCloseTo(Math.log(2 * normalCdf(-z)), 0);
  });

  test("of nothing that moves is 1", () => {
    expect(signFlipTest([]).p).toBe(1);
    expect(signFlipTest([[0], [1, -1]]).p).toBe(1);
  });
});
