import { expect, test } from "vitest";
import type { LoopTurn } from "../turns/loop-turns.ts";
import { probeResults } from "./probe-results.ts";

const price = {
  ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: null, outputUsdPerMtok: 1 },
  ...{ observedOn: "2026-11-28", source: "test" },
};

function last(arm: string, session: number, cached: number | null, over: Partial<LoopTurn> = {}): LoopTurn {
  const read = { uncachedInputTokens: cached === null ? null : 1_000 - cached, cacheReadTokens: cached };
  return {
    ...{ trialId: `${arm} ${session}`, cell: { breaker: "timestamp", arm }, sampleId: `session ${session}` },
    ...{ document: `session ${session}`, turn: 2, attempts: 1, endsTrial: true },
    ...{ promptTokens: 1_000, cachedTokens: cached, expectedTokens: null, ceilingTokens: 900, beyondTokens: 0 },
    ...{ ttftMs: null, inferredHit: null },
    ...{ costUsd: null, pauseMs: 10, change: null, losses: [] },
    usage: { ...read, cacheWriteTokens: null, outputTokens: 1, reasoningTokens: null, inputTokens: 1_000, raw: null },
    ...over,
  };
}

test("losses are paired by session, with their interval and their price", () => {
  const turns = [900, 880, 890].flatMap((cached, index) => [
    last("control", index, cached),
    last("treatment", index, 100),
  ]);
  const [{ lostTokens, lostUsd, expectedLostTokens, leftOut }] = probeResults(turns, price) as [never];
  // Student's t for two degrees of freedom, 4.303, times 10/√3.
  expect(lostTokens).toMatchObject({
    mean: 790,
    n: 3,
    interval: { low: expect.closeTo(765.16, 1), high: expect.closeTo(814.84, 1) },
  });
  expect(lostUsd).toMatchObject({ mean: expect.closeTo((790 * 0.9) / 1e6, 12), n: 3 });
  expect([expectedLostTokens, leftOut]).toEqual([null, 0]);
});

test("pairs are left out that were tried again, came to no end, or whose server says nothing", () => {
  const turns = [
    last("control", 1, 900),
    last("treatment", 1, 100, { attempts: 2 }),
    last("control", 2, 900),
    last("treatment", 2, 0, { endsTrial: false }),
    last("control", 3, 900),
    last("treatment", 3, null),
    last("control", 4, 900),
    last("treatment", 4, 300),
  ];
  const [result] = probeResults(turns, price);
  expect(result).toMatchObject({ lostTokens: { mean: 600, n: 1, interval: null }, leftOut: 2 });
});
