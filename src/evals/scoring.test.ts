import { expect, test } from "vitest";
import { planFor } from "../../test/fixtures/plan.ts";
import { routeTo } from "../../test/fixtures/route.ts";
import { answer, judgement, sample, scriptedJudge } from "../../test/fixtures/scored.ts";
import { type RunOptions, runTrials } from "./run.ts";
import type { AskJudge, Scorer } from "./scenario.ts";
import { Judge, judge } from "./scorers/judge.ts";
import type { TrialRecord } from "./trial.ts";

const route = routeTo("http://127.0.0.1:1", { maxOutputTokens: 32 });

/** One trial, answered `30 days`, under these scorers. */
async function scored(scorers: readonly Scorer[], over: Partial<RunOptions> = {}) {
  const records: TrialRecord[] = [];
  const never = new AbortController().signal;
  const end = await runTrials({
    plan: planFor(
      {
        name: "test",
        version: 1,
        question: "?",
        source: "test",
        cells: [{}],
        sampleCount: () => 1,
        samples: () => [sample()],
        isInOrder: true,
        scorers,
        contextTokens: () => 1,
        options: {},
      },
      route,
    ),
    concurrency: () => 1,
    retries: 0,
    recorder: { record: async (record) => void records.push(record) },
    isDone: () => false,
    send: async (_route, request) => judgement(request, "30 days"),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
    ...over,
  });
  return { end, trial: records[0]?.trial };
}

/** The candidate answers `30 days`; the judge's route goes to this judge. */
const judging = (judge: AskJudge): Partial<RunOptions> => ({
  judge: { ...route, id: "vendor/judge" },
  send: async ({ id }, request) => (id === "vendor/judge" ? judge(request) : judgement(request, "30 days")),
});

const right = { value: 1, explanation: "right" };
const scorer = (name: string, score: Scorer["score"]): Scorer => ({ name, version: 1, score });
const rubric = judge(Judge.parse({ type: "judge", model: "vendor/judge", rubric: "Right?" }));

test("scores come from scorers at once or later, and what says nothing leaves no score", async () => {
  const { trial } = await scored([
    scorer("now", (_sample, given) => ({ ...right, explanation: given.text })),
    scorer("later", async () => right),
    scorer("silent", () => null),
  ]);
  expect(trial).toMatchObject({
    outcome: "scored",
    scores: { now: { value: 1, explanation: "30 days" }, later: right },
  });
  expect(Object.keys(trial!.scores!)).toEqual(["now", "later"]);
});

test("a scorer that throws ends the trial as failed, under its name, and no score is kept", async () => {
  const failing = scorer("strict", () => {
    throw new Error("no licence");
  });
  for (const scorers of [
    [scorer("fine", () => right), failing],
    [scorer("later", async () => right), failing],
  ]) {
    const { end, trial } = await scored(scorers);
    expect(end).toBe("finished");
    expect(trial).toMatchObject({
      outcome: "failed",
      scores: null,
      failure: { class: "scorer", message: "strict: no licence" },
      answer: "30 days",
    });
  }
});

test("a judge scores the trial; without one, or with a reply that nobody can read, it is failed", async () => {
  const good = scriptedJudge('{"reason": "as it should be", "score": 1}');
  expect((await scored([rubric], judging(good.judge))).trial).toMatchObject({ scores: { judge: { value: 1 } } });
  const failures = [await scored([rubric], judging(scriptedJudge("Great answer!").judge)), await scored([rubric])].map(
    ({ trial }) => trial!.failure,
  );
  expect(failures).toEqual([
    { class: "scorer", message: expect.stringContaining("did not reply with the JSON asked for") },
    { class: "scorer", message: "judge: a scorer asks a judge, and the run has none" },
  ]);
});

test("a trial whose judge was given up is left for the rest of the run", async () => {
  const abort = new AbortController();
  const judge: AskJudge = async (request) => {
    abort.abort();
    return judgement(request, "", { class: "cancelled", message: "given up", status: null, retryAfterMs: null });
  };
  expect(await scored([rubric], { ...judging(judge), aborting: abort.signal })).toEqual({
    end: "interrupted",
    trial: undefined,
  });
});

test("a scorer sees the whole answer, tool calls included", async () => {
  const call = { id: "functions.now:0", name: "now", arguments: "{}" };
  const seen = scorer("calls", (_sample, { toolCalls }) => ({ ...right, explanation: toolCalls[0]!.name }));
  const send: RunOptions["send"] = async (_route, request) => ({
    ...judgement(request, ""),
    answer: answer("", { toolCalls: [call] }),
  });
  expect((await scored([seen], { send })).trial).toMatchObject({ scores: { calls: { explanation: "now" } } });
});
