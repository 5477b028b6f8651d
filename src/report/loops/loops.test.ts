import { afterAll, beforeAll, expect, test } from "vitest";
import { recordsOf } from "../../../test/agent-loop/running.ts";
import * as fake from "../../../test/fake-vendors/index.ts";
import { routeTo } from "../../../test/fixtures/route.ts";
import { agentLoops, type CandidateInfo, type RunInfo, type TrialRecord } from "../../evals/index.ts";
import { cacheRuleOf } from "../../routes/index.ts";
import { reportOf } from "../report.ts";
import { terminalSummary } from "../terminal.ts";
import { type CandidateLoops, LoopSelection } from "./loops.ts";
import { ruleOf } from "./rule.ts";
import { loopText } from "./text.ts";

const price = {
  ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: null, outputUsdPerMtok: 2 },
  ...{ observedOn: "2026-11-28", source: "test" },
};
const candidate: CandidateInfo = {
  ...{ id: "deepseek/v4", kind: "vendor", notice: null, baseUrl: "http://localhost", model: "v4", attention: null },
  ...{ trainedContextTokens: null, kvCache: null, cacheRule: cacheRuleOf("deepseek", "v4")!.name, price },
};
const run: RunInfo = {
  ...{ id: "r", startedAt: "2026-11-28T00:00:00.000Z", finishedAt: null, status: "finished", seed: 1, identity: "" },
  scenario: { name: "agent-loop-replay", version: 1, question: "How much is read?", source: "a test" },
  ...{ options: {}, candidates: [candidate], plannedTrials: 3, versions: {} },
};

/** Three sessions of three requests, each behind the one before. */
const rows = ["a", "b", "c"].flatMap((session_id, session) =>
  [1, 2, 3].map((blocks) => ({
    session_id,
    input_length: 512 * blocks,
    output_length: 8,
    hash_ids: Array.from({ length: blocks }, (_, index) => 10 * session + index),
  })),
);
let records: TrialRecord[];
let vendor: fake.VendorServer;
beforeAll(async () => {
  const clock = fake.manualClock();
  vendor = await fake.deepSeek.start({ clock, storageUnitTokens: 64 });
  const trace = agentLoops.readTrace(rows.map((row) => JSON.stringify(row)).join("\n"), {
    name: "t",
    rows: "cumulative",
  });
  const scenario = agentLoops.replayLoop(trace, { ...agentLoops.replayDefaults, seed: "s" });
  records = await recordsOf(scenario, routeTo(vendor.baseUrl, { id: candidate.id, model: "v4", price }), clock);
});
afterAll(() => vendor.close());

const bare = ({ trial, calls }: TrialRecord): TrialRecord => ({
  trial,
  calls: calls.map((call) => ({ ...call, requestBody: "", responseBody: "" })),
});
const withBodies = (chosen: readonly TrialRecord[]) =>
  chosen.map(({ trial }) => records.find((record) => record.trial.id === trial.id)!);

async function loopsOf(mostPromptTokens?: number): Promise<CandidateLoops[] | null> {
  const selection = new LoopSelection(run, mostPromptTokens);
  for (const record of records) selection.add(bare(record));
  return selection.loops(withBodies);
}

test("only the chosen trials' bodies are read, and what was left out is said", async () => {
  const [all] = (await loopsOf())!;
  expect([all!.sessions, all!.analysed, all!.summary.calls]).toEqual([3, 3, 9]);
  const [first] = (await loopsOf(4_000))!;
  expect([first!.sessions, first!.analysed, first!.summary.calls]).toEqual([3, 1, 3]);
  expect(loopText([first!], 100).join(" ")).toContain("The first 1 of 3 sessions, as many as memory holds");
  expect((await loopsOf(1))![0]!.analysed).toBe(1);
});

test("turns read what the vendor's rule says, at their price", async () => {
  const [{ summary }] = (await loopsOf()) as [CandidateLoops];
  for (const { turn, promptTokens, cachedTokens, costUsd, grade } of summary.turns) {
    expect(cachedTokens).toBe(3 * Math.max(0, turn - 1) * 512);
    expect(costUsd).toBeCloseTo((promptTokens - 0.9 * cachedTokens! + 2 * 3) / 1e6, 12);
    if (turn > 1) expect(grade.ofCeiling!.ratio).toBeGreaterThan(0.97);
  }
});

test("a run that judges no answers says so nowhere as a lack, on a page and at any width", async () => {
  const { summary, html } = await reportOf(run, records.map(bare), { withBodies });
  expect(html).toContain("Turn by turn");
  expect(html).toContain("3 answered");
  expect(html).not.toMatch(/Quality|no model was judged|says nothing/);
  for (const width of [60, 80, 100]) {
    const text = terminalSummary(summary, { colour: false, width });
    expect(text).toContain("deepseek/v4 read 50% of its prompts from the cache");
    expect(text).not.toMatch(/Quality|no model was judged|says nothing/);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
});

test("without bodies, and without turns, there are no loops", async () => {
  const { summary } = await reportOf(run, records.map(bare));
  expect(summary.loops).toBeNull();
});

test("a rule is found again by what the run says of the candidate, and only under its name", () => {
  expect(ruleOf(candidate)!.name).toBe(candidate.cacheRule);
  expect(ruleOf({ ...candidate, cacheRule: null })).toBeNull();
  expect(ruleOf({ ...candidate, cacheRule: "DeepSeek: something older" })).toBeNull();
  const engine: CandidateInfo = {
    ...candidate,
    id: "engine/mha",
    kind: "gguf",
    cacheRule: "llama.cpp: longest common prefix",
  };
  expect(ruleOf(engine)).toBeNull();
  expect(ruleOf({ ...engine, sequences: 2 })!.name).toBe(engine.cacheRule);
});
