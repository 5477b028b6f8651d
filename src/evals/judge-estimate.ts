/** What a plan's judge will take, before any answer is there. */
import { dearestInputUsdPerMtok, type Route } from "../routes/index.ts";
import { type Plan, plannedTrials, requestFor } from "./plan.ts";
import { openingOf } from "./solver.ts";

/**
 * If every trial is judged, and every answer is as long as it may be. Without retries, and without what a user's own scorer
 * asks of the judge. An answer is taken to have as many tokens for the judge as for the candidate: that is the one thing
 * that nobody can know beforehand, so the ceilings are good to the difference between their tokenizers.
 */
export interface JudgeEstimate {
  /** `<vendor>/<model>`. */
  readonly judge: string;
  readonly calls: number;
  /** Prompts in words, numbers and marks, and the answers in them. */
  readonly inputTokens: number;
  readonly mostOutputTokens: number;
  /** USD; null where the price is unknown. */
  readonly mostCostUsd: number | null;
}

export function judgeEstimate(plan: Plan, { id, price }: Route): JudgeEstimate {
  const sum = { calls: 0, inputTokens: 0, mostInputTokens: 0, mostOutputTokens: 0 };
  for (const route of plan.routes)
    for (const trial of plannedTrials({ ...plan, repeats: 1 }, route)) {
      const answerTokens = requestFor(trial, openingOf(trial.sample), plan).maxTokens ?? 0;
      for (const { asks } of plan.scenario.scorers) {
        const effort = asks?.(trial.sample) ?? null;
        if (effort === null) continue;
        sum.calls += plan.repeats * effort.calls;
        sum.inputTokens += plan.repeats * (effort.inputTokens + effort.calls * answerTokens);
        sum.mostInputTokens += plan.repeats * (effort.mostInputTokens + effort.calls * answerTokens);
        sum.mostOutputTokens += plan.repeats * effort.mostOutputTokens;
      }
    }
  const { mostInputTokens, ...most } = sum;
  return {
    judge: id,
    ...most,
    mostCostUsd:
      price === null
        ? null
        : (mostInputTokens * dearestInputUsdPerMtok(price) + most.mostOutputTokens * price.outputUsdPerMtok) / 1e6,
  };
}
