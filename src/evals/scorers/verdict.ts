/** Scores that are all or nothing, and how a score quotes what came. */
import type { Score } from "../trial.ts";

/** 1 or 0, with what was expected beside what came. */
export function verdict(right: boolean, expected: string, found: string): Score {
  return {
    value: right ? 1 : 0,
    explanation: right
      ? `right: ${excerpt(expected)}`
      : `expected ${excerpt(expected)}, got ${excerpt(found) || "nothing"}`,
  };
}

/** The beginning of a text, as an explanation shows it. */
export function excerpt(text: string, characters = 200): string {
  return text.length > characters ? `${text.slice(0, characters).toWellFormed()}…` : text;
}
