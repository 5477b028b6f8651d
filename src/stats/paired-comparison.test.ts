import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterBootstrap } from "./bootstrap.ts";
import { clustersBy } from "./clusters.ts";
import { meanEstimate } from "./mean.ts";
import { differencesByCluster, pairedDifference, pairedRatio } from "./paired-comparison.ts";
import type { Pair } from "./pairs.ts";

// Student 1908, hours of sleep gained with two drugs; R: t.test(x, y, paired = TRUE), mean −1.58, −2.459886 to −0.7001142.
const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
const patients = first.map((candidate, index) => {
  const name = `${index}`;
  return { sample: name, cluster: name, baseline: second[index]!, candidate };
});

test("a paired difference has the end of Student's paired interval, and the other further out in the longer tail", () => {
  const estimate = pairedDifference({ pairs: patients, leftOut: 2 })!;
  expect(estimate).toMatchObject({ n: 10, clusters: 10, leftOut: 2 });
  expect(estimate.difference).toBeCloseTo(-1.58, 10);
  // scipy.stats.skew is −1.472; lower by 1.472/√10 · (2z² + 1)/6 standard errors of 0.38896.
  expect(estimate.interval!.low).toBeCloseTo(-2.721896, 6);
  expect(estimate.interval!.high).toBeCloseTo(-0.7001142, 6);
});

const pairs = fc.array(
  fc.record({
    sample: fc.uuid(),
    cluster: fc.constantFrom("a", "b", "c", "d"),
    baseline: fc.double({ min: 0.1, max: 5, noNaN: true }),
    candidate: fc.double({ min: 0.1, max: 5, noNaN: true }),
  }),
  { minLength: 8, maxLength: 30 },
);

test("swapping the sides turns a difference around and a ratio over", () => {
  fc.assert(
    fc.property(pairs, (drawn) => {
      const swapped = drawn.map((pair) => ({ ...pair, baseline: pair.candidate, candidate: pair.baseline }));
      const [forth, back] = [drawn, swapped].map((each) => pairedDifference({ pairs: each, leftOut: 0 })!);
      fc.pre(forth!.interval !== null);
      expect(back!.difference).toBeCloseTo(-forth!.difference, 9);
      expect(back!.interval!.low).toBeCloseTo(-forth!.interval!.high, 6);
      const [ratio, inverse] = [drawn, swapped].map((each) => pairedRatio({ pairs: each, leftOut: 0 })!);
      expect(ratio!.ratio * inverse!.ratio).toBeCloseTo(1, 9);
      expect(inverse!.interval!.low * ratio!.interval!.high).toBeCloseTo(1, 5);
    }),
  );
});

test("the bootstrap of a difference and of a ratio is near the analytic interval", () => {
  const shifted = patients.map((pair) => ({ ...pair, baseline: pair.baseline + 8, candidate: pair.candidate + 8 }));
  const statistics = [
    { analytic: pairedDifference({ pairs: shifted, leftOut: 0 })!.interval!, of: meanDifference },
    { analytic: pairedRatio({ pairs: shifted, leftOut: 0 })!.interval!, of: ratioOfMeans },
  ];
  const clusters = clustersBy(shifted, ({ cluster }) => cluster);
  for (const { analytic, of } of statistics) {
    const { interval } = clusterBootstrap(clusters, (drawn) => of(drawn.flat()), { seed: 5 })!;
    const width = analytic.high - analytic.low;
    expect(Math.abs(interval!.low - analytic.low)).toBeLessThan(0.2 * width);
    expect(Math.abs(interval!.high - analytic.high)).toBeLessThan(0.2 * width);
  }
});

test("nothing paired is null, and differences that agree have no interval", () => {
  expect(pairedDifference({ pairs: [], leftOut: 3 })).toBeNull();
  expect(pairedRatio({ pairs: [], leftOut: 3 })).toBeNull();
  const same = patients.map((pair) => ({ ...pair, baseline: 1, candidate: 1 }));
  expect(pairedDifference({ pairs: same, leftOut: 0 })!.interval).toBeNull();
  expect(differencesByCluster(same.slice(0, 2))).toEqual([[0], [0]]);
});

const meanDifference = (drawn: readonly Pair[]) =>
  meanEstimate(drawn.map(({ baseline, candidate }) => candidate - baseline))!.mean;
const ratioOfMeans = (drawn: readonly Pair[]) =>
  drawn.reduce((sum, { candidate }) => sum + candidate, 0) / drawn.reduce((sum, { baseline }) => sum + baseline, 0);
