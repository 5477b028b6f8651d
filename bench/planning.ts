/**
 * Planned against naive order of one job: tokens that are really evaluated on the embedded engine, tokens under the cache
 * rules of vendors, and time and memory of planning a large job. The bound is the tree of all prompts, see
 * `src/evals/planning/prefix-tree.ts`.
 */
import { formatBytes } from "../src/units/index.ts";
import type { Outcome, Table } from "./outcome.ts";
import { type OnEngine, onEngine } from "./planning/engine.ts";
import { type PlannedSamples, plannedSamples } from "./planning/samples.ts";
import { naiveOrders, type UnderRule, underRules } from "./planning/vendors.ts";

/** Naive order reads every document for every question, so that it is run on short ones only. */
const shortTokens = [64, 128, 256, 512, 1_024];
const longTokens = [512, 1_024, 2_048, 4_096, 8_192];
/** Of the bound, by calls at the same time. */
const mostShare: Readonly<Record<number, number>> = { 1: 1.05, 4: 1.15 };
const mostSeconds = 20;
const mostBytes = 500e6;

const times = (ratio: number) => `${ratio.toFixed(2)}×`;
const count = (tokens: number) => tokens.toLocaleString("en-US");

/** Tokens are the same in every round: one is enough. */
export async function planning(): Promise<Outcome> {
  const samples = await plannedSamples();
  const rules = await underRules(longTokens);
  const engine: OnEngine[] = [];
  for (const concurrency of [1, 4]) {
    engine.push(await onEngine(shortTokens, concurrency, true));
    engine.push(await onEngine(longTokens, concurrency, false));
  }
  return {
    title: "Tokens evaluated by the embedded engine, 32 questions about each of five documents",
    table: engineTable(engine),
    further: [
      {
        title: "Tokens evaluated under the vendors' rules, in multiples of the tree of all prompts",
        table: ruleTable(rules),
      },
      { title: "Planning 100,000 samples, in a process that has loaded the job", table: samplesTable(samples) },
    ],
    goals: [
      ...engine.map(({ documentTokens, concurrency, plannedTokens, lowerBoundTokens }) => ({
        goal: `engine, up to ${documentTokens.at(-1)} tokens, ${concurrency} at a time: at most ${mostShare[concurrency]} of the bound`,
        measured: times(plannedTokens / lowerBoundTokens),
        met: plannedTokens <= mostShare[concurrency]! * lowerBoundTokens,
      })),
      ...[1, 4].map((concurrency) => {
        const most = Math.max(
          ...rules
            .filter((one) => one.concurrency === concurrency)
            .map(({ plannedTokens, leastTokens }) => plannedTokens / leastTokens),
        );
        return {
          goal: `rules, ${concurrency} at a time: at most ${mostShare[concurrency]} of what the rule allows`,
          measured: `at most ${most.toFixed(3)}×`,
          met: most <= mostShare[concurrency]!,
        };
      }),
      ...samples.flatMap(({ how, wallMs, cpuMs, peakRssBytes }) => [
        {
          // One thread that waits for nothing: on a machine that others use, its processor time is what it takes alone.
          goal: `100,000 samples, ${whatFor[how]}: under ${mostSeconds} s of processor time`,
          measured: `${(cpuMs / 1_000).toFixed(1)} s (${(wallMs / 1_000).toFixed(1)} s by the clock)`,
          met: cpuMs < mostSeconds * 1_000,
        },
        {
          goal: `100,000 samples, ${whatFor[how]}: under ${formatBytes(mostBytes)}`,
          measured: formatBytes(peakRssBytes),
          met: peakRssBytes < mostBytes,
        },
      ]),
    ],
    notes: [
      "Rule's least: what its chunks, its minimum and, with DeepSeek, the two readings before a prefix is kept let any order reach.",
    ],
    figures: { engine, rules, samples },
  };
}

const whatFor = { run: "the order", plan: "the order and its cost" } as const;

const engineTable = (measured: readonly OnEngine[]): Table => [
  [
    "documents, tokens",
    "at a time",
    "prompts",
    "bound",
    "planned",
    "of bound",
    "as the rule said",
    "naive",
    "of bound",
  ],
  ...measured.map((one) => [
    one.documentTokens.join(" "),
    String(one.concurrency),
    String(one.prompts),
    count(one.lowerBoundTokens),
    count(one.plannedTokens),
    times(one.plannedTokens / one.lowerBoundTokens),
    `${one.asExpected}/${one.prompts}`,
    one.naiveTokens === null ? `(${count(one.expectedNaiveTokens)})` : count(one.naiveTokens),
    times((one.naiveTokens ?? one.expectedNaiveTokens) / one.lowerBoundTokens),
  ]),
];

const ruleTable = (rules: readonly UnderRule[]): Table => [
  ["rule", "job", "at a time", "rule's least", "planned", ...naiveOrders],
  ...rules.map(({ rule, job, concurrency, lowerBoundTokens, leastTokens, plannedTokens, naiveTokens }) => [
    rule,
    job,
    String(concurrency),
    ...[leastTokens, plannedTokens, ...naiveOrders.map((order) => naiveTokens[order])].map((tokens) =>
      times(tokens / lowerBoundTokens),
    ),
  ]),
];

const samplesTable = (measured: readonly PlannedSamples[]): Table => [
  ["", "wall s", "CPU s", "RSS when loaded", "peak RSS", "input", "bound", "planned", "naive"],
  ...measured.map(({ how, wallMs, cpuMs, loadedRssBytes, peakRssBytes, tokens }) => [
    whatFor[how],
    (wallMs / 1_000).toFixed(1),
    (cpuMs / 1_000).toFixed(1),
    formatBytes(loadedRssBytes),
    formatBytes(peakRssBytes),
    ...[tokens?.inputTokens, tokens?.lowerBoundTokens, tokens?.expectedUncachedTokens, tokens?.naiveUncachedTokens].map(
      (value) => (value == null ? "" : count(value)),
    ),
  ]),
];
