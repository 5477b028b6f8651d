import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  binomialCdf,
  mean,
  meanEstimate,
  median,
  medianEstimate,
  normalQuantile,
  proportion,
  quantile,
  randomFrom,
  studentTQuantile,
  wilsonInterval,
} from "./index.ts";

test.each([
  [0.975, 1.959963984540054],
  [0.995, 2.5758293035489004],
  [0.25, -0.6744897501960817], // Wichura 1988, test values
  [0.001, -3.090232306167814],
  [1e-20, -9.262340089798409],
])("the normal quantile at %d is %d", (probability, z) => expect(normalQuantile(probability)).toBeCloseTo(z, 12));

// NIST/SEMATECH e-Handbook of Statistical Methods, §1.3.6.7.2, critical values of Student's t, three decimals.
test.each([
  [1, 0.975, 12.706],
  [2, 0.975, 4.303],
  [5, 0.95, 2.015],
  [10, 0.975, 2.228],
  [30, 0.995, 2.75],
  [100, 0.975, 1.984],
])("Student's t with %d degrees of freedom at %d is %d", (degrees, probability, t) => {
  expect(studentTQuantile(probability, degrees)).toBeCloseTo(t, 3);
  expect(studentTQuantile(1 - probability, degrees)).toBeCloseTo(-t, 3);
});

test("Student's t has its closed forms at one and two degrees of freedom", () => {
  for (const p of [0.6, 0.9, 0.99, 0.9999]) {
    expect(studentTQuantile(p, 1) / Math.tan(Math.PI * (p - 0.5))).toBeCloseTo(1, 9);
    const alpha = 4 * p * (1 - p);
    expect(studentTQuantile(p, 2) / (2 * (p - 0.5) * Math.sqrt(2 / alpha))).toBeCloseTo(1, 9);
  }
});

test("the binomial distribution function is the sum of its terms", () => {
  const n = 23;
  let term = 0.3 ** 0 * 0.7 ** n;
  let sum = 0;
  for (let k = 0; k < n; k++) {
    sum += term;
    expect(binomialCdf(k, n, 0.3)).toBeCloseTo(sum, 12);
    term *= ((n - k) / (k + 1)) * (0.3 / 0.7);
  }
});

describe("Wilson's interval", () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17:857, Table I.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("of %d out of %d is the published one", (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n)!;
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("holds exactly the shares that the score test does not reject", () => {
    const z = normalQuantile(0.975);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const successes = Math.round(part * n);
        const { low, high } = wilsonInterval(successes, n)!;
        for (let share = 0.0005; share < 1; share += 0.001) {
          const score = Math.abs(successes / n - share) / Math.sqrt((share * (1 - share)) / n);
          if (Math.abs(score - z) > 1e-9) expect(score < z).toBe(share > low && share < high);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("of nothing is null, and mirrors when successes become failures", () => {
    expect(wilsonInterval(0, 0)).toBeNull();
    expect(proportion(0, 0)).toBeNull();
    const [few, many] = [wilsonInterval(3, 40)!, wilsonInterval(37, 40)!];
    expect(few.low).toBeCloseTo(1 - many.high, 12);
    expect(() => wilsonInterval(5, 4)).toThrow(RangeError);
  });

  test("is as wide as the independent observations allow", () => {
    expect(proportion(30, 60, 20)).toEqual({ share: 0.5, n: 60, independent: 20, interval: wilsonInterval(10, 20) });
  });
});

describe("a quantile", () => {
  // R 4: quantile(c(1, 3, 4, 8, 20), c(0, .1, .5, .95, 1), type = 7)
  test.each([
    [0, 1],
    [0.1, 1.8],
    [0.5, 4],
    [0.95, 17.6],
    [1, 20],
  ])("at %d of five values is %d", (probability, value) => {
    expect(quantile([20, 1, 8, 3, 4], probability)).toBeCloseTo(value, 12);
  });

  test("of nothing is null", () => {
    expect(quantile([], 0.5)).toBeNull();
    expect(medianEstimate([])).toBeNull();
    expect(() => quantile([1], 2)).toThrow(RangeError);
  });
});

describe("the interval of a median", () => {
  // Ranks as tabulated for 95 % intervals of a median, e.g. Conover 1999, Table A3 (binomial, p = ½).
  test.each([
    [5, null],
    [6, [1, 6]],
    [10, [2, 9]],
    [20, [6, 15]],
    [100, [40, 61]],
  ] as const)("of %d values is between the tabulated ranks", (n, ranks) => {
    const interval = medianEstimate(Array.from({ length: n }, (_, index) => index + 1))!.interval;
    expect(interval).toEqual(ranks === null ? null : { low: ranks[0], high: ranks[1] });
  });

  test("covers the true median at least as often as it says", () => {
    const random = randomFrom(11);
    let covered = 0;
    for (let round = 0; round < 2000; round++) {
      const { interval } = medianEstimate(Array.from({ length: 15 }, () => random.uniform() ** 3))!;
      if (interval!.low <= 0.125 && 0.125 <= interval!.high) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.94);
  });
});

describe("a mean", () => {
  test("of nothing is null, and so is the interval of one", () => {
    expect(mean([])).toBeNull();
    expect(median([])).toBeNull();
    expect(meanEstimate([])).toBeNull();
    expect(meanEstimate([3])).toEqual({ mean: 3, n: 1, interval: null });
  });

  test("has Student's interval", () => {
    // Student 1908, the extra sleep of ten patients, mean 1.58; R: t.test(x)$conf.int = 0.70, 2.46.
    const sleep = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
    const estimate = meanEstimate(sleep)!;
    expect(estimate.mean).toBeCloseTo(1.58, 10);
    expect(estimate.interval!.low).toBeCloseTo(0.7001142, 6);
    expect(estimate.interval!.high).toBeCloseTo(2.4598858, 6);
  });
});
