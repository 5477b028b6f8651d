import { expect, test } from "vitest";
import { normalCdf } from "./distributions.ts";
import { meanEstimate } from "./mean.ts";
import { detectableEffect, noncentralTTail } from "./power.ts";
import { randomFrom } from "./random.ts";

// scipy 1.17.1: brentq on stats.nct.sf(stats.t.ppf(.975, n - 1), n - 1, d * sqrt(n)) - .8
test.each([
  [2, 11.549888435882371],
  [3, 3.264043549819931],
  [5, 1.6819972822157445],
  [10, 0.9960022543069522],
  [30, 0.5292362447758218],
])("of %i measurements, the effect found with power 0.8 is scipy's", (n, effect) => {
  expect(detectableEffect(n)).toBeCloseTo(effect, 7);
});

// scipy 1.17.1: stats.nct.sf
test.each([
  [4.3026527, 2, 5, 0.719180539817325],
  [2.776, 4, 3, 0.6193777298921483],
  [2, 29, 2.5, 0.6916792101716855],
  [-1, 5, 0.3, 0.884329138108185],
])("P(T′ > %d) with %i degrees of freedom and noncentrality %d is scipy's", (t, degrees, noncentrality, tail) => {
  expect(noncentralTTail(t, degrees, noncentrality)).toBeCloseTo(tail, 9);
});

// scipy 1.17.1: stats.norm.cdf
test.each([
  [-6, 9.865876450376946e-10],
  [-1.5, 0.06680720126885807],
  [0.3, 0.6179114221889526],
  [2.5, 0.9937903346742238],
  [7, 0.9999999999987201],
])("P(Z ≤ %d) is scipy's", (z, probability) => {
  expect(Math.abs(normalCdf(z) - probability)).toBeLessThan(1e-15);
});

test("in drawn studies of that effect, the interval leaves out 0 eight times of ten", () => {
  const random = randomFrom("power");
  const effect = detectableEffect(4);
  const studies = 4000;
  let found = 0;
  for (let study = 0; study < studies; study++)
    if (meanEstimate(Array.from({ length: 4 }, () => effect + random.normal()))!.interval!.low > 0) found += 1;
  expect(Math.abs(found / studies - 0.8)).toBeLessThan(0.025);
});

test("the normal distribution function is a probability in the far tails too", () => {
  for (let z = -10; z <= 10; z += 1 / 64) {
    expect(normalCdf(z)).toBeGreaterThanOrEqual(0);
    expect(normalCdf(z)).toBeLessThanOrEqual(1);
  }
});
