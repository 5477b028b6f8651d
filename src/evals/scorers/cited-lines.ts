/** Scorers for answers that must cite: each part of an answer is a value and the reference of the line that states it. */
import { unknownAnswer } from "../../corpus/index.ts";
import type { Answer } from "../../wire/index.ts";
import type { Sample, Scorer } from "../scenario.ts";
import type { Score } from "../trial.ts";
import { trimmed } from "./normalise.ts";
import { verdict } from "./verdict.ts";

/** A value with the number of the line it was read from; null where no line was cited. */
export interface CitedValue {
  readonly value: string;
  readonly line: number | null;
}

/**
 * Splits an answer into values and their references: `lantern. [7]` is `lantern` from line 7. Text after the last
 * reference, and an answer without any, is a value without a line.
 */
export function citedValues(answer: string): CitedValue[] {
  const parts: CitedValue[] = [];
  let start = 0;
  for (const match of answer.matchAll(/\[(\d{1,9})\]/g)) {
    parts.push({ value: bareValue(answer.slice(start, match.index)), line: Number(match[1]) });
    start = match.index + match[0].length;
  }
  const rest = bareValue(answer.slice(start));
  if (rest !== "" || parts.length === 0) parts.push({ value: rest, line: null });
  return parts;
}

/** Case, white space and the punctuation around a value do not count. */
function bareValue(text: string): string {
  return trimmed(text.normalize("NFKC").toLowerCase().replace(/\s+/g, " "), marksAround);
}

const marksAround: ReadonlySet<string> = new Set(" .,;:!?*\"'`()");

/** The values are right, each exactly and in order; for a question without an answer: the model abstained. */
export const exactAnswer = {
  name: "exact",
  version: 1,
  score: (sample: Sample, answer: Answer) => exact(sample, answer.text),
} satisfies Scorer;

/** Each value comes with the line that states it. Nothing to say where abstaining was right. */
export const citesTheLine = {
  name: "cited",
  version: 1,
  score: (sample: Sample, answer: Answer) => cited(sample, answer.text),
} satisfies Scorer;

/** The headline: the answer is right and rests on the line that states it, or the model rightly abstained. */
export const grounded = {
  name: "grounded",
  version: 1,
  score: (sample: Sample, answer: Answer) => {
    const right = exact(sample, answer.text);
    if (!sample.answerable || right.value === 0) return right;
    return cited(sample, answer.text) ?? right;
  },
} satisfies Scorer;

function exact(sample: Sample, answer: string): Score {
  const given = citedValues(answer).map(({ value }) => value);
  if (!sample.answerable)
    return verdict(given.length === 1 && given[0] === unknownAnswer, unknownAnswer, given.join(" | "));
  const wanted = citedValues(sample.target ?? "").map(({ value }) => value);
  const right = wanted.length === given.length && wanted.every((value, index) => value === given[index]);
  return verdict(right, wanted.join(" | "), given.join(" | "));
}

function cited(sample: Sample, answer: string): Score | null {
  if (!sample.answerable) return null;
  const wanted = citedValues(sample.target ?? "").map(({ line }) => line);
  const given = citedValues(answer).map(({ line }) => line);
  const right = wanted.length === given.length && wanted.every((line, index) => line === given[index]);
  return verdict(right, `line ${wanted.join(", ")}`, given.map((line) => line ?? "none").join(", "));
}
