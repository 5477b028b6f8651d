/** Runs that stop as soon as it is clear, through plan, loop and bets; answers are drawn, so that the truth is known. */
import { expect, test } from "vitest";
import {
  documentOrder,
  type Plan,
  type RunOptions,
  runSequentially,
  type Scenario,
  type Scorer,
  sequentialDesign,
  sequentialOutcome,
  type Trial,
} from "../src/evals/index.ts";
import type { Route } from "../src/routes/index.ts";
import { randomFrom } from "../src/stats/index.ts";
import type { Call, CallRequest } from "../src/wire/index.ts";
import { routeTo } from "./fixtures/route.ts";

const says: Scorer = {
  name: "exact",
  version: 1,
  score: ({ target }, { text }) => ({ value: text === target ? 1 : 0, explanation: "" }),
};

const scenarioOf = (documents: number): Scenario => ({
  name: "drawn",
  version: 1,
  question: "?",
  source: "test",
  cells: [{ arm: "whole" }],
  sampleCount: () => 2 * documents,
  *samples() {
    for (let document = 0; document < documents; document++)
      for (const part of ["a", "b"])
        yield {
          id: `${document}${part}`,
          document: `document ${document}`,
          messages: [{ role: "user", content: `${document}${part}` }],
          target: "right",
          depth: null,
          answerable: true,
        };
  },
  isInOrder: true,
  scorers: [says],
  contextTokens: () => 1,
  options: {},
});

/** Right with the route's probability, the same answer whenever it is asked again. */
const answer = (route: Route, { messages }: CallRequest, rates: ReadonlyMap<string, number>): Call => ({
  protocol: "openai-chat",
  url: "",
  requestBody: "{}",
  status: 200,
  responseBody: "",
  answer: {
    text: randomFrom(`${route.id} ${messages[0]!.content}`).uniform() < rates.get(route.id)! ? "right" : "wrong",
    reasoning: null,
    toolCalls: [],
    finishReason: "stop",
    servedModel: null,
    responseId: null,
  },
  usage: null,
  serverTimings: null,
  timings: null as never,
  failure: null,
});

function study(rates: Readonly<Record<string, number>>, documents: number, careAbout = 0.1) {
  const routes = Object.keys(rates).map((id) => routeTo("http://127.0.0.1:1", { id, lane: id }));
  const plan: Plan = {
    scenario: scenarioOf(documents),
    routes,
    repeats: 1,
    limit: () => Number.POSITIVE_INFINITY,
    temperature: 0,
    seed: 7,
    maxTokens: null,
  };
  const never = new AbortController().signal;
  const trials: Trial[] = [];
  const known = new Map(Object.entries(rates));
  const options: RunOptions = {
    plan,
    concurrency: () => 3,
    retries: 0,
    recorder: { record: async () => {} },
    isDone: (id) => trials.some((trial) => trial.id === id),
    send: async (route, request) => answer(route, request, known),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: (trial) => void trials.push(trial),
  };
  return { design: sequentialDesign(plan, careAbout), options, trials };
}

test("a large difference ends the run long before its documents do, and the same trials give the same outcome", async () => {
  const { design, options, trials } = study({ a: 0.9, b: 0.5 }, 400);
  expect(await runSequentially({ ...options, design, earlier: [] })).toBe("finished");
  const outcome = sequentialOutcome(design, trials);
  expect(outcome.ending).toBe("established");
  expect(outcome.leader).toBe("a · whole");
  expect(outcome.documents).toBeLessThan(100);
  expect(outcome.difference!.interval.high).toBeLessThan(0);
  const asked = new Set(trials.map(({ document }) => document));
  const order = documentOrder(
    Array.from({ length: 400 }, (_, document) => `document ${document}`),
    7,
  );
  expect(asked).toEqual(new Set(order.slice(0, asked.size)));
  expect(sequentialOutcome(design, trials.toReversed())).toEqual(outcome);
});

test("no difference that matters ends it too, and too few documents leave it open", async () => {
  const same = study({ a: 0.7, b: 0.7 }, 3_000, 0.15);
  await runSequentially({ ...same.options, design: same.design, earlier: [] });
  expect(sequentialOutcome(same.design, same.trials).ending).toBe("smaller");
  expect(same.trials.length).toBeLessThan(2 * 2 * 3_000);

  const few = study({ a: 0.7, b: 0.7 }, 5);
  await runSequentially({ ...few.options, design: few.design, earlier: [] });
  expect(sequentialOutcome(few.design, few.trials)).toMatchObject({ ending: "undecided", documents: 5, leader: null });
});

test("of three, what was dropped is asked no more", async () => {
  const { design, options, trials } = study({ a: 0.9, b: 0.2, c: 0.85 }, 600);
  await runSequentially({ ...options, design, earlier: [] });
  const outcome = sequentialOutcome(design, trials);
  const dropped = outcome.eliminated.find(({ candidate }) => candidate === "b · whole")!;
  const askedOf = (id: string) => trials.filter(({ candidate }) => candidate === id).length;
  expect(dropped.samples).toBeLessThan(60);
  expect(askedOf("b")).toBeLessThan(askedOf("a") / 2);
  expect(askedOf("a")).toBe(askedOf("c"));
});

test("a run that was broken off goes on to the outcome of one that was not", async () => {
  const whole = study({ a: 0.8, b: 0.6 }, 200);
  await runSequentially({ ...whole.options, design: whole.design, earlier: [] });
  const halves = study({ a: 0.8, b: 0.6 }, 200);
  const stop = new AbortController();
  const onTrial = (trial: Trial) => {
    halves.options.onTrial(trial);
    if (halves.trials.length === 31) stop.abort();
  };
  const first = await runSequentially({
    ...halves.options,
    design: halves.design,
    earlier: [],
    stopping: stop.signal,
    onTrial,
  });
  expect(first).toBe("interrupted");
  await runSequentially({ ...halves.options, design: halves.design, earlier: [...halves.trials] });
  const ids = (trials: readonly Trial[]) => trials.map(({ id }) => id).sort();
  expect(ids(halves.trials)).toEqual(ids(whole.trials));
  expect(sequentialOutcome(halves.design, halves.trials)).toEqual(sequentialOutcome(whole.design, whole.trials));
});

test("one candidate in one arm has nothing to be compared with", () => {
  expect(() => study({ a: 0.5 }, 3)).toThrow(/there is only a$/);
});
