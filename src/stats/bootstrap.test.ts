import { describe, expect, test } from "vitest";
import { clusterBootstrap } from "./bootstrap.ts";
import { clusteredMean } from "./clustered-mean.ts";
import { median } from "./quantile.ts";
import { randomFrom } from "./random.ts";

const meanOf = (clusters: readonly (readonly number[])[]) => clusteredMean(clusters)?.mean ?? null;
const random = randomFrom("bootstrap");
const clusters = Array.from({ length: 40 }, () => {
  const own = random.normal();
  return Array.from({ length: 1 + random.integer(5) }, () => own + random.normal());
});

describe("the cluster bootstrap", () => {
  test("of a mean is near the cluster-robust interval", () => {
    const { estimate, interval } = clusterBootstrap(clusters, meanOf, { seed: 1, resamples: 4000 })!;
    const analytic = clusteredMean(clusters)!;
    const width = analytic.interval!.high - analytic.interval!.low;
    expect(estimate).toBe(analytic.mean);
    expect(Math.abs(interval!.low - analytic.interval!.low)).toBeLessThan(0.1 * width);
    expect(Math.abs(interval!.high - analytic.interval!.high)).toBeLessThan(0.1 * width);
  });

  test("takes any statistic, and the same seed gives the same interval", () => {
    const medianOf = (drawn: readonly (readonly number[])[]) => median(drawn.flat());
    const [first, again, other] = ["a", "a", "b"].map((seed) => clusterBootstrap(clusters, medianOf, { seed })!);
    expect(first).toEqual(again);
    expect(first!.interval).not.toEqual(other!.interval);
    expect(first!.interval!.low).toBeLessThan(first!.estimate);
    expect(first!.interval!.high).toBeGreaterThan(first!.estimate);
  });

  test("is longer towards the longer tail of a skewed statistic", () => {
    const few = Array.from({ length: 12 }, (_, index) => [Math.exp(index / 3)]);
    const [plain, logarithm] = [Math.exp, (value: number) => value].map(
      (change) =>
        clusterBootstrap(few, (drawn) => change(Math.log(meanOf(drawn)!)), { seed: 3, resamples: 2001 })!.interval!,
    );
    // Quantiles follow any change of scale that keeps order; the end that is further out does not.
    expect(Math.log(plain!.low)).toBeGreaterThan(logarithm!.low);
    expect(Math.log(plain!.high)).toBeGreaterThan(logarithm!.high);
    const turned = clusterBootstrap(few, (drawn) => -meanOf(drawn)!, { seed: 3, resamples: 2001 })!.interval!;
    expect(turned.low).toBeCloseTo(-plain!.high, 9);
    expect(turned.high).toBeCloseTo(-plain!.low, 9);
  });

  test("counts resamples without the statistic, and gives no interval where they are many", () => {
    const oddClusters = [[0], [0], [1]];
    const onlyWithOnes = (drawn: readonly (readonly number[])[]) => (drawn.flat().includes(1) ? 1 : null);
    const result = clusterBootstrap(oddClusters, onlyWithOnes, { seed: 1 })!;
    // (2/3)³ of the resamples never draw the last cluster.
    expect(result.undefinedResamples / result.resamples).toBeCloseTo(8 / 27, 1);
    expect(result.interval).toBeNull();
    expect(clusterBootstrap([[0]], onlyWithOnes, { seed: 1 })).toBeNull();
    expect(clusterBootstrap([[1]], onlyWithOnes, { seed: 1 })!.interval).toBeNull();
  });
});
