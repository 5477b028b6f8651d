/** One number for an answer that was scored in several ways. */
import type { Trial } from "./trial.ts";

/**
 * How good an answer is, from 0 to 1: the scenario's headline where it has one (`grounded`), else the worst of its scores,
 * so that an answer is right when every scorer says so.
 *
 * @returns null where nothing was scored: that is no quality, and never 0
 */
export function qualityOf({ scores }: Pick<Trial, "scores">): number | null {
  if (scores === null) return null;
  if (scores.grounded !== undefined) return scores.grounded.value;
  const values = Object.values(scores).map(({ value }) => value);
  return values.length === 0 ? null : Math.min(...values);
}
