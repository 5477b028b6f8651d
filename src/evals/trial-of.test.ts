import { expect, test } from "vitest";
import { routeTo } from "../../test/fixtures/route.ts";
import { answer, judgement, sample, unasked } from "../../test/fixtures/scored.ts";
import type { TrialCall } from "./trial.ts";
import { judgedTrial, skippedTrial } from "./trial-of.ts";

const planned = { id: "t", route: routeTo("http://127.0.0.1:1"), cell: {}, sample: sample(), repeat: 0 };
const callOf = (costUsd: number | null): TrialCall => ({
  ...judgement({ messages: [] }, "30 days"),
  ...{ purpose: "answer", turn: 1, expectedCacheReadTokens: null, costUsd },
});

test("what asked nothing costs nothing, scored or skipped, but for passages that were found; else unknown stays unknown", async () => {
  expect(await judgedTrial(planned, [], answer("30 days"), [], unasked)).toMatchObject({ attempts: 0, costUsd: 0 });
  expect(skippedTrial(planned, [], "too long")).toMatchObject({ outcome: "skipped", costUsd: 0, judgeCostUsd: 0 });
  const found = { ...planned, sample: sample({ given: { passages: ["1"], holdsAnswer: null, costUsd: 0.5 } }) };
  expect(skippedTrial(found, [], "too long").costUsd).toBe(0.5);
  expect(skippedTrial(planned, [callOf(0.25)], "too long").costUsd).toBe(0.25);
  expect((await judgedTrial(planned, [callOf(null)], answer("30 days"), [], unasked)).costUsd).toBeNull();
});
