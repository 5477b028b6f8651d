import { expect, test } from "vitest";
import { advice } from "./advice.ts";
import { loopSummary } from "./loop-summary.ts";
import type { LoopTurn } from "./loop-turns.ts";

const turn = (over: Partial<LoopTurn>): LoopTurn => ({
  ...{ trialId: "a", cell: {}, sampleId: "a", document: "a", turn: 1, attempts: 1, endsTrial: false, usage: null },
  ...{ promptTokens: 1_000, cachedTokens: 0, expectedTokens: 0, ceilingTokens: 0, beyondTokens: 0, ttftMs: 100 },
  ...{ costUsd: 0.001, inferredHit: null },
  ...{ pauseMs: null, change: null, losses: [] },
  ...over,
});
const warm = { turn: 2, cachedTokens: 900, expectedTokens: 900, ceilingTokens: 1_000, pauseMs: 4_000 };
const timestamp = { kind: "timestamp", place: "system", number: 1 } as const;

const turns = [
  turn({}),
  turn(warm),
  turn({
    ...warm,
    turn: 3,
    cachedTokens: 0,
    change: timestamp,
    losses: [{ cause: "prefix changed", tokens: 900, costUsd: 0.0008 }],
  }),
  turn({ trialId: "b", document: "b" }),
  turn({
    ...warm,
    trialId: "b",
    document: "b",
    expectedTokens: 0,
    cachedTokens: 0,
    pauseMs: 400_000,
    losses: [{ cause: "expired", tokens: 1_000, costUsd: 0.0009 }],
  }),
];

test("turns are summed by their number, causes by what was done", () => {
  const summary = loopSummary(turns);
  expect(summary).toMatchObject({ sessions: 2, calls: 5, unreported: 0, costUsd: 0.005, longestKeptPauseMs: 4_000 });
  expect(
    summary.turns.map((row) => [row.turn, row.calls, row.cachedTokens, row.expectedTokens, row.ceilingTokens]),
  ).toEqual([
    [1, 2, 0, 0, 0],
    [2, 2, 900, 900, 2_000],
    [3, 1, 0, 900, 1_000],
  ]);
  expect(summary.turns[1]!.grade.ofCeiling!.ratio).toBeCloseTo(0.45, 12);
  expect(summary.causes).toMatchObject([
    { cause: "expired", change: null, calls: 1, lostTokens: 1_000, lostUsd: 0.0009, shortestPauseMs: 400_000 },
    {
      cause: "prefix changed",
      change: "timestamp",
      calls: 1,
      lostTokens: 900,
      lostUsd: 0.0008,
      worst: { trialId: "a", turn: 3 },
    },
  ]);
});

test("advice has a sentence for each cause, with its numbers, the dearest first", () => {
  expect(advice(loopSummary(turns))).toEqual([
    "The cache had expired after pauses of 6 min 40 s and more, before 1 call: 1,000 tokens were evaluated again, for $0.000900 more. Ask for a longer lifetime, or keep the pauses shorter: after 4.00 s it was still there.",
    "A time or a counter within the prompt was new in 1 call: 900 tokens were evaluated again, for $0.000800 more. Put it behind the history, into the latest message.",
    "The vendor gave back 50% of what its rule promises (5 calls), and 30% of what any cache could have given back (5 calls); the rule itself allows 60% of that.",
  ]);
});

test("a server that does not say what it read is not taken for one that read nothing", () => {
  const summary = loopSummary([
    turn({ cachedTokens: null, losses: null }),
    turn({ turn: 2, cachedTokens: null, losses: null }),
  ]);
  expect(summary).toMatchObject({ unreported: 2, causes: [] });
  expect(summary.turns[0]!.cachedTokens).toBeNull();
  expect(advice(summary)).toEqual(["2 calls did not say what was read from the cache: their misses are not known."]);
});

test("a loop that lost nothing gets no advice but its grade", () => {
  expect(advice(loopSummary([turn({}), turn({ ...warm, cachedTokens: 1_000, expectedTokens: 1_000 })]))).toEqual([
    "The vendor gave back 100% of what its rule promises (2 calls), and 100% of what any cache could have given back (2 calls); the rule itself allows 100% of that.",
  ]);
});

test("what was read beyond all that was sent is said, and is never more than any cache could have given back", () => {
  const more = { ...warm, cachedTokens: 900, expectedTokens: null, ceilingTokens: 900, beyondTokens: 560 };
  const summary = loopSummary([turn({ expectedTokens: null }), turn(more), turn({ ...more, turn: 3 })]);
  expect(summary.beyond).toEqual({ calls: 2, tokens: 1_120 });
  expect(advice(summary)).toEqual([
    "The vendor gave back 100% of what any cache could have given back (3 calls).",
    "2 calls reported 1,120 tokens read beyond what this run had sent before, as far as that is known: the cache was warm from an earlier run, the estimate from words is too low, or the server's count is off. Such a call counts as one that read all there was.",
  ]);
});
