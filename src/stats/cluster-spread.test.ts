import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterSpread } from "./cluster-spread.ts";

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
