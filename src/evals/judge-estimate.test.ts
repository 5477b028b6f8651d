import { expect, test } from "vitest";
import { routeTo } from "../../test/fixtures/route.ts";
import { sample } from "../../test/fixtures/scored.ts";
import { judgeEstimate } from "./judge-estimate.ts";
import type { Sample, Scenario } from "./scenario.ts";
import { Abstention, abstention } from "./scorers/abstention.ts";
import { Judge, judge } from "./scorers/judge.ts";

const price = {
  ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: 2, outputUsdPerMtok: 1000 },
  ...{ observedOn: "2026-11-28", source: "test" },
};
const samples: readonly Sample[] = [sample(), { ...sample(), id: "unanswerable", answerable: false }];
const scenario: Scenario = {
  ...{ name: "job", version: 1, question: "?", source: "test", isInOrder: false, options: {} },
  cells: [{ arm: "whole" }],
  sampleCount: () => samples.length,
  samples: () => samples,
  contextTokens: () => 0,
  scorers: [
    judge(Judge.parse({ type: "judge", model: "v/judge", rubric: "Right?", repeats: 2, maxTokens: 50 })),
    abstention(Abstention.parse({ type: "abstention", model: "v/judge", maxTokens: 7 })),
  ],
};
const routes = [routeTo("http://localhost/v1"), routeTo("http://localhost/v1", { id: "test/other" })];
const estimated = (maxTokens: number, over = {}) =>
  judgeEstimate(
    { scenario, routes, repeats: 3, limit: () => 10, temperature: 0, seed: 1, maxTokens },
    routeTo("http://localhost/v1", { id: "v/judge", price, ...over }),
  );

test("a judge is asked for every answer as often as each scorer asks it, at its own price", () => {
  const trials = routes.length * 3;
  const { judge, calls, mostOutputTokens, mostCostUsd } = estimated(100);
  expect(judge).toBe("v/judge");
  expect(calls).toBe(trials * (2 * samples.length + 1));
  expect(mostOutputTokens).toBe(trials * (2 * 50 * samples.length + 7));
  expect(mostCostUsd).toBeGreaterThan((mostOutputTokens * 1000) / 1e6);
});

test("each call reads an answer as long as it may be, at the dearest price of input", () => {
  const [short, long] = [estimated(0), estimated(1_000)];
  const { calls } = short;
  expect(long.inputTokens - short.inputTokens).toBe(calls * 1_000);
  expect(long.mostCostUsd! - short.mostCostUsd!).toBeCloseTo((calls * 1_000 * 2) / 1e6, 9);
});

test("without a price its money is not known", () => {
  expect(estimated(100, { price: null }).mostCostUsd).toBeNull();
});
