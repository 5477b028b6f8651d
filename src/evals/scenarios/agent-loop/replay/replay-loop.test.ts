import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineRoute, recordsOf } from "../../../../../test/agent-loop/running.ts";
import { type Engine, startEngine } from "../../../../engine/index.ts";
import { ensureSpecimen } from "../../../../specimens/index.ts";
import { replayDefaults, replayLoop } from "./replay-loop.ts";
import { readTranscript } from "./transcript.ts";
import { readWeka } from "./weka.ts";

/** Goes on, is sent twice, goes on, is compacted, goes on; a subagent with the same beginning comes behind. */
const conversation = {
  id: "c",
  block_size: 64,
  system_tokens: 150,
  requests: [
    { t: 0, in: 300, out: 40, hash_ids: [1, 2, 3, 4] },
    { t: 1, in: 300, out: 40, hash_ids: [1, 2, 3, 4] },
    { t: 9, in: 470, out: 60, hash_ids: [1, 2, 3, 4, 5, 6, 7] },
    { t: 12, in: 330, out: 10, hash_ids: [1, 2, 3, 9, 10] },
    { t: 400, in: 400, out: 0, hash_ids: [1, 2, 3, 9, 10, 11] },
    { type: "subagent", requests: [{ t: 13, in: 260, out: 9, hash_ids: [1, 2, 20, 21] }] },
  ],
};
const trace = readWeka(JSON.stringify(conversation), { name: "weka" });
const options = { ...replayDefaults, seed: "test" };

describe("on the embedded engine", () => {
  const models = ["reader-mha", "mla"];
  let engine: Engine;
  beforeAll(async () => {
    const served = models.map(async (id) => ({ id, path: await ensureSpecimen(id), kind: "specimen", notice: null }));
    engine = await startEngine({ models: await Promise.all(served), contextTokens: 1_024, sequences: 2 });
    await Promise.all(models.map((id) => engine.describe(id)));
  });
  afterAll(() => engine.close());

  test.each(models)("%s reads from its cache what llama.cpp's rule says, token by token", async (model) => {
    const records = await recordsOf(replayLoop(trace, options), engineRoute(engine, model, 2));
    expect(records.map(({ trial }) => [trial.outcome, trial.turns])).toEqual([
      ["scored", 5],
      ["scored", 1],
    ]);
    const calls = records.flatMap((record) => record.calls);
    const reported = calls.map(({ usage }) => usage!.cacheReadTokens);
    expect(reported).toEqual(calls.map(({ expectedCacheReadTokens }) => expectedCacheReadTokens));
    const prompts = calls.map(({ usage }) => usage!.inputTokens!);
    // Cold; all but the last token; the whole blocks; up to the compaction; behind it; the subagent's beginning.
    expect(reported[0]).toBe(0);
    expect(reported[1]).toBe(prompts[0]! - 1);
    expect(reported[2]).toBeGreaterThanOrEqual(4 * 64);
    expect(reported[2]).toBeLessThan(5 * 64);
    expect(reported[3]).toBeGreaterThanOrEqual(3 * 64);
    expect(reported[3]).toBeLessThan(4 * 64);
    expect(reported[4]).toBeGreaterThan(300);
    expect(reported[5]).toBeGreaterThanOrEqual(2 * 64);
    expect(reported[5]).toBeLessThan(3 * 64);
  });
});

test("pauses are kept up to the longest that is asked for", () => {
  const waits = async (longestPauseMs: number) => {
    const slept: number[] = [];
    const scenario = replayLoop(trace, { ...options, longestPauseMs }, async (ms) => slept.push(ms));
    const [sample] = scenario.samples(scenario.cells[0]!);
    const answer = {
      text: "",
      reasoning: null,
      toolCalls: [],
      finishReason: null,
      servedModel: null,
      responseId: null,
    };
    await scenario.solver!(scenario.cells[0]!, { kind: "vendor" }).solve(sample!, async () => ({ answer }) as never);
    return slept;
  };
  return expect(Promise.all([0, 10_000].map(waits))).resolves.toEqual([[], [1_000, 8_000, 3_000, 10_000]]);
});

test("sessions are cut before a prompt that is too long, and behind as many requests as asked for", () => {
  const turns = (limits: object) => {
    const scenario = replayLoop(trace, { ...options, ...limits });
    return [scenario.sampleCount(scenario.cells[0]!), scenario.contextTokens(scenario.cells[0]!)];
  };
  expect(turns({})).toEqual([2, 470]);
  expect(turns({ longestInputTokens: 299 })).toEqual([1, 260]);
  expect(turns({ mostRequests: 2 })).toEqual([2, 300]);
});

test("a sample opens as its session does, and says how short answers are", () => {
  const transcript = readTranscript('{"messages": [{"role": "user", "content": "Hi"}]}', { name: "log" });
  const scenario = replayLoop(transcript, options);
  expect([...scenario.samples(scenario.cells[0]!)]).toMatchObject([
    {
      id: "log",
      messages: [{ role: "user", content: "[test]\nHi" }],
      settings: { maxTokens: 1 },
    },
  ]);
});
