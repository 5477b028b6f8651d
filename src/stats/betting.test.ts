import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completePlan, hasReached, StakeSize, type Terms, wealthAfter } from "./betting.ts";

const plan = completePlan({ careAbout: 0.1, spread: 0.5, budget: 1000 });
const difference = fc.oneof(fc.constantFrom(-1, 0, 1), fc.double({ min: -1, max: 1, noNaN: true }));
const path = fc.array(difference, { maxLength: 60 });
const mean = fc.double({ min: -0.9, max: 0.9, noNaN: true });

/** Wealth after each difference, staked as the differences before it teach. */
function wealths(differences: readonly number[], bettingAbove: number, goal: number, nearEnd = 0): number[] {
  const size = new StakeSize(plan);
  let wealth = 1;
  return differences.map((next) => {
    wealth = wealthAfter(wealth, next, bettingAbove, size.terms(nearEnd), goal);
    size.learn(next);
    return wealth;
  });
}

describe("a bet on a mean", () => {
  test("is fair: over all runs of differences with that mean, wealth is 1 on average", () => {
    // Every run of eight differences of −1, 0 and 1, with its probability; their mean is 0.2.
    const chances: readonly (readonly [number, number])[] = [
      [-1, 0.1],
      [0, 0.6],
      [1, 0.3],
    ];
    for (const [nearEnd, goal] of [
      [0, Number.POSITIVE_INFINITY],
      [0, 1.5],
      [0.7, 40],
    ] as const) {
      const expected = (before: readonly number[], probability: number): number =>
        before.length === 8
          ? probability * wealths(before, 0.2, goal, nearEnd).at(-1)!
          : chances.reduce((sum, [next, chance]) => sum + expected([...before, next], probability * chance), 0);
      expect(expected([], 1)).toBeCloseTo(1, 9);
    }
  });

  test("loses on average where the mean is lower", () => {
    const values = [-1, -0.25, 0.5];
    const expected = (before: readonly number[]): number =>
      before.length === 7
        ? wealths(before, 0, 40).at(-1)! / 3 ** 7
        : values.reduce((sum, next) => sum + expected([...before, next]), 0);
    expect(expected([])).toBeLessThan(1);
  });

  test("never falls below 0, whatever comes", () => {
    fc.assert(
      fc.property(path, mean, fc.double({ min: 0, max: 0.999, noNaN: true }), (differences, bettingAbove, nearEnd) => {
        for (const wealth of wealths(differences, bettingAbove, 40, nearEnd)) expect(wealth).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("of a higher mean never has more wealth before it wins, so that what is refuted is an interval", () => {
    fc.assert(
      fc.property(path, mean, mean, (differences, one, other) => {
        const [low, high] = [one, other]
          .sort((a, b) => a - b)
          .map((bettingAbove) => wealths(differences, bettingAbove, 40));
        for (const [index, wealth] of high!.entries()) {
          if (hasReached(low![index]!, 40)) break;
          expect(wealth).toBeLessThanOrEqual(low![index]! + 1e-9);
        }
      }),
    );
  });

  test("wins exactly the goal with differences of −1, 0 and 1, hardly more with others, and stakes nothing then", () => {
    for (const [size, most] of [
      [1, 40 + 1e-9],
      [0.3, 41],
    ] as const) {
      const won = wealths(new Array<number>(200).fill(size), 0, 40);
      const first = won.findIndex((wealth) => hasReached(wealth, 40));
      expect(first).toBeGreaterThan(0);
      expect(won[first]).toBeLessThanOrEqual(most);
      expect(won.at(-1)! / won[first]!).toBeCloseTo(1, 6);
    }
  });
});

describe("the size of a stake", () => {
  const after = (differences: readonly number[], nearEnd = 0): Terms => {
    const size = new StakeSize(plan);
    for (const next of differences) size.learn(next);
    return size.terms(nearEnd);
  };

  test("is Kelly's for the difference that matters: careAbout over the mean square", () => {
    expect(after([]).stake).toBeCloseTo(0.1 / (0.5 ** 2 + 0.1 ** 2), 12);
    const discordance = 0.4;
    const many = Array.from({ length: 20_000 }, (_, index) => (index % 5 < 2 ? (index % 2 === 0 ? 1 : -1) : 0));
    expect(after(many).stake).toBeCloseTo(0.1 / discordance, 2);
  });

  test("grows when the study nears another end, up to a limit that small differences raise", () => {
    expect(after([], 0.5).stake).toBeCloseTo(Math.min(0.6, 2 * after([]).stake), 12);
    expect(after([1, -1], 0.999).stake).toBe(0.6);
    expect(after(new Array<number>(200).fill(0.2), 0.999).stake).toBe(0.95);
  });

  test("knows the mean size of differences that are not 0, which is 1 where they are −1, 0 or 1", () => {
    expect(after([1, 0, -1]).win).toBe(1);
    expect(after([0.5, 0, -0.25, 0]).win).toBeCloseTo((1 + 0.5 + 0.25) / 3, 12);
  });
});

test("a plan is refused outside its bounds, and completed with 95 % confidence and power", () => {
  expect(plan).toMatchObject({ confidence: 0.95, power: 0.95 });
  for (const wrong of [
    { careAbout: 0 },
    { careAbout: 1 },
    { spread: 0 },
    { budget: 0 },
    { power: 0.4 },
    { confidence: 1 },
  ])
    expect(() => completePlan({ careAbout: 0.1, spread: 0.5, budget: 10, ...wrong })).toThrow(RangeError);
});
