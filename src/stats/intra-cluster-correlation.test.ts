import fc from "fast-check";
import { expect, test } from "vitest";
import { designEffect, intraClusterCorrelation } from "./intra-cluster-correlation.ts";
import { randomFrom } from "./random.ts";

test("values that agree within clusters and differ between them correlate fully", () => {
  expect(
    intraClusterCorrelation([
      [1, 1, 1],
      [0, 0],
      [2, 2, 2],
    ]),
  ).toBeCloseTo(1, 12);
});

test("clusters with the same mean correlate as little as their size allows, −1/(m − 1)", () => {
  expect(
    intraClusterCorrelation([
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]),
  ).toBeCloseTo(-1 / 2, 12);
});

test("drawn values have the correlation they were drawn with", () => {
  const random = randomFrom("correlation");
  const drawn = Array.from({ length: 4000 }, (_, index) => {
    const own = random.normal();
    return Array.from({ length: 2 + (index % 5) }, () => Math.sqrt(0.3) * own + Math.sqrt(0.7) * random.normal());
  });
  expect(intraClusterCorrelation(drawn)).toBeCloseTo(0.3, 1);
});

test("it cannot be known of one cluster, of single values, or where all are alike", () => {
  expect(intraClusterCorrelation([[0, 1]])).toBeNull();
  expect(intraClusterCorrelation([[0], [1]])).toBeNull();
  expect(
    intraClusterCorrelation([
      [1, 1],
      [1, 1],
    ]),
  ).toBeNull();
});

test("the design effect is 1 without correlation, and n over the effective number of clusters with a full one", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const clusters = sizes.map((size) => new Array<number>(size).fill(0));
      expect(designEffect(clusters, 0)).toBe(1);
      const n = sizes.reduce((sum, size) => sum + size, 0);
      expect(n / designEffect(clusters, 1)).toBeCloseTo(n ** 2 / sizes.reduce((sum, size) => sum + size ** 2, 0), 9);
    }),
  );
});
