/** Runs a scenario against one server, for tests of loops: every call is real, only the store is left out. */
import type { Engine } from "../../src/engine/index.ts";
import { type Plan, runTrials, type Scenario, type TrialRecord } from "../../src/evals/index.ts";
import { llamaCpp, type Route } from "../../src/routes/index.ts";
import { type Clock, sendCall } from "../../src/wire/index.ts";
import { routeTo } from "../fixtures/route.ts";

export async function recordsOf(scenario: Scenario, route: Route, clock?: Clock): Promise<TrialRecord[]> {
  const records: TrialRecord[] = [];
  const never = new AbortController().signal;
  const plan: Plan = {
    ...{ scenario, routes: [route], repeats: 1, limit: () => Number.POSITIVE_INFINITY },
    ...{ temperature: 0, seed: 1, maxTokens: null },
  };
  await runTrials({
    plan,
    concurrency: () => 1,
    retries: 0,
    recorder: { record: async (record) => void records.push(record) },
    isDone: () => false,
    send: ({ endpoint }, request, signal) => sendCall(endpoint, request, { signal, ...(clock && { clock }) }),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
  });
  return records;
}

/** A model of the embedded engine, with the rule of its slots. */
export const engineRoute = (engine: Engine, model: string, sequences: number): Route =>
  routeTo(engine.baseUrl, {
    id: `engine/${model}`,
    model,
    lane: "embedded engine",
    cacheRule: llamaCpp({ sequences }),
    tokenize: async ({ messages }) =>
      Int32Array.from(
        await engine.tokenize(
          model,
          messages.map(({ role, content }) => ({ role, content: String(content) })),
        ),
      ),
  });
