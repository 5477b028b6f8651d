/** The opening prompt of each trial as tokens: the route's own where it has a tokenizer, else words. */
import type { CachedPrompt, Route } from "../../routes/index.ts";
import { wireBody } from "../../wire/index.ts";
import { type Plan, type PlannedTrial, requestFor } from "../plan.ts";
import { openingOf } from "../solver.ts";
import { markedTrials } from "./cache-marks.ts";
import { vendorOf, wordPrompt } from "./word-prompt.ts";
import { wordTokens } from "./word-tokens.ts";

export interface Prompts {
  readonly of: (prompt: number) => Omit<CachedPrompt, "sentAtMs">;
  readonly count: number;
  /** Whether the tokens are the route's own. */
  readonly isExact: boolean;
  /** The same with the marks that they get in this order; left out where the vendor takes none. */
  readonly marked?: (order: Int32Array) => Prompts;
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
  if (tokenize === null || !exactly) return promptsByWords(trials, route, plan);
  const tokens: Int32Array[] = [];
  for (const trial of trials) tokens.push(await tokenize(requestFor(trial, openingOf(trial.sample), plan)));
  return { of: (prompt) => ({ tokens: tokens[prompt]! }), count: trials.length, isExact: true };
}

/** Made when they are asked for: all of them would take more memory than their texts. */
function promptsByWords(trials: readonly PlannedTrial[], route: Route, plan: Plan): Prompts {
  const words = { count: trials.length, isExact: false };
  if (!route.cacheRule?.takesMarks) {
    const of = (prompt: number) => {
      const { messages, tools } = trials[prompt]!.sample;
      return { tokens: wordTokens(messages, tools) };
    };
    return { ...words, of };
  }
  const of = (prompt: number) => {
    const trial = trials[prompt]!;
    const body = wireBody(route.endpoint.protocol, requestFor(trial, openingOf(trial.sample), plan));
    return wordPrompt(vendorOf(route.id), body)!;
  };
  return { ...words, of, marked: (order) => promptsByWords(markedTrials(trials, order, route, plan), route, plan) };
}
