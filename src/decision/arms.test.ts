import { describe, expect, test } from "vitest";
import { candidateOf, price, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { randomFrom } from "../stats/index.ts";
import { startDecision } from "./index.ts";

const run = runOf([candidateOf("a", { price })]);

/** One sample a document, in two arms; the prompt with all of the material has 1,000 tokens more for each document. */
function twoArms(
  documents: number,
  rightOf: (arm: "whole" | "bm25 top 8", document: number) => number,
  cachedShare = 0,
) {
  const builder = startDecision([run], { today: "2026-11-28" });
  for (let document = 0; document < documents; document++)
    for (const arm of ["whole", "bm25 top 8"] as const) {
      const inputTokens = arm === "whole" ? 1_000 * (document + 1) : 8_000;
      const cacheReadTokens = arm === "whole" ? cachedShare * inputTokens : 0;
      const costUsd = ((inputTokens - cacheReadTokens) * 10 + cacheReadTokens) / 1e6;
      const quality = rightOf(arm, document);
      builder.add(
        trialOf({ candidate: "a", arm, sample: String(document), quality, inputTokens, cacheReadTokens, costUsd }),
      );
    }
  return builder.decision().arms[0]!;
}

describe("what was missed", () => {
  const builder = startDecision([run], { today: "2026-11-28" });
  const made: [arm: string, quality: number, holdsAnswer: boolean | null][] = [
    ["whole", 1, true],
    ["whole", 0, true],
    ["whole", 0, null],
    ["bm25 top 8", 1, true],
    ["bm25 top 8", 1, false],
    ["bm25 top 8", 0, true],
    ["bm25 top 8", 0, false],
    ["bm25 top 8", 0.5, false],
    ["bm25 top 8", 0, false],
  ];
  for (const [index, [arm, quality, holdsAnswer]] of made.entries())
    builder.add(trialOf({ candidate: "a", arm, sample: String(index), quality, holdsAnswer }));
  const [whole, found] = builder.decision().arms[0]!.arms;

  test("is by the model where the answer stood in what it was given, and by retrieval where it stood elsewhere", () => {
    expect(whole!.misses).toMatchObject({ right: { held: 1 }, wrong: { held: 1, notHeld: 0, unknown: 1 } });
    expect(found!.misses).toMatchObject({ right: { held: 1, notHeld: 1 }, wrong: { held: 1, notHeld: 3, unknown: 0 } });
    expect(found!.misses.retrievalShare).toMatchObject({ value: 0.75, n: 4, documents: 4 });
  });
});

describe("the length at which the better arm changes", () => {
  test("is found where one arm is right below it and the other above", () => {
    const { againstWhole } = twoArms(80, (arm, document) => Number(arm === "whole" ? document < 45 : document >= 45));
    const { bins, quality } = againstWhole[0]!.byLength!;
    expect(bins.map(({ fromTokens, toTokens }) => [fromTokens, toTokens])).toEqual([
      [1_000, 20_000],
      [21_000, 40_000],
      [41_000, 60_000],
      [61_000, 80_000],
    ]);
    expect(quality.better).toEqual([-1, -1, 1, 1]);
    expect(quality.at).toMatchObject({ below: -1, betweenTokens: { low: 21_000, high: 60_000 } });
    expect(quality.at!.estimateTokens).toBeCloseTo(45_500, -2);
    expect(quality.at!.intervalTokens!.low).toBeGreaterThan(40_000);
    expect(quality.at!.intervalTokens!.high).toBeLessThan(50_000);
  });

  test("is not claimed where only one side is established, whatever the other looks like", () => {
    const { againstWhole } = twoArms(80, (arm, document) =>
      Number(arm === "whole" ? document % 2 === 0 : document >= 20),
    );
    const { quality } = againstWhole[0]!.byLength!;
    expect(quality.better.slice(1)).toEqual([1, 1, 1]);
    expect(quality.at === null || quality.at.below === -1).toBe(true);
    const chance = randomFrom("by chance");
    for (let study = 0; study < 6; study++)
      expect(twoArms(60, () => Number(chance.uniform() < 0.7)).againstWhole[0]!.byLength!.quality.at).toBeNull();
  });

  test("by cost moves with prefix caching priced in", () => {
    const rightAlways = () => 1;
    const bare = twoArms(80, rightAlways).againstWhole[0]!;
    const cached = twoArms(80, rightAlways, 0.9).againstWhole[0]!;
    // 40,500 tokens on average against 8,000; with 0.9 of them at a tenth of the price, 0.19 of that.
    expect(bare.costPerCorrect!.value).toBeCloseTo(8_000 / 40_500, 9);
    expect(cached.costPerCorrect!.value).toBeCloseTo(8_000 / 40_500 / 0.19, 9);
    expect(cached.costPerCorrectWithoutCache!.value).toBeCloseTo(8_000 / 40_500, 9);
    expect(cached.byLength!.costPerCorrect.better).toEqual([-1, -1, 1, 1]);
    expect(cached.byLength!.costPerCorrect.at).toMatchObject({ below: -1 });
    expect(cached.byLength!.costPerCorrectWithoutCache.better.slice(1)).toEqual([1, 1, 1]);
  });

  test("is not looked for with few documents, or where all prompts are as long", () => {
    expect(twoArms(12, () => 1).againstWhole[0]!.byLength!.bins).toHaveLength(1);
  });
});
