/** What a sample says is right. */
import type { Sample } from "../scenario.ts";

/** What a scorer may ask of a sample before there is an answer. */
export type Targeted = Pick<Sample, "id" | "target" | "alternatives" | "answerable">;

/** The target and its alternatives; null where the sample has none, or abstaining is the right answer. */
export function targetsOf({ target, alternatives = [], answerable }: Targeted): readonly string[] | null {
  const targets = [target ?? "", ...alternatives].filter((text) => text.trim() !== "");
  return answerable && targets.length > 0 ? targets : null;
}
