import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusteredMean } from "./clustered-mean.ts";
import { clustersBy } from "./clusters.ts";
import { meanEstimate } from "./mean.ts";

const value = fc.integer({ min: -80, max: 80 }).map((eighths) => eighths / 8);
const clusters = fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 12 });

describe("the mean of clustered values", () => {
  test("has Student's interval where each cluster has one value", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 20 }), (values) => {
        fc.pre(new Set(values).size > 1);
        const [ours, students] = [clusteredMean(values.map((one) => [one]))!, meanEstimate(values)!];
        expect(ours.mean).toBeCloseTo(students.mean, 9);
        expect(ours.interval!.low).toBeCloseTo(students.interval!.low, 8);
        expect(ours.interval!.high).toBeCloseTo(students.interval!.high, 8);
      }),
    );
  });

  test("has Student's interval of the clusters' means where clusters are of one size", () => {
    const documents = [
      [1, 0, 1, 1],
      [0, 0, 1, 0],
      [1, 1, 1, 1],
    ];
    const students = meanEstimate([0.75, 0.25, 1])!;
    const ours = clusteredMean(documents)!;
    expect(ours).toMatchObject({ n: 12, clusters: 3 });
    expect(ours.interval!.low).toBeCloseTo(students.interval!.low, 12);
    expect(ours.interval!.high).toBeCloseTo(students.interval!.high, 12);
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
