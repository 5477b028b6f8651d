import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { studentTQuantile } from "./distributions.ts";
import { standardDeviation } from "./mean.ts";
import { randomFrom } from "./random.ts";
import { intervalOfQuotient, ratioOfRatios, ratioOfSums } from "./ratio.ts";

const amount = fc.double({ min: 0.01, max: 10, noNaN: true });
const samples = fc.array(
  fc.record({ cluster: fc.constantFrom("a", "b", "c", "d", "e"), numerator: amount, denominator: amount }),
  { minLength: 6, maxLength: 40 },
);
describe("a ratio of sums", () => {
  test("is the sum over the sum, in samples and clusters", () => {
    const costs = [
      { cluster: "x", numerator: 0.02, denominator: 1 },
      { cluster: "x", numerator: 0.03, denominator: 0 },
      { cluster: "y", numerator: 0.01, denominator: 1 },
    ];
    expect(ratioOfSums(costs)).toMatchObject({ n: 3, clusters: 2 });
    expect(ratioOfSums(costs)!.ratio).toBeCloseTo(0.03, 12);
  });

  test("is about as wide as leaving out one cluster at a time says", () => {
    const random = randomFrom("ratio");
    const drawn = Array.from({ length: 600 }, (_, index) => ({
      cluster: `${index % 150}`,
      numerator: Math.exp(0.5 * random.normal()),
      denominator: random.uniform() < 0.7 ? 1 : 0,
    }));
    const { ratio, interval } = ratioOfSums(drawn)!;
    const logs = Array.from({ length: 150 }, (_, left) =>
      Math.log(ratioOfSums(drawn.filter(({ cluster }) => cluster !== `${left}`))!.ratio),
    );
    const jackknife = standardDeviation(logs)! * (149 / Math.sqrt(150));
    expect(Math.log(interval!.high / ratio) / (studentTQuantile(0.975, 149) * jackknife)).toBeCloseTo(1, 1);
  });

  test("turns over when its sides are swapped, and ignores units", () => {
    fc.assert(
      fc.property(samples, amount, (drawn, factor) => {
        const plain = ratioOfSums(drawn)!;
        fc.pre(plain.interval !== null);
        const swapped = ratioOfSums(
          drawn.map(({ cluster, numerator, denominator }) => ({
            cluster,
            numerator: denominator,
            denominator: numerator,
          })),
        )!;
        const scaled = ratioOfSums(drawn.map((one) => ({ ...one, numerator: factor * one.numerator })))!;
        expect(swapped.ratio * plain.ratio).toBeCloseTo(1, 9);
        expect(swapped.interval!.low * plain.interval!.high).toBeCloseTo(1, 6);
        expect(scaled.interval!.low / (factor * plain.interval!.low)).toBeCloseTo(1, 6);
      }),
    );
  });

  test("is null over 0, without an interval at 0, and refuses negative values", () => {
    const of = (numerator: number, denominator: number) =>
      ["a", "b"].map((cluster) => ({ cluster, numerator, denominator }));
    expect(ratioOfSums([])).toBeNull();
    expect(ratioOfSums(of(1, 0))).toBeNull();
    expect(ratioOfSums(of(0, 1))).toEqual({ ratio: 0, n: 2, clusters: 2, interval: null });
    expect(() => ratioOfSums(of(-1, 1))).toThrow(RangeError);
  });
});

describe("a ratio of ratios", () => {
  test("is that of two ratios of sums, turns over with the sides, and is 1 of a candidate with itself", () => {
    fc.assert(
      fc.property(samples, (drawn) => {
        const other = drawn.toReversed();
        const both = drawn.map(({ cluster, numerator, denominator }, index) => ({
          cluster,
          baseline: { numerator, denominator },
          candidate: { numerator: other[index]!.denominator, denominator: other[index]!.numerator },
        }));
        const forth = ratioOfRatios(both)!;
        fc.pre(forth.interval !== null);
        const back = ratioOfRatios(
          both.map(({ cluster, baseline, candidate }) => ({ cluster, baseline: candidate, candidate: baseline })),
        )!;
        const cost = ratioOfSums(drawn)!.ratio;
        expect(forth.ratio).toBeCloseTo(1 / cost / cost, 6);
        expect(back.ratio * forth.ratio).toBeCloseTo(1, 9);
        expect(back.interval!.low * forth.interval!.high).toBeCloseTo(1, 6);
        const same = ratioOfRatios(both.map(({ cluster, baseline }) => ({ cluster, baseline, candidate: baseline })))!;
        expect(same.ratio).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("the interval of a quotient", () => {
  const even = (value: number, half: number) => ({ value, interval: { low: value - half, high: value + half } });

  test("with even intervals is Fieller's: where (x − r·y)² = x's half² + r²·y's half²", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 10, noNaN: true }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (x, part) => {
          const [left, right] = [even(x, part * x), even(3, 1)];
          const { low, high } = intervalOfQuotient(left, right)!;
          for (const r of [low, high]) expect((x - 3 * r) ** 2).toBeCloseTo((part * x) ** 2 + r ** 2, 6);
          expect(low).toBeLessThanOrEqual(x / 3);
          expect(high).toBeGreaterThanOrEqual(x / 3);
        },
      ),
    );
  });

  test("of a constant cost is the cost over the ends of the share, however uneven", () => {
    const share = { value: 1 / 24, interval: { low: 0.0074, high: 0.2024 } };
    const { low, high } = intervalOfQuotient(even(2, 0), share)!;
    expect(low).toBeCloseTo(2 / 0.2024, 9);
    expect(high).toBeCloseTo(2 / 0.0074, 9);
    expect(intervalOfQuotient(even(2, 0), even(0.1, 0.1))).toBeNull();
  });
});
