/** A job with two arms, from its file to its records: documents read, passages found, a small model asked, trials kept. */

import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  answerLine,
  citableLine,
  drawFacts,
  type Fact,
  factSentence,
  instruction,
  questionAbout,
  registerLines,
} from "../src/corpus/index.ts";
import { type Engine, startEngine } from "../src/engine/index.ts";
import { plannedCount, runTrials } from "../src/evals/index.ts";
import { jobScenario, loadJob } from "../src/jobs/index.ts";
import { llamaCpp, type Route } from "../src/routes/index.ts";
import { ensureSpecimen } from "../src/specimens/index.ts";
import { randomFrom } from "../src/stats/index.ts";
import { openStore } from "../src/store/index.ts";
import { sendCall } from "../src/wire/index.ts";
import { planFor } from "./fixtures/plan.ts";
import { folderOf } from "./made-files/imported.ts";

const model = "reader-gqa";
let engine: Engine;
beforeAll(async () => {
  const path = await ensureSpecimen(model);
  engine = await startEngine({
    models: [{ id: model, path, kind: "trained specimen", notice: null }],
    contextTokens: 1024,
  });
  await engine.describe(model);
});
afterAll(() => engine.close());

const random = randomFrom("retrieval arms");
const facts = drawFacts(3, random);
const sentences = registerLines(
  { lines: 32, needles: facts.map((fact, place) => ({ fact, depth: place / 3 })), distractors: [] },
  random,
);
const lines = sentences.map((sentence, index) => citableLine(sentence, index + 1));
const targetOf = (fact: Fact) => answerLine(fact, sentences.indexOf(factSentence(fact)) + 1);

const job = {
  job: "register",
  material: "*.txt",
  instructions: `${instruction}\n\n{{material}}`,
  samples: facts.map((fact) => ({
    input: questionAbout([fact]),
    target: targetOf(fact),
    metadata: { evidence: factSentence(fact) },
  })),
  scorers: ["exact"],
  arms: ["whole", { retrieval: "bm25", topK: 2, passageWords: 20 }],
};

test("both arms of a job are answered, and each trial says what was given and whether it holds the answer", async () => {
  const folder = folderOf({
    "job.json": job,
    "first.txt": lines.slice(0, 16).join("\n"),
    "second.txt": lines.slice(16).join("\n"),
  });
  const none = () => () => Promise.reject(new Error("no model is asked for this"));
  const scenario = await jobScenario(
    await loadJob(join(folder, "job.json")),
    { embed: none, rerank: none },
    { folder },
  );
  const route: Route = {
    id: `engine/${model}`,
    model,
    endpoint: { baseUrl: engine.baseUrl, protocol: "openai-chat", apiKey: null },
    kind: "trained specimen",
    notice: null,
    attention: "GQA",
    trainedContextTokens: null,
    contextTokens: 1024,
    price: null,
    kvCache: null,
    cacheRule: llamaCpp({ sequences: 2 }),
    tokenize: null,
    lane: "engine",
    maxOutputTokens: 16,
  };
  const plan = planFor(scenario, route);
  const store = await openStore(":memory:");
  await store.startRun({
    id: "r",
    scenario,
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: null,
    status: "running",
    seed: 1,
    identity: "x",
    options: scenario.options,
    candidates: [{ ...route, baseUrl: engine.baseUrl, cacheRule: null }],
    plannedTrials: plannedCount(plan),
    versions: {},
  });
  const never = new AbortController().signal;
  const end = await runTrials({
    plan,
    concurrency: () => 1,
    retries: 0,
    recorder: store.recorder("r"),
    isDone: () => false,
    send: ({ endpoint }, request, signal) => sendCall(endpoint, request, { signal }),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
  });
  expect(end).toBe("finished");
  const trials = (await Array.fromAsync(store.records("r"))).map(({ trial }) => trial);
  const inArm = (arm: string) =>
    trials.filter(({ cell }) => cell.arm === arm).toSorted((a, b) => a.sampleId.localeCompare(b.sampleId));
  const whole = inArm("whole");
  const found = inArm("bm25 top 2, passages of 20 words");
  for (const arm of [whole, found]) {
    expect(arm.map(({ sampleId }) => sampleId)).toEqual(["1", "2", "3"]);
    expect(arm.map(({ scores }) => scores?.exact?.value)).toEqual(facts.map(() => 1));
    // The question shares attribute and entity with one line only.
    expect(arm.map(({ given }) => given!.holdsAnswer)).toEqual(facts.map(() => true));
  }
  expect(whole.every(({ given }) => given!.passages === null)).toBe(true);
  expect(found.every(({ given }) => given!.passages!.length === 2)).toBe(true);
  for (const [place, trial] of found.entries())
    expect(trial.usage!.inputTokens!).toBeLessThan(whole[place]!.usage!.inputTokens! / 2);
});
