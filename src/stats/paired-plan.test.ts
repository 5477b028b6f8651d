import fc from "fast-check";
import { expect, test } from "vitest";
import { pairedDifference } from "./paired-comparison.ts";
import { detectableDifference, discordanceOf, samplesToDetect, spreadOfDiscordance } from "./paired-plan.ts";
import { randomFrom } from "./random.ts";

test("the spread of 0/1 differences is that of their three values", () => {
  // 12 % of samples go to the candidate alone, 8 % to the baseline alone.
  const [discordance, difference] = [0.2, 0.04];
  const variance = 0.12 * (1 - difference) ** 2 + 0.08 * (1 + difference) ** 2 + 0.8 * difference ** 2;
  expect(spreadOfDiscordance(discordance, difference)).toBeCloseTo(Math.sqrt(variance), 12);
  expect(() => spreadOfDiscordance(0.05, 0.1)).toThrow(RangeError);
});

test("the discordance of two accuracies follows from their correlation", () => {
  expect(discordanceOf(0.7, 0.7, 1)).toBeCloseTo(0, 12);
  expect(discordanceOf(0.7, 0.8, 0)).toBeCloseTo(0.7 * 0.2 + 0.8 * 0.3, 12);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 2, maxLength: 50 }), (pairs) => {
      const share = (of: (pair: readonly [boolean, boolean]) => boolean) => pairs.filter(of).length / pairs.length;
      const [p, q, both] = [share(([a]) => a), share(([, b]) => b), share(([a, b]) => a && b)];
      fc.pre(p > 0 && p < 1 && q > 0 && q < 1);
      const correlation = (both - p * q) / Math.sqrt(p * (1 - p) * q * (1 - q));
      expect(discordanceOf(p, q, correlation)).toBeCloseTo(
        share(([a, b]) => a !== b),
        9,
      );
    }),
  );
  expect(() => discordanceOf(0.9, 0.2, 0.9)).toThrow("cannot have correlation");
});

test("the samples for a difference and the difference for the samples are two sides of one plan", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.02, max: 0.5, noNaN: true }),
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      (difference, samplesPerCluster, correlation) => {
        const design = { spread: 0.4, samplesPerCluster, correlation };
        const { samples, clusters } = samplesToDetect(difference, design);
        expect(samples).toBe(clusters * samplesPerCluster);
        expect(detectableDifference(samples, design)).toBeLessThanOrEqual(difference * (1 + 1e-6));
        if (clusters > 2) expect(detectableDifference(samples - samplesPerCluster, design)).toBeGreaterThan(difference);
      },
    ),
    { numRuns: 20 },
  );
  expect(() => samplesToDetect(0, { spread: 1 })).toThrow(RangeError);
});

test("samples that say the same as their neighbours count as their cluster", () => {
  const alone = samplesToDetect(0.1, { spread: 0.5 });
  expect(samplesToDetect(0.1, { spread: 0.5, samplesPerCluster: 4, correlation: 1 }).clusters).toBe(alone.clusters);
  expect(samplesToDetect(0.1, { spread: 0.5, samplesPerCluster: 4, correlation: 0 }).samples).toBeLessThan(
    1.05 * alone.samples,
  );
});

test("drawn studies of the planned size detect the difference as often as planned", () => {
  const random = randomFrom("planned");
  const design = { spread: spreadOfDiscordance(0.3, 0.15), samplesPerCluster: 4, correlation: 0 };
  const { clusters } = samplesToDetect(0.15, design);
  const studies = 1500;
  let found = 0;
  for (let study = 0; study < studies; study++) {
    const pairs = Array.from({ length: 4 * clusters }, (_, index) => {
      const draw = random.uniform();
      const [baseline, candidate] = draw < 0.225 ? [0, 1] : draw < 0.3 ? [1, 0] : [1, 1];
      return { sample: `${index}`, cluster: `${index >> 2}`, baseline, candidate };
    });
    if (pairedDifference({ pairs, leftOut: 0 })!.interval!.low > 0) found++;
  }
  expect(Math.abs(found / studies - 0.8)).toBeLessThan(0.04);
});
