/** What was done to a prompt between two requests, so that a cache of prefixes cannot read it to its end. */
import type { PromptPart } from "./prompt-parts.ts";

export const changeKinds = [
  "timestamp",
  "tools reordered",
  "tools changed",
  "system prompt",
  "message edited",
  "compaction",
  "branch",
  "history rewritten",
] as const;

/**
 * `timestamp`: only digits and names of days and months differ. `branch`: all but the last message stayed, and another one took its place. `message
 * edited`: what stood behind the change stands there still. `compaction`: the history became shorter there.
 */
export type ChangeKind = (typeof changeKinds)[number];

export interface PrefixChange {
  readonly kind: ChangeKind;
  readonly place: PromptPart["place"];
  /** Number of the tool or message that is the first to differ, in the earlier request, from 1. */
  readonly number: number;
}

/** Null where the later prompt begins with all of the earlier one. */
export function prefixChange(before: readonly PromptPart[], after: readonly PromptPart[]): PrefixChange | null {
  const at = before.findIndex((part, index) => !isSame(part, after[index]));
  if (at < 0) return null;
  const { place, number } = before[at]!;
  return { kind: kindOf(before, after, at), place, number };
}

const isSame = (one: PromptPart, other: PromptPart | undefined) =>
  one.place === other?.place && one.role === other.role && one.text === other.text;

function kindOf(before: readonly PromptPart[], after: readonly PromptPart[], at: number): ChangeKind {
  const was = before[at]!;
  const is = after[at];
  if (was.place === "tools" || is?.place === "tools") return toolsKind(before, after);
  if (is !== undefined && withoutTimes(was.text) === withoutTimes(is.text)) return "timestamp";
  if (was.place === "system" || is?.place === "system") return "system prompt";
  if (at === before.length - 1 && is !== undefined) return "branch";
  const rest = before.slice(at + 1);
  if (rest.every((part, index) => isSame(part, after[at + 1 + index]))) return "message edited";
  return after.length < before.length ? "compaction" : "history rewritten";
}

function toolsKind(before: readonly PromptPart[], after: readonly PromptPart[]): ChangeKind {
  const [were, are] = [before, after].map((parts) =>
    parts
      .filter(({ place }) => place === "tools")
      .map(({ text }) => text)
      .sort(),
  ) as [string[], string[]];
  const isReordered = were.length === are.length && were.every((text, index) => text === are[index]);
  return isReordered ? "tools reordered" : "tools changed";
}

const withoutTimes = (text: string) =>
  text
    .replace(/\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/gi, "day")
    .replace(/\d+/g, "0");
