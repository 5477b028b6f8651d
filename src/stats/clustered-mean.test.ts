import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusteredMean } from "./clustered-mean.ts";
import { clustersBy } from "./clusters.ts";
import type { Interval } from "./interval.ts";
import { meanEstimate } from "./mean.ts";
import { randomFrom } from "./random.ts";

const value = fc.integer({ min: -80, max: 80 }).map((eighths) => eighths / 8);
const clusters = fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 12 });

describe("the mean of clustered values", () => {
  test("has Student's interval where each cluster has one value, and is longer towards the longer tail", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), (values) => {
        fc.pre(new Set(values).size > 1);
        const [ours, students] = [clusteredMean(values.map((one) => [one]))!, meanEstimate(values)!];
        expect(ours.mean).toBeCloseTo(students.mean, 9);
        const cubes = values.reduce((sum, one) => sum + (one - ours.mean) ** 3, 0);
        const squares = values.reduce((sum, one) => sum + (one - ours.mean) ** 2, 0);
        const error = Math.sqrt(squares / (values.length - 1) / values.length);
        // Hall 1983: skewness/√n · (2z² + 1)/6 standard errors, z = 1.959964.
        const further = (error * (cubes / squares ** 1.5) * (2 * 1.959963984540054 ** 2 + 1)) / 6;
        expect(ours.interval!.low).toBeCloseTo(students.interval!.low + Math.min(0, further), 8);
        expect(ours.interval!.high).toBeCloseTo(students.interval!.high + Math.max(0, further), 8);
      }),
    );
  });

  test("has the interval of the clusters' means where clusters are of one size", () => {
    const documents = [
      [1, 0, 1, 1],
      [0, 0, 1, 0],
      [1, 1, 1, 1],
    ];
    const [ours, ofMeans] = [clusteredMean(documents)!, clusteredMean([[0.75], [0.25], [1]])!];
    expect(ours).toMatchObject({ n: 12, clusters: 3 });
    expect(ours.interval!.low).toBeCloseTo(ofMeans.interval!.low, 12);
    expect(ours.interval!.high).toBeCloseTo(ofMeans.interval!.high, 12);
  });

  test("covers a skewed mean where Student's interval falls short", () => {
    const random = randomFrom("skewed means");
    let [covered, students] = [0, 0];
    for (let study = 0; study < 2000; study++) {
      const values = Array.from({ length: 20 }, () => -Math.log(1 - random.uniform()));
      const holds = ({ low, high }: Interval) => low <= 1 && 1 <= high;
      if (holds(clusteredMean(values.map((one) => [one]))!.interval!)) covered++;
      if (holds(meanEstimate(values)!.interval!)) students++;
    }
    expect(students / 2000).toBeLessThan(0.93);
    expect(covered / 2000).toBeGreaterThan(0.935);
  });

  test("moves and stretches with the values, whatever the order of clusters", () => {
    fc.assert(
      fc.property(clusters, value, fc.double({ min: 0.1, max: 10, noNaN: true }), (drawn, shift, factor) => {
        const [plain, moved] = [
          drawn,
          drawn.toReversed().map((values) => values.map((one) => shift + factor * one)),
        ].map((each) => clusteredMean(each)!);
        fc.pre(plain!.interval !== null && plain!.interval.high - plain!.interval.low > 1e-6);
        expect(moved!.interval!.low).toBeCloseTo(shift + factor * plain!.interval.low, 6);
        expect(moved!.interval!.high).toBeCloseTo(shift + factor * plain!.interval.high, 6);
      }),
    );
  });

  test("has no interval where one cluster, or no spread, is all there is", () => {
    expect(clusteredMean([])).toBeNull();
    expect(clusteredMean([[], []])).toBeNull();
    expect(clusteredMean([[1, 2, 3], []])).toEqual({ mean: 2, n: 3, clusters: 1, interval: null });
    expect(clusteredMean([[1], [1, 1]])!.interval).toBeNull();
  });
});

test("clusters come in order of first appearance", () => {
  const items = ["b1", "a1", "b2", "c1", "a2"];
  expect(clustersBy(items, ([letter]) => letter!)).toEqual([["b1", "b2"], ["a1", "a2"], ["c1"]]);
});
