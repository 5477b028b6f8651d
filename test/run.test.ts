/** A whole run without a process: plan, calls, retries, store, resume. The server is scripted; everything else is real. */
import { expect, test } from "vitest";
import {
  grounding,
  groundingDefaults,
  type Plan,
  plannedCount,
  plannedTrials,
  type RunInfo,
  type RunOptions,
  runTrials,
} from "../src/evals/index.ts";
import { summarize } from "../src/report/index.ts";
import type { Route } from "../src/routes/index.ts";
import { openStore } from "../src/store/index.ts";
import type { Call, CallFailure, CallRequest } from "../src/wire/index.ts";
import { routeTo } from "./fixtures/route.ts";

const scenario = grounding({ ...groundingDefaults, contextTokens: [256, 512], documents: 2 });
const targets = new Map(
  scenario.cells
    .flatMap((cell) => [...scenario.samples(cell)])
    .map(({ messages, target }) => [JSON.stringify(messages), target]),
);

const route = (over: Partial<Route> = {}) =>
  routeTo("http://127.0.0.1:1", {
    kvCache: { bytesPerToken: 10, fixedBytes: 1_000, source: "test" },
    maxOutputTokens: 32,
    ...over,
  });

const plan = (routes: readonly Route[]): Plan => ({
  scenario,
  routes,
  repeats: 1,
  limit: () => Number.POSITIVE_INFINITY,
  temperature: 0,
  seed: 1,
  maxTokens: null,
});

function answered(
  request: CallRequest,
  failure: CallFailure | null = null,
  text = targets.get(JSON.stringify(request.messages))!,
): Call {
  return {
    protocol: "openai-chat",
    url: "http://127.0.0.1:1/chat/completions",
    requestBody: JSON.stringify(request),
    status: failure?.status ?? 200,
    responseBody: text,
    answer: { text, reasoning: null, toolCalls: [], finishReason: "stop", servedModel: "model", responseId: null },
    usage: {
      uncachedInputTokens: 90,
      cacheReadTokens: 10,
      cacheWriteTokens: null,
      outputTokens: 5,
      reasoningTokens: null,
      inputTokens: 100,
      raw: {},
    },
    serverTimings: null,
    timings: {
      sentAt: "2026-01-01T00:00:00.000Z",
      headersMs: 1,
      firstEventMs: 2,
      firstReasoningMs: null,
      firstContentMs: 3,
      gapsUs: [1_000, 2_000],
      endMs: 9,
    },
    failure,
  };
}

const failure = (over: Partial<CallFailure>): CallFailure => ({
  class: "server-error",
  message: "broken",
  status: 500,
  retryAfterMs: null,
  ...over,
});

function info(id: string, planned: Plan): RunInfo {
  const candidates = planned.routes.map((one) => ({ ...one, baseUrl: "x", cacheRule: one.cacheRule?.name ?? null }));
  return {
    id,
    scenario,
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: null,
    status: "running",
    seed: 1,
    identity: "x",
    options: {},
    candidates,
    plannedTrials: plannedCount(planned),
    versions: {},
  };
}

async function started(send: RunOptions["send"], over: Partial<RunOptions> = {}) {
  const store = await openStore(":memory:");
  const chosen = over.plan ?? plan([route()]);
  await store.startRun(info("r", chosen));
  const slept: number[] = [];
  const never = new AbortController().signal;
  const options: RunOptions = {
    plan: chosen,
    concurrency: () => 4,
    retries: 2,
    recorder: store.recorder("r"),
    isDone: () => false,
    send,
    judge: null,
    sleep: async (ms) => void slept.push(ms),
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
    ...over,
  };
  return { store, options, slept };
}

test("every planned trial gets one scored record, with tokens, cache bytes and gaps", async () => {
  const { store, options } = await started(async (_route, request) => answered(request));
  expect(await runTrials(options)).toBe("finished");
  const records = await Array.fromAsync(store.records("r"));
  expect(records.map(({ trial }) => trial.id).sort()).toEqual(
    [...plannedTrials(options.plan, route())].map(({ id }) => id).sort(),
  );
  expect(records.every(({ trial }) => trial.outcome === "scored" && trial.scores!.grounded!.value === 1)).toBe(true);
  expect(records[0]!.trial.kvCacheBytes).toBe(1_000 + 10 * 104);
  expect(records[0]!.calls[0]!.timings.gapsUs).toEqual([1_000, 2_000]);
  expect(records[0]!.trial.costUsd).toBeNull();
});

test("a failure that may pass is tried again, as late as Retry-After asks, and the attempts are kept", async () => {
  let calls = 0;
  const { store, options, slept } = await started(
    async (_route, request) =>
      answered(request, calls++ === 0 ? failure({ class: "rate-limit", status: 429, retryAfterMs: 7_000 }) : null),
    { concurrency: () => 1 },
  );
  await runTrials(options);
  expect(slept[0]).toBeGreaterThan(6_500);
  const [first] = await Array.fromAsync(store.records("r"));
  expect([first!.trial.outcome, first!.trial.attempts, first!.calls.length]).toEqual(["scored", 2, 2]);
});

test("a failure that stays is a failed trial with its class, never a score of 0", async () => {
  const { store, options } = await started(async (_route, request) => answered(request, failure({})));
  expect(await runTrials(options)).toBe("finished");
  const trials = (await Array.fromAsync(store.records("r"))).map(({ trial }) => trial);
  expect(
    trials.every(
      ({ outcome, scores, failure: why, attempts }) =>
        outcome === "failed" && scores === null && why!.class === "server-error" && attempts === 3,
    ),
  ).toBe(true);
});

test("a prompt that the context cannot hold is skipped without a call", async () => {
  let calls = 0;
  const tight = route({ contextTokens: 100, tokenize: async () => new Int32Array(90) });
  const { store, options } = await started(
    async (_route, request) => {
      calls++;
      return answered(request);
    },
    {
      plan: plan([tight]),
    },
  );
  await runTrials(options);
  const trials = (await Array.fromAsync(store.records("r"))).map(({ trial }) => trial);
  expect(calls).toBe(0);
  expect(trials.every(({ outcome }) => outcome === "skipped")).toBe(true);
});

test("an interrupted run goes on where it stopped, and repeats nothing", async () => {
  const stop = new AbortController();
  const asked: string[] = [];
  const send: RunOptions["send"] = async (_route, request) => {
    asked.push(JSON.stringify(request.messages));
    if (asked.length === 7) stop.abort();
    return answered(request);
  };
  const { store, options } = await started(send, { stopping: stop.signal, concurrency: () => 2 });
  expect(await runTrials(options)).toBe("interrupted");
  const done = await store.doneTrials("r");
  expect(done.size).toBe(asked.length);
  const again = {
    ...options,
    stopping: new AbortController().signal,
    isDone: (id: string) => done.has(id),
    recorder: store.recorder("r"),
  };
  expect(await runTrials(again)).toBe("finished");
  expect(new Set(asked).size).toBe(asked.length);
  expect((await store.doneTrials("r")).size).toBe(plannedCount(options.plan));
});

const price = {
  uncachedInputUsdPerMtok: 1,
  cacheReadUsdPerMtok: 0.1,
  cacheWriteUsdPerMtok: null,
  outputUsdPerMtok: 2,
  observedOn: "2026-01-01",
  source: "test",
};

test("candidates of one server share a cap that does not last: none of them takes all of it", async () => {
  const both = plan([route({ price, id: "vendor/a" }), route({ price, id: "vendor/b" })]);
  const { store, options } = await started(async (_route, request) => answered(request), { plan: both });
  const spentOnAll = await runTrials({ ...options, budget: store.budget("r", 1) }).then(() =>
    store.budget("r", 1).spent(),
  );
  const other = await started(async (_route, request) => answered(request), { plan: both });
  const budget = other.store.budget("r", 0.6 * spentOnAll.settledUsd + 0.0005);
  expect(await runTrials({ ...other.options, budget })).toBe("cost cap reached");
  const asked = await Array.fromAsync(other.store.records("r"), ({ trial }) => trial.candidate);
  const [a, b] = ["vendor/a", "vendor/b"].map((id) => asked.filter((one) => one === id).length);
  expect(a! + b!).toBeGreaterThan(10);
  expect(Math.abs(a! - b!)).toBeLessThanOrEqual(Math.ceil(plannedCount(both) / 2 / 10) + 4);
});

test("where a server that has answered is gone, the rest is left to be asked later", async () => {
  let calls = 0;
  const gone = { class: "connection-refused", message: "refused", status: null, retryAfterMs: null } as const;
  const { store, options } = await started(async (_route, request) =>
    ++calls <= 5 ? answered(request) : { ...answered(request), failure: gone },
  );
  expect(await runTrials({ ...options, retries: 0, concurrency: () => 1 })).toBe("server gone");
  const outcomes = await Array.fromAsync(store.records("r"), ({ trial }) => trial.outcome);
  expect(outcomes).toEqual([...Array(5).fill("scored"), ...Array(3).fill("failed")]);
});

test("a run never spends more than its cap", async () => {
  const { store, options } = await started(async (_route, request) => answered(request), {
    plan: plan([route({ price })]),
    concurrency: () => 8,
  });
  const budget = store.budget("r", 0.004);
  expect(await runTrials({ ...options, budget })).toBe("cost cap reached");
  const costs = (await Array.fromAsync(store.records("r"))).map(({ trial }) => trial.costUsd!);
  const spent = budget.spent();
  expect(spent.settledUsd).toBeCloseTo(
    costs.reduce((sum, cost) => sum + cost, 0),
    6,
  );
  expect(spent.reservedUsd).toBe(0);
  expect(spent.settledUsd).toBeLessThanOrEqual(0.004);
});

test("records cannot be changed or given twice", async () => {
  const { store, options } = await started(async (_route, request) => answered(request));
  await runTrials(options);
  const [first] = await Array.fromAsync(store.records("r"));
  await expect(store.recorder("r").record(first!)).rejects.toThrow("UNIQUE");
});

/** Each answer is asked about twice, and the judge is a model of its own, with a price. */
const judged = (): Plan => ({
  ...plan([route({ price })]),
  limit: () => 1,
  scenario: {
    ...scenario,
    scorers: [
      {
        name: "judged",
        version: 1,
        score: async (_sample, _answer, judge) => {
          for (let time = 0; time < 2; time++) {
            const { failure: why } = await judge({
              messages: [{ role: "user", content: `Right? ${time}` }],
              maxTokens: 5,
            });
            if (why !== null) throw new Error(why.message);
          }
          return { value: 1, explanation: "right" };
        },
      },
    ],
  },
});
const judgeRoute = { ...route({ price, id: "vendor/judge", model: "judge" }) };
const gone = failure({ class: "connection-refused", status: null });

/** What the next part of a run has of the one before. */
async function nextPart(store: Awaited<ReturnType<typeof started>>["store"], options: RunOptions) {
  const [done, kept] = [await store.doneTrials("r"), await store.answeredTrials("r")];
  return {
    ...options,
    recorder: store.recorder("r"),
    isDone: (id: string) => done.has(id),
    answered: (id: string) => kept.get(id),
  };
}

async function paid(store: Awaited<ReturnType<typeof started>>["store"]) {
  const records = await Array.fromAsync(store.records("r"));
  const { spent } = await summarize(await store.findRun("r"), records);
  return { records, spent, settledUsd: store.budget("r", null).spent().settledUsd };
}

test("an answer whose judging the cap breaks off is kept, and is not asked again", async () => {
  const asked: string[] = [];
  const { store, options } = await started(
    async ({ id }, request) => {
      asked.push(id);
      return answered(request, null, "x");
    },
    { plan: judged(), judge: judgeRoute, concurrency: () => 1 },
  );
  const budget = store.budget("r", 1);
  const upTo = (calls: number): typeof budget => ({
    ...budget,
    reserve: (ceilingUsd, use) => (calls-- > 0 ? budget.reserve(ceilingUsd, use) : null),
  });
  expect(await runTrials({ ...options, budget: upTo(2) })).toBe("cost cap reached");
  const before = await paid(store);
  expect(asked.at(-1)).toBe("vendor/judge");
  expect(before.spent.knownUsd).toBeCloseTo(before.settledUsd, 7);
  expect(before.spent.brokenOffUsd.sum).toBeGreaterThan(0);
  expect(await runTrials({ ...(await nextPart(store, options)), budget })).toBe("finished");
  const { records, spent, settledUsd } = await paid(store);
  expect(records).toHaveLength(2);
  expect(asked.filter((id) => id !== "vendor/judge")).toHaveLength(2);
  // What was judged before the cap was reached stands with its trial.
  expect(asked).toHaveLength(records.flatMap(({ calls }) => calls).length);
  expect(spent.brokenOffUsd).toEqual({ sum: 0, known: 0, unknown: 0 });
  expect(spent.knownUsd).toBeCloseTo(settledUsd, 7);
});

test.each([["cap"], ["no cap"]])(
  "turns of a loop that is broken off are asked again, and both are paid for: %s",
  async (kind) => {
    const stop = new AbortController();
    let asked = 0;
    const twoTurns: Plan = {
      ...plan([route({ price })]),
      limit: () => 1,
      scenario: {
        ...scenario,
        solver: () => ({
          name: "two turns",
          version: 1,
          solve: async ({ messages }, ask) => {
            await ask({ messages });
            return (await ask({ messages })).answer;
          },
        }),
      },
    };
    const { store, options } = await started(
      async (_route, request) => {
        asked += 1;
        if (asked === 2) stop.abort();
        if (asked !== 2) return answered(request, null, "x");
        return { ...answered(request, failure({ class: "cancelled", status: null })), usage: null };
      },
      { plan: twoTurns, concurrency: () => 1 },
    );
    const budget = store.budget("r", kind === "cap" ? 1 : null);
    expect(await runTrials({ ...options, budget, aborting: stop.signal })).toBe("interrupted");
    expect(await runTrials({ ...(await nextPart(store, options)), budget })).toBe("finished");
    const { records, spent } = await paid(store);
    const recorded = records.flatMap(({ calls }) => calls).reduce((sum, { costUsd }) => sum + costUsd!, 0);
    expect(asked).toBe(2 + 4);
    expect(spent.answersUsd.sum).toBeCloseTo(recorded, 9);
    // One call was answered; of the one that was given up nobody knows what it cost.
    expect(spent.brokenOffUsd).toMatchObject({ known: 1, unknown: 1 });
    expect(spent.brokenOffUsd.sum).toBeCloseTo(recorded / 4, 7);
    expect(spent.knownUsd).toBeCloseTo((5 * recorded) / 4, 7);
    expect(spent.isWhole).toBe(false);
  },
);

test("where the judge cannot be reached the run ends, and its answers are judged later", async () => {
  let isGone = true;
  const asked: string[] = [];
  const { store, options } = await started(
    async ({ id }, request) => {
      asked.push(id);
      return answered(request, id === "vendor/judge" && isGone ? gone : null, "x");
    },
    { plan: judged(), judge: judgeRoute },
  );
  const budget = store.budget("r", null);
  expect(await runTrials({ ...options, budget })).toBe("judge gone");
  expect(await Array.fromAsync(store.records("r"))).toEqual([]);
  isGone = false;
  expect(await runTrials({ ...(await nextPart(store, options)), budget })).toBe("finished");
  const { records, spent, settledUsd } = await paid(store);
  expect(records.map(({ trial }) => trial.outcome)).toEqual(["scored", "scored"]);
  expect(asked.filter((id) => id !== "vendor/judge")).toHaveLength(2);
  expect(spent.isWhole).toBe(true);
  expect(spent.knownUsd).toBeCloseTo(settledUsd, 7);
});

test("a server that charges more than a request allows breaks the cap, which is said", async () => {
  const { store, options } = await started(
    async (_route, request) => {
      const made = answered(request);
      return { ...made, usage: { ...made.usage!, outputTokens: 100_000 } };
    },
    { plan: plan([route({ price })]), concurrency: () => 1 },
  );
  expect(await runTrials({ ...options, budget: store.budget("r", 0.1) })).toBe("cost cap reached");
  const { spent, settledUsd } = await paid(store);
  expect(spent.overCap).toEqual({ capUsd: 0.1, settledUsd, calls: 1 });
});
