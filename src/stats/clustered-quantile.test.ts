import { expect, test } from "vitest";
import { clusteredQuantile, quantile, randomFrom } from "./index.ts";

test("is the plain quantile, whatever the clusters", () => {
  const values = [7, 1, 5, 3, 9, 11];
  expect(clusteredQuantile([values.slice(0, 2), [], values.slice(2)], 0.5)).toMatchObject({
    value: quantile(values, 0.5),
    n: 6,
    clusters: 2,
  });
  expect(clusteredQuantile([[], []], 0.5)).toBeNull();
});

test("has no interval of one document, nor of fewer values than could show it", () => {
  const single = (n: number) => Array.from({ length: n }, (_, index) => [index]);
  expect(clusteredQuantile([[1, 2, 3, 4, 5, 6, 7, 8]], 0.5)!.interval).toBeNull();
  expect(clusteredQuantile(single(5), 0.5)!.interval).toBeNull();
  expect(clusteredQuantile(single(6), 0.5)!.interval).not.toBeNull();
  expect(clusteredQuantile(single(71), 0.95)!.interval).toBeNull();
  expect(clusteredQuantile(single(72), 0.95)!.interval).not.toBeNull();
});

test("covers the true quantile about as often as it says, with clusters that are alike too", () => {
  for (const [probability, between, truth] of [
    [0.5, 0, 0],
    [0.5, 0.6, 0],
    [0.95, 0, 1.6449],
    [0.95, 0.6, 1.6449],
  ] as const) {
    const random = randomFrom(`quantile ${probability} ${between}`);
    let covered = 0;
    for (let study = 0; study < 400; study++) {
      const clusters = Array.from({ length: 60 }, () => {
        const shared = random.normal() * Math.sqrt(between);
        return Array.from({ length: 4 }, () => shared + random.normal() * Math.sqrt(1 - between));
      });
      const { low, high } = clusteredQuantile(clusters, probability)!.interval!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.93);
    expect(covered / 400).toBeLessThan(0.99);
  }
});
