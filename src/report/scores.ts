/** A trial's scores, under the names that every screen and export uses. */
import type { Score, Trial } from "../evals/index.ts";

/**
 * The record keeps the headline of every trial as `grounded`. Where no line answers, the right thing was to abstain: that
 * is another question with another share, so it is called `abstained` and counts in no share of grounded answers.
 */
export function namedScores({ answerable, scores }: Pick<Trial, "answerable" | "scores">): Record<string, Score> {
  if (scores === null || answerable) return { ...scores };
  const { grounded, exact, cited, ...others } = scores;
  return grounded === undefined ? others : { abstained: grounded, ...others };
}
