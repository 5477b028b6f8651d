/** The job on the embedded engine, asked for real: tokens that it evaluated, planned and as they were given. */

import { type Engine, startEngine } from "../../src/engine/index.ts";
import { type Plan, planTokens, runTrials, type Scenario } from "../../src/evals/index.ts";
import { llamaCpp, type Route } from "../../src/routes/index.ts";
import { ensureSpecimen } from "../../src/specimens/index.ts";
import { type Message, sendCall } from "../../src/wire/index.ts";
import { planFor } from "../../test/fixtures/plan.ts";
import { temporaryFolder } from "../programs.ts";
import { questionScenario, writeQuestionJob } from "./question-job.ts";

export interface OnEngine {
  readonly documentTokens: readonly number[];
  readonly concurrency: number;
  readonly prompts: number;
  /** Tokens of the tree of all prompts, in the model's own tokenizer. */
  readonly lowerBoundTokens: number;
  readonly plannedTokens: number;
  /** As the rule of the engine's cache said before. */
  readonly expectedTokens: number;
  /** In turns about each document; null where it was not run. */
  readonly naiveTokens: number | null;
  readonly expectedNaiveTokens: number;
  /** Planned calls that read from the cache what the rule said. */
  readonly asExpected: number;
}

/** The quickest of those that can be cut at any token. What it answers does not matter here. */
const model = "reader-gqa";
const questions = 32;
const maxOutputTokens = 4;

export async function onEngine(
  documentTokens: readonly number[],
  concurrency: number,
  runsNaive: boolean,
): Promise<OnEngine> {
  using folder = temporaryFolder();
  const job = { documentTokens, questions, given: "in turns", seed: 1 } as const;
  const scenario = await questionScenario(writeQuestionJob(folder.path, job), folder.path);
  const run = async (asked: Scenario) => {
    const engine = await startEngine({
      models: [{ id: model, path: await ensureSpecimen(model), kind: "trained specimen", notice: null }],
      contextTokens: Math.max(...documentTokens) + 512,
      beyondTrainedContext: true,
      sequences: concurrency,
    });
    try {
      const route = routeTo(engine, concurrency);
      const plan = planFor(asked, route);
      return { tokens: await planTokens(plan, route, concurrency), ...(await evaluated(plan, concurrency)) };
    } finally {
      await engine.close();
    }
  };
  const planned = await run(scenario);
  const naive = runsNaive ? await run(asGiven(scenario)) : null;
  const { prompts, lowerBoundTokens, expectedUncachedTokens, naiveUncachedTokens } = planned.tokens;
  return {
    ...{ documentTokens, concurrency, prompts, lowerBoundTokens },
    plannedTokens: planned.evaluatedTokens,
    expectedTokens: expectedUncachedTokens!,
    naiveTokens: naive?.evaluatedTokens ?? null,
    expectedNaiveTokens: naiveUncachedTokens!,
    asExpected: planned.asExpected,
  };
}

/** Samples that seem to be about a document each, so that none waits for another. */
const asGiven = (scenario: Scenario): Scenario => ({
  ...scenario,
  isInOrder: true,
  samples: (cell) => [...scenario.samples(cell)].map((sample) => ({ ...sample, document: sample.id })),
});

async function evaluated(plan: Plan, concurrency: number) {
  const never = new AbortController().signal;
  let evaluatedTokens = 0;
  let asExpected = 0;
  await runTrials({
    plan,
    concurrency: () => concurrency,
    retries: 0,
    recorder: {
      record: async ({ calls }) => {
        for (const { usage, failure, expectedCacheReadTokens } of calls) {
          if (failure !== null) throw new Error(failure.message);
          evaluatedTokens += usage!.inputTokens! - usage!.cacheReadTokens!;
          if (usage!.cacheReadTokens === expectedCacheReadTokens) asExpected += 1;
        }
      },
    },
    isDone: () => false,
    send: ({ endpoint }, request, signal) => sendCall(endpoint, request, { signal }),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
  });
  return { evaluatedTokens, asExpected };
}

function routeTo(engine: Engine, sequences: number): Route {
  const turnOf = ({ role, content }: Message) => ({ role, content: String(content) });
  return {
    id: `engine/${model}`,
    model,
    endpoint: { baseUrl: engine.baseUrl, protocol: "openai-chat", apiKey: null },
    kind: "trained specimen",
    notice: null,
    attention: null,
    trainedContextTokens: null,
    contextTokens: null,
    price: null,
    kvCache: null,
    cacheRule: llamaCpp({ sequences }),
    tokenize: async ({ messages }) => Int32Array.from(await engine.tokenize(model, messages.map(turnOf))),
    lane: "engine",
    maxOutputTokens,
  };
}
