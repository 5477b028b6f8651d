import { expect, test } from "vitest";
import { routeTo } from "../../test/fixtures/route.ts";
import { estimate } from "./estimate.ts";
import type { Sample, Scenario } from "./scenario.ts";
import { cacheProbes, cacheProbesDefaults } from "./scenarios/agent-loop/probes/cache-probes.ts";
import { replayDefaults, replayLoop } from "./scenarios/agent-loop/replay/replay-loop.ts";
import { readTrace } from "./scenarios/agent-loop/replay/trace-format.ts";

const price = {
  ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: null, outputUsdPerMtok: 2 },
  ...{ observedOn: "2026-11-28", source: "test" },
};

function estimated(scenario: Scenario, limit = Number.POSITIVE_INFINITY) {
  const routes = [routeTo("http://localhost/v1", { price })];
  const plan = { scenario, routes, repeats: 1, limit: () => limit, temperature: 0, seed: 1, maxTokens: 1 };
  return estimate(
    plan,
    () => 1,
    () => 60_000,
  )[0]!;
}

const row = (session_id: string, timestamp: number, input_length: number) =>
  JSON.stringify({ session_id, timestamp, input_length, output_length: 5, hash_ids: [1] });
const trace = readTrace([row("a", 0, 300), row("a", 120_000, 400), row("b", 0, 200)].join("\n"), {
  name: "t",
  rows: "cumulative",
});

test("a replay takes a call for each request, its own lengths, and the pauses that are kept", () => {
  const scenario = replayLoop(trace, { ...replayDefaults, seed: "s", longestPauseMs: 60_000 });
  const { calls, inputTokens, mostOutputTokens, minutes, mostCostUsd } = estimated(scenario);
  expect({ calls, inputTokens, mostOutputTokens, minutes }).toEqual({
    ...{ calls: 3, inputTokens: 900, mostOutputTokens: 3, minutes: 4 },
  });
  expect(mostCostUsd).toBeGreaterThan(bytesOf(scenario) / 1e6);
  expect(estimated(scenario, 1).calls).toBe(2);
});

test("probes take two requests of a session or more, and the pauses that they try", () => {
  const options = { ...cacheProbesDefaults, seed: "s", contextTokens: 200, sessions: 1, idleSeconds: [120] };
  const scenario = cacheProbes(options);
  const { calls, inputTokens, minutes, mostCostUsd } = estimated(scenario);
  // 7 pairs of two requests, another session in between, and one pair of three.
  expect([calls, minutes]).toEqual([7 * 4 + 1 + 6, 35 + 2]);
  expect(inputTokens).toBeGreaterThan(calls * 150);
  expect(mostCostUsd).toBeGreaterThan(bytesOf(scenario) / 1e6);
});

/** Of the messages that open the samples: at least these are sent. */
const bytesOf = ({ cells, samples }: Scenario) =>
  cells.flatMap((cell) => [...samples(cell)]).reduce((sum, { messages }) => sum + JSON.stringify(messages).length, 0);

test("what answers decide is not known", () => {
  const scenario: Scenario = {
    ...replayLoop(trace, { ...replayDefaults, seed: "s" }),
    effort: () => ({ calls: 16, inputTokens: null, mostInputTokens: null, pauseMs: 0 }),
  };
  expect(estimated(scenario)).toMatchObject({ calls: 32, inputTokens: null, mostCostUsd: null });
});

test("where answers decide in one cell, what the others take is known, with the samples' own longest answers", () => {
  const asked: Sample = {
    ...{ document: "d", target: null, depth: null, answerable: true, settings: { maxTokens: 3 } },
    ...{ id: "1", messages: [{ role: "user", content: "one two three" }] },
  };
  const scenario: Scenario = {
    ...replayLoop(trace, { ...replayDefaults, seed: "s" }),
    cells: [{ arm: "whole" }, { arm: "agent" }],
    samples: () => [asked],
    effort: ({ arm }) => (arm === "agent" ? { calls: 16, inputTokens: null, mostInputTokens: null, pauseMs: 0 } : null),
  };
  const { mostOutputTokens, mostCostUsd, cells } = estimated(scenario);
  expect([mostOutputTokens, mostCostUsd]).toEqual([17 * 3, null]);
  expect(cells.map(({ cell }) => cell.arm)).toEqual(["whole", "agent"]);
  expect(cells[0]!.mostCostUsd).toBeGreaterThan(0);
  expect(cells[1]!.mostCostUsd).toBeNull();
});
