/** How many prompts about one document have to go one after the other before the rest find it in the cache. */
import type { CacheRule } from "../../routes/index.ts";
import { byDocument } from "./schedule.ts";
import { simulated } from "./simulation.ts";

/** From all at once but the first to one after the other. */
export const leads = [1, 2, Number.POSITIVE_INFINITY] as const;

/** Tokens that the questions of the trial share: many times any vendor's least. */
const sharedTokens = 8_192;
const questions = 8;
const documents = 4;

/** The smallest lead that evaluates least under the rule, tried out; 1 where no rule is known. */
export function leadUnder(rule: CacheRule | null, concurrency: number): number {
  if (rule === null || concurrency === 1) return leads[0];
  const prompts = Array.from({ length: documents * questions }, (_, index) => {
    const document = Math.floor(index / questions);
    return {
      tokens: Int32Array.from({ length: sharedTokens + 1 }, (_, at) => (at === sharedTokens ? index : document)),
      breakpoints: [{ endTokens: sharedTokens }],
    };
  });
  const names = prompts.map((_, index) => String(Math.floor(index / questions)));
  const evaluated = leads.map(
    (lead) => simulated(byDocument(names, lead), (index) => prompts[index]!, rule, concurrency).evaluatedTokens,
  );
  return leads[evaluated.indexOf(Math.min(...evaluated))]!;
}
