import { describe, expect, test } from "vitest";
import { Elimination, type EliminationResult } from "./elimination.ts";
import { type Random, randomFrom } from "./random.ts";

const plan = { careAbout: 0.1, spread: 0.55, budget: 3000 };

/** Scores of 0 and 1 that agree more than chance: four samples of five are as hard for one candidate as for another. */
function scoresOf(random: Random, shares: Readonly<Record<string, number>>): Map<string, number> {
  const shared = random.uniform();
  return new Map(
    Object.entries(shares).map(([name, share]) => [
      name,
      (random.uniform() < 0.8 ? shared : random.uniform()) < share ? 1 : 0,
    ]),
  );
}

function study(random: Random, shares: Readonly<Record<string, number>>): EliminationResult & { calls: number } {
  const elimination = new Elimination(Object.keys(shares), plan);
  let calls = 0;
  while (elimination.ending === null) {
    calls += elimination.remaining.length;
    elimination.add(scoresOf(random, shares));
  }
  return { ...elimination.result(), calls };
}

describe("elimination", () => {
  test("drops the worse ones first, and leaves the best", () => {
    const result = study(randomFrom("best"), { good: 0.8, poor: 0.6, fair: 0.65, bad: 0.3 });
    expect(result).toMatchObject({ ending: "best", leader: "good", remaining: ["good"], isLeaderGoodEnough: true });
    expect(result.eliminated[0]!.candidate).toBe("bad");
    expect(result.eliminated.map(({ samples }) => samples)).toEqual(
      result.eliminated.map(({ samples }) => samples).toSorted((a, b) => a - b),
    );
    expect(result.calls).toBeLessThan(4 * result.samples);
  });

  test("calls those tied that are within what one cares about", () => {
    const result = study(randomFrom("tied"), { one: 0.7, two: 0.7, low: 0.4 });
    expect(result).toMatchObject({ ending: "tied", remaining: ["one", "two"], isLeaderGoodEnough: true });
  });

  test("says that the leader is good enough before all is settled", () => {
    const elimination = new Elimination(["one", "two", "three"], plan);
    const random = randomFrom("good enough");
    while (!elimination.result().isLeaderGoodEnough)
      elimination.add(scoresOf(random, { one: 0.8, two: 0.7, three: 0.7 }));
    expect(elimination.ending).toBeNull();
    expect(elimination.result().leader).toBe("one");
  });

  test("leaves out pairs without a score, and asks for no dropped candidate", () => {
    const elimination = new Elimination(["sure", "failing"], { ...plan, budget: 5 });
    for (let sample = 0; sample < 4; sample++) elimination.add(new Map([["sure", 1]]));
    elimination.add(
      new Map([
        ["sure", 1],
        ["failing", null],
      ]),
    );
    expect(elimination.result()).toMatchObject({ ending: "undecided", leader: "sure", eliminated: [], samples: 5 });
    expect(() => elimination.add(new Map())).toThrow("the study has ended");
  });

  test("needs two candidates, and scores from 0 to 1", () => {
    expect(() => new Elimination(["one"], plan)).toThrow(RangeError);
    expect(() => new Elimination(["one", "one"], plan)).toThrow(RangeError);
    expect(() => new Elimination(["one", "two"], plan).add(new Map([["one", 2]]))).toThrow(RangeError);
  });

  test("drops one of several that are alike in at most 5 % of drawn studies", () => {
    const random = randomFrom("alike");
    const studies = 300;
    let wrong = 0;
    for (let round = 0; round < studies; round++)
      if (study(random, { one: 0.7, two: 0.7, three: 0.7, four: 0.7 }).eliminated.length > 0) wrong++;
    expect(wrong / studies).toBeLessThan(0.05);
  });
});
