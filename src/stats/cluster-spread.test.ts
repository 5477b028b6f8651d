import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterSpread, studentInterval } from "./cluster-spread.ts";

test("clusters of one size have clusters − 1 degrees of freedom, whatever their number", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), (count) => {
      const weights = new Array<number>(count).fill(1 / count);
      expect(clusterSpread(weights, weights)!.degreesOfFreedom).toBeCloseTo(count - 1, 8);
    }),
  );
});

test("unequal clusters have fewer degrees of freedom, at least one", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 30 }), (sizes) => {
      const n = sizes.reduce((sum, size) => sum + size, 0);
      const { degreesOfFreedom } = clusterSpread(
        sizes,
        sizes.map((size) => size / n),
      )!;
      expect(degreesOfFreedom).toBeLessThanOrEqual(sizes.length - 1 + 1e-9);
      expect(degreesOfFreedom).toBeGreaterThanOrEqual(1 - 1e-9);
    }),
  );
});

test("one cluster, or one with all the weight, tells nothing of a spread", () => {
  expect(clusterSpread([0.3], [1])).toBeNull();
  expect(clusterSpread([0.3, 0], [1, 0])).toBeNull();
  expect(clusterSpread([], [])).toBeNull();
});

test("the error and skewness of a mean are those of the means without each cluster", () => {
  const value = fc.integer({ min: -40, max: 40 });
  const clusters = fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 9 });
  const meanOf = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  fc.assert(
    fc.property(clusters, (drawn) => {
      const all = drawn.flat();
      const mean = meanOf(all);
      const { standardError, skewness } = clusterSpread(
        drawn.map((values) => values.reduce((sum, one) => sum + one - mean, 0) / all.length),
        drawn.map((values) => values.length / all.length),
      )!;
      const moved = drawn.map((_, left) => mean - meanOf(drawn.filter((_values, index) => index !== left).flat()));
      const squares = moved.reduce((sum, one) => sum + one ** 2, 0);
      const cubes = moved.reduce((sum, one) => sum + one ** 3, 0);
      expect(standardError).toBeCloseTo(Math.sqrt((squares * (drawn.length - 1)) / drawn.length), 9);
      if (squares > 1e-9) expect(skewness).toBeCloseTo(cubes / squares ** 1.5, 9);
    }),
  );
});

test("an interval is longer on the side of the skewness alone", () => {
  const student = studentInterval(5, { standardError: 1, degreesOfFreedom: 9, skewness: 0 }, 0.95)!;
  expect(student.high - 5).toBeCloseTo(2.262157, 6);
  const skewed = studentInterval(5, { standardError: 1, degreesOfFreedom: 9, skewness: -0.5 }, 0.95)!;
  expect(skewed.high).toBe(student.high);
  expect(student.low - skewed.low).toBeCloseTo((0.5 * (2 * 1.959964 ** 2 + 1)) / 6, 6);
});
