/** What a sample says is right. */
import type { Sample } from "../scenario.ts";

/** The target and its alternatives; null where the sample has none, or abstaining is the right answer. */
export function targetsOf({ target, alternatives = [], answerable }: Sample): readonly string[] | null {
  const targets = [target ?? "", ...alternatives].filter((text) => text.trim() !== "");
  return answerable && targets.length > 0 ? targets : null;
}
