/** The job under the cache rules of vendors, played through on a simulated clock: tokens evaluated, in several orders. */

import { plannedTrials } from "../../src/evals/index.ts";
import { planPrompts } from "../../src/evals/planning/prompt-plan.ts";
import { promptsOf } from "../../src/evals/planning/prompts.ts";
import { asGiven, type Schedule } from "../../src/evals/planning/schedule.ts";
import { simulated } from "../../src/evals/planning/simulation.ts";
import {
  type CacheRule,
  deepSeek,
  kimi,
  llamaCpp,
  openAiIntervals,
  vendorRoute,
  vllm,
} from "../../src/routes/index.ts";
import { randomFrom } from "../../src/stats/index.ts";
import { planFor } from "../../test/fixtures/plan.ts";
import { temporaryFolder } from "../programs.ts";
import { type Granularity, leastUnderRule } from "./least-under-rule.ts";
import { questionScenario, writeQuestionJob } from "./question-job.ts";

export const naiveOrders = ["document by document", "in turns", "shuffled"] as const;
type NaiveOrder = (typeof naiveOrders)[number];

export interface UnderRule {
  readonly rule: string;
  readonly job: string;
  readonly concurrency: number;
  readonly promptTokens: number;
  readonly lowerBoundTokens: number;
  /** What the rule's granularity lets any order reach, one call at a time. */
  readonly leastTokens: number;
  readonly plannedTokens: number;
  /** None waits for another. */
  readonly naiveTokens: Readonly<Record<NaiveOrder, number>>;
}

interface SimulatedRule {
  readonly name: string;
  readonly open: (concurrency: number) => CacheRule;
  readonly granularity: Granularity;
}

const chunks = (chunkTokens: number, minimumTokens = 0): Granularity => ({
  ...{ chunkTokens, minimumTokens },
  keepsWhereTwoPart: false,
});

const vllmRoom = 12_288;
const rules: readonly SimulatedRule[] = [
  {
    name: "DeepSeek",
    open: () => deepSeek(),
    granularity: { chunkTokens: 64, minimumTokens: 0, keepsWhereTwoPart: true },
  },
  { name: "Kimi", open: () => kimi(), granularity: chunks(256) },
  { name: "OpenAI, intervals", open: () => openAiIntervals(), granularity: chunks(128, 1_024) },
  { name: "vLLM", open: () => vllm(), granularity: chunks(16) },
  {
    name: `vLLM, room for ${vllmRoom.toLocaleString("en-US")}`,
    open: () => vllm({ capacityTokens: vllmRoom }),
    granularity: chunks(16),
  },
  {
    name: "llama.cpp, a slot a call",
    open: (concurrency) => llamaCpp({ sequences: concurrency }),
    granularity: chunks(1),
  },
];

const questions = 32;
const seed = 1;

export async function underRules(documentTokens: readonly number[]): Promise<UnderRule[]> {
  const jobs = [
    { job: `${documentTokens.length} documents`, prompts: await promptTokensOf(documentTokens, false) },
    { job: `one at ${documentTokens.length} lengths`, prompts: await promptTokensOf(documentTokens, true) },
  ];
  return jobs.flatMap(({ job, prompts }) =>
    rules.flatMap((rule) =>
      [1, 4].map((concurrency) => ({ job, ...measured(prompts, rule, concurrency, documentTokens.length) })),
    ),
  );
}

function measured(
  tokens: readonly Int32Array[],
  { name, open, granularity }: SimulatedRule,
  concurrency: number,
  documents: number,
) {
  const prompts = {
    of: (prompt: number) => ({ tokens: tokens[prompt]! }),
    count: tokens.length,
    isExact: true,
  };
  const rule = open(concurrency);
  const evaluated = (schedule: Schedule) => simulated(schedule, prompts.of, rule, concurrency).evaluatedTokens;
  const inOrder = (order: Iterable<number>) => evaluated({ ...asGiven(tokens.length), order: Int32Array.from(order) });
  const { schedule, tree } = planPrompts(prompts, rule, concurrency);
  const places = [...tokens.keys()];
  return {
    rule: name,
    concurrency,
    promptTokens: tree.promptTokens,
    lowerBoundTokens: tree.tokens,
    leastTokens: leastUnderRule(tokens, granularity),
    plannedTokens: evaluated(schedule),
    naiveTokens: {
      "document by document": inOrder(places.toSorted((a, b) => (a % documents) - (b % documents) || a - b)),
      "in turns": inOrder(places),
      shuffled: inOrder(randomFrom(seed).shuffle(places)),
    },
  };
}

/** In the order of the job's file: each question about every document in turn. */
async function promptTokensOf(documentTokens: readonly number[], nested: boolean): Promise<Int32Array[]> {
  using folder = temporaryFolder();
  const job = { documentTokens, questions, given: "in turns", seed, nested } as const;
  const scenario = await questionScenario(writeQuestionJob(folder.path, job), folder.path);
  const route = vendorRoute({ model: "moonshot/kimi-k3", sends: false }, {});
  const plan = planFor(scenario, route, { seed });
  const { of, count } = await promptsOf([...plannedTrials(plan, route)], route, plan);
  return Array.from({ length: count }, (_, prompt) => of(prompt).tokens);
}
