import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SequentialPlan } from "./betting.ts";
import { samplesToDetect, spreadOfDiscordance } from "./paired-plan.ts";
import { type Random, randomFrom } from "./random.ts";
import { type SequentialResult, SequentialTest } from "./sequential.ts";

/** Feeds differences until the test ends or they do. */
function judge(plan: SequentialPlan, differences: Iterable<number>): SequentialResult {
  const test = new SequentialTest(plan);
  for (const difference of differences) if (test.add(difference) !== null) break;
  return test.result();
}

function* drawn(random: Random, discordance: number, mean: number): Generator<number, never> {
  for (;;) {
    const draw = random.uniform();
    yield draw < (discordance + mean) / 2 ? 1 : draw < discordance ? -1 : 0;
  }
}

const plan = { careAbout: 0.1, spread: 0.45, budget: 2000 };
const differences = fc.array(
  fc.oneof(
    fc.constantFrom(-1, 0, 1),
    fc.integer({ min: -8, max: 8 }).map((n) => n / 8),
  ),
  {
    minLength: 1,
    maxLength: 400,
  },
);

describe("a sequential test", () => {
  test("establishes a difference with its sign, and an interval that leaves out 0", () => {
    const up = judge(plan, drawn(randomFrom("up"), 0.2, 0.15));
    expect(up).toMatchObject({ ending: "established", sign: 1, confidence: 0.95 });
    expect(up.interval.low).toBeGreaterThanOrEqual(-1e-8);
    expect(up.interval.high).toBeGreaterThan(up.difference!);
    const down = judge(plan, drawn(randomFrom("down"), 0.2, -0.15));
    expect(down).toMatchObject({ ending: "established", sign: -1 });
    expect(down.interval.high).toBeLessThanOrEqual(1e-8);
  });

  test("establishes that a difference is smaller than one cares about, with an interval within it", () => {
    const result = judge(plan, drawn(randomFrom("none"), 0.2, 0));
    expect(result).toMatchObject({ ending: "smaller", sign: null });
    expect(result.confidence).toBeCloseTo(0.9, 12);
    expect(result.interval.low).toBeGreaterThanOrEqual(-0.1 - 1e-8);
    expect(result.interval.high).toBeLessThanOrEqual(0.1 + 1e-8);
  });

  test("is undecided when the budget is spent", () => {
    const result = judge({ ...plan, budget: 20 }, drawn(randomFrom("short"), 0.2, 0.02));
    expect(result).toMatchObject({ ending: "undecided", n: 20, sign: null });
    expect(result.interval.low).toBeLessThan(-0.1);
    expect(result.interval.high).toBeGreaterThan(0.1);
  });

  test("mirrors when the sides are swapped", () => {
    fc.assert(
      fc.property(differences, (path) => {
        const [forth, back] = [path, path.map((value) => -value)].map((each) => judge(plan, each));
        expect(back!.ending).toBe(forth!.ending);
        expect(back!.n).toBe(forth!.n);
        expect(back!.difference).toBeCloseTo(-forth!.difference!, 12);
        expect(back!.interval.low).toBeCloseTo(-forth!.interval.high, 7);
        expect(back!.interval.high).toBeCloseTo(-forth!.interval.low, 7);
      }),
      { numRuns: 50 },
    );
  });

  test("gives intervals that narrow with every look", () => {
    fc.assert(
      fc.property(differences, (path) => {
        const test = new SequentialTest({ ...plan, careAbout: 0.01 });
        let [low, high] = [-1, 1];
        for (const [index, difference] of path.entries()) {
          test.add(difference);
          if (index % 20 !== 0) continue;
          const { interval } = test.result();
          expect(interval.low).toBeGreaterThanOrEqual(low - 1e-8);
          expect(interval.high).toBeLessThanOrEqual(high + 1e-8);
          ({ low, high } = interval);
          if (test.ending !== null) break;
        }
      }),
      { numRuns: 20 },
    );
  });

  test("knows nothing before the first difference, and takes none after the end", () => {
    const test = new SequentialTest({ ...plan, budget: 1 });
    expect(test.result()).toMatchObject({ ending: null, n: 0, difference: null, interval: { low: -1, high: 1 } });
    expect(() => test.add(1.5)).toThrow(RangeError);
    expect(test.add(0)).toBe("undecided");
    expect(() => test.add(0)).toThrow("the test has ended: undecided");
  });
});

/** Small forms of the simulations in bench/statistics, with fixed seeds. */
describe("over drawn studies", () => {
  const over = (seed: string, studies: number, study: SequentialPlan, discordance: number, mean: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: studies }, () => {
      const test = new SequentialTest(study);
      let n = 1;
      for (const source = drawn(random, discordance, mean); test.add(source.next().value) === null; ) n++;
      return { test, n };
    });
  };
  type Studies = ReturnType<typeof over>;
  const shareEnding = (studies: Studies, ending: string) =>
    studies.filter(({ test }) => test.ending === ending).length / studies.length;

  test("a difference that is not there is established in at most 5 % of them, looking after every sample", () => {
    const studies = over("false alarms", 600, { careAbout: 0.03, spread: Math.sqrt(0.2), budget: 1000 }, 0.2, 0);
    expect(shareEnding(studies, "established")).toBeLessThan(0.05);
  });

  test("one that matters is called smaller in at most 1 − power of them, and found in about 0.6 of the samples", () => {
    const design = { spread: spreadOfDiscordance(0.3, 0.1), power: 0.9 };
    const studies = over("power", 1000, { ...design, careAbout: 0.1, budget: 2000 }, 0.3, 0.1);
    // A tenth, and the two standard errors that a thousand studies leave to chance.
    expect(shareEnding(studies, "smaller")).toBeLessThan(0.12);
    expect(shareEnding(studies, "established")).toBeGreaterThan(0.88);
    const samples = studies.reduce((sum, { n }) => sum + n, 0) / studies.length;
    expect(samples / samplesToDetect(0.1, design).samples).toBeLessThan(0.65);
  });

  test("the interval at the end holds the true difference in at least 95 % of them", () => {
    const studies = over("coverage", 300, { careAbout: 0.1, spread: 0.5, budget: 200 }, 0.25, 0.06);
    const intervals = studies.map(({ test }) => test.result().interval);
    const covered = intervals.filter(({ low, high }) => low <= 0.06 && 0.06 <= high).length;
    expect(covered / intervals.length).toBeGreaterThan(0.95);
  });
});
