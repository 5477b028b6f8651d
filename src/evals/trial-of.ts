/** A trial from the calls that it took: judged, failed for good, or never asked. */
import { messageOf } from "../errors.ts";
import type { Route } from "../routes/index.ts";
import type { Answer, Call, Usage } from "../wire/index.ts";
import { Halt } from "./asking.ts";
import type { PlannedTrial } from "./plan.ts";
import type { AskJudge, Sample, Scorer } from "./scenario.ts";
import type { Given, Score, Trial, TrialCall } from "./trial.ts";

/** @throws Halt where a judge may not be asked, or cannot be reached */
export async function judgedTrial(
  planned: PlannedTrial,
  calls: readonly TrialCall[],
  answer: Answer,
  scorers: readonly Scorer[],
  judge: AskJudge,
): Promise<Trial> {
  try {
    const scores = await scoresOf(planned.sample, answer, scorers, judge);
    return { ...measured(planned, calls), answer: answer.text, outcome: "scored", scores, failure: null };
  } catch (error) {
    if (error instanceof Halt) throw error;
    const failure = { class: "scorer", message: messageOf(error) } as const;
    return { ...measured(planned, calls), answer: answer.text, outcome: "failed", scores: null, failure };
  }
}

/** The last of its calls has failed. */
export function failedTrial(planned: PlannedTrial, calls: readonly TrialCall[]): Trial {
  const { failure, answer } = lastAnswer(calls)!;
  const { class: kind, message } = failure!;
  const trial = measured(planned, calls);
  return { ...trial, answer: answer.text, outcome: "failed", scores: null, failure: { class: kind, message } };
}

/** The next of its calls would not have fitted. */
export const skippedTrial = (planned: PlannedTrial, calls: readonly TrialCall[], message: string): Trial => ({
  ...measured(planned, calls),
  outcome: "skipped",
  scores: null,
  failure: { class: "context-exceeded", message },
});

async function scoresOf(
  sample: Sample,
  answer: Answer,
  scorers: readonly Scorer[],
  judge: AskJudge,
): Promise<Record<string, Score>> {
  const scores: Record<string, Score> = {};
  for (const scorer of scorers) {
    try {
      const score = await scorer.score(sample, answer, judge);
      if (score !== null) scores[scorer.name] = score;
    } catch (error) {
      if (error instanceof Halt) throw error;
      throw new Error(`${scorer.name}: ${messageOf(error)}`, { cause: error });
    }
  }
  return scores;
}

type Measured = Omit<Trial, "outcome" | "scores" | "failure">;

function measured({ id, route, cell, sample, repeat }: PlannedTrial, calls: readonly TrialCall[]): Measured {
  const { depth, answerable, target, alternatives = [], given, questionHash } = sample;
  const answers = calls.filter(({ purpose }) => purpose === "answer");
  const judged = calls.filter(({ purpose }) => purpose === "judge");
  const last = lastAnswer(calls);
  const turns = lastAttempts(calls);
  return {
    id,
    candidate: route.id,
    cell,
    sampleId: sample.id,
    ...(questionHash !== undefined && { questionHash }),
    ...(repeat > 0 && { repeat }),
    document: sample.document,
    depth,
    answerable,
    target,
    ...(alternatives.length > 0 && { alternatives }),
    ...(given !== undefined && { given }),
    answer: last?.answer.text ?? null,
    usage: usageOf(calls),
    expectedCacheReadTokens: sumOf(turns, (call) => call.expectedCacheReadTokens),
    costUsd: withFinding(spentOn(answers), given),
    judgeCostUsd: spentOn(judged),
    timings: last?.timings ?? null,
    kvCacheBytes: last === null ? null : kvCacheBytes(last, route),
    turns: turns.length,
    attempts: answers.length,
  };
}

/** USD: nothing where nothing was asked. */
const spentOn = (calls: readonly TrialCall[]): number | null =>
  calls.length === 0 ? 0 : sumOf(calls, (call) => call.costUsd);

const withFinding = (callsUsd: number | null, given: Given | undefined): number | null => {
  const findingUsd = given?.costUsd === undefined ? 0 : given.costUsd;
  return callsUsd === null || findingUsd === null ? null : callsUsd + findingUsd;
};

/** The candidate's last call, which is the one that was judged; null where there was none. */
export const lastAnswer = (calls: readonly TrialCall[]): TrialCall | null =>
  calls.findLast(({ purpose }) => purpose === "answer") ?? null;

/** The candidate's calls that counted: of each turn the last attempt. */
const lastAttempts = (calls: readonly TrialCall[]): TrialCall[] =>
  calls.filter(
    ({ purpose, turn }, index) =>
      purpose === "answer" &&
      !calls.slice(index + 1).some((later) => later.purpose === "answer" && later.turn === turn),
  );

/** Of all turns together, bucket by bucket; a bucket that one of them did not report is not known. */
export function usageOf(calls: readonly TrialCall[]): Usage | null {
  const turns = lastAttempts(calls);
  if (turns.length <= 1) return turns[0]?.usage ?? null;
  const total = (bucket: Exclude<keyof Usage, "raw">) => sumOf(turns, ({ usage }) => usage?.[bucket] ?? null);
  return {
    uncachedInputTokens: total("uncachedInputTokens"),
    cacheReadTokens: total("cacheReadTokens"),
    cacheWriteTokens: total("cacheWriteTokens"),
    outputTokens: total("outputTokens"),
    reasoningTokens: total("reasoningTokens"),
    inputTokens: total("inputTokens"),
    raw: null,
  };
}

/** Null of nothing, and where one is not known. */
function sumOf<Item>(items: readonly Item[], of: (item: Item) => number | null): number | null {
  let sum = 0;
  for (const item of items) {
    const value = of(item);
    if (value === null) return null;
    sum += value;
  }
  return items.length === 0 ? null : sum;
}

/**
 * Fixed state, and the bytes of each token that the call left in the cache: all but the last one of the output, which is
 * sampled and never read.
 */
function kvCacheBytes(call: Call, { kvCache }: Route): number | null {
  const input = call.usage?.inputTokens ?? null;
  const output = call.usage?.outputTokens ?? null;
  if (kvCache === null || input === null || output === null) return null;
  return kvCache.fixedBytes + kvCache.bytesPerToken * (input + Math.max(0, output - 1));
}
