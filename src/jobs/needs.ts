/** What has to be there before a job's first question can be asked. */
import { judgeModel, type ScorerSpec } from "../evals/index.ts";
import { isRetrieval } from "./arms.ts";
import { type Arm, defaultTopK } from "./job.ts";
import type { LoadedJob } from "./load.ts";
import { documentTokens, questionTokens } from "./prompt-tokens.ts";

export interface JobNeeds {
  /** The model that judges; null where no scorer asks one. */
  readonly judge: string | null;
  /** Models that embed. */
  readonly embedders: readonly string[];
  readonly rerankers: readonly string[];
  /** No prompt of any arm is longer, counted as words, numbers and marks. */
  readonly longestPromptTokens: number;
}

/** @throws UserError where the scorers name several judges */
export function needsOf({ job, samples }: Pick<LoadedJob, "job" | "samples">): JobNeeds {
  const specs = new Map<string, ScorerSpec>();
  let longestPromptTokens = 0;
  for (const sample of samples) {
    for (const spec of sample.scorers) specs.set(JSON.stringify(spec), spec);
    const whole = sample.material.reduce((sum, document) => sum + documentTokens(document), 0);
    const given = Math.max(...job.arms.map((arm) => Math.min(whole, mostGiven(arm))));
    longestPromptTokens = Math.max(longestPromptTokens, questionTokens(sample) + given);
  }
  const retrieving = job.arms.filter(isRetrieval);
  return {
    judge: judgeModel([...specs.values()]),
    embedders: [...new Set(retrieving.flatMap((arm) => ("embeddings" in arm ? [arm.embeddings] : [])))],
    rerankers: [...new Set(retrieving.flatMap(({ rerank }) => rerank ?? []))],
    longestPromptTokens,
  };
}

/** Words of a passage and the marks between them. */
const tokensPerWord = 2;

function mostGiven(arm: Arm): number {
  if (arm === "whole") return Number.POSITIVE_INFINITY;
  // What the tools give comes later: the embedded engine, which has to know before, takes no tools.
  if (!isRetrieval(arm)) return 0;
  const { budgetTokens, topK, passageWords } = arm;
  return budgetTokens ?? (topK ?? defaultTopK) * passageWords * tokensPerWord;
}
