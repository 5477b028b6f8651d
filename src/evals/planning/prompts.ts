/** The opening prompt of each trial as tokens: the route's own where it has a tokenizer, else words. */
import type { CachedPrompt, Route } from "../../routes/index.ts";
import { type Plan, type PlannedTrial, requestFor } from "../plan.ts";
import { openingOf } from "../solver.ts";
import { wordTokens } from "./word-tokens.ts";

export interface Prompts {
  readonly of: (prompt: number) => Omit<CachedPrompt, "sentAtMs">;
  readonly count: number;
  /** Whether the tokens are the route's own. */
  readonly isExact: boolean;
}

/** More than this are planned by words: a route's tokenizer is asked one prompt at a time. */
export const mostExact = 4_096;

/** @param exactly  by the route's own tokenizer, where it has one */
export async function promptsOf(
  trials: readonly PlannedTrial[],
  route: Route,
  plan: Plan,
  exactly = trials.length <= mostExact,
): Promise<Prompts> {
  const { tokenize } = route;
  if (tokenize === null || !exactly) {
    const of = (prompt: number) => {
      const { messages, tools } = trials[prompt]!.sample;
      return { tokens: wordTokens(messages, tools) };
    };
    // Made when it is asked for: all of them would take more memory than their texts.
    return { of, count: trials.length, isExact: false };
  }
  const tokens: Int32Array[] = [];
  for (const trial of trials) tokens.push(await tokenize(requestFor(trial, openingOf(trial.sample), plan)));
  return { of: (prompt) => ({ tokens: tokens[prompt]! }), count: trials.length, isExact: true };
}
