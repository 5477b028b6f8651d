/** What to do about a loop's misses: sentences that follow from what was measured, each with its number. */
import { formatCount, formatMs, formatShare, formatUsd } from "../../../../units/index.ts";
import type { CauseRow, LoopSummary } from "./loop-summary.ts";
import type { Cause } from "./losses.ts";
import type { ChangeKind } from "./prefix-change.ts";

/** What was lost to less than this share of all input is not worth a sentence. */
const worthSaying = 0.001;

/** A sentence a cause, what cost most first; then how well the vendor keeps its rule. */
export function advice(summary: LoopSummary): string[] {
  const prompt = summary.turns.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const worth = summary.causes.filter(({ lostTokens }) => lostTokens > worthSaying * prompt);
  const said = worth.map((row) => `${happened(row, summary)}: ${lost(row)}. ${mend(row, summary)}`);
  return [...said, ...kept(summary), ...beyondAll(summary), ...unreported(summary)];
}

const calls = (count: number) => `${formatCount(count)} call${count === 1 ? "" : "s"}`;

const lost = ({ lostTokens, lostUsd }: CauseRow) =>
  `${formatCount(lostTokens)} tokens were evaluated again${lostUsd === null ? "" : `, for ${formatUsd(lostUsd)} more`}`;

function happened({ cause, change, calls: count, shortestPauseMs }: CauseRow, { grade }: LoopSummary): string {
  if (cause === "prefix changed") return `${changed[change!]} in ${calls(count)}`;
  const pause = shortestPauseMs === null ? "" : ` of ${formatMs(shortestPauseMs)} and more`;
  const words: Readonly<Record<Exclude<Cause, "prefix changed">, string>> = {
    "vendor's rule": `The vendor's rule gave back less than was there in ${calls(count)}`,
    "another session": `Another session took the place of this one before ${calls(count)}`,
    expired: `The cache had expired after pauses${pause}, before ${calls(count)}`,
    unexplained: `${calls(count)} read less than ${grade.asExpected.n > 0 ? "the vendor's rule says" : "was there, and no rule is known that says why"}`,
  };
  return words[cause];
}

const changed: Readonly<Record<ChangeKind, string>> = {
  timestamp: "A time or a counter within the prompt was new",
  "tools reordered": "The tools came in another order",
  "tools changed": "Tools were added, left out or changed",
  "system prompt": "The system prompt was changed",
  "message edited": "An earlier message was edited",
  compaction: "The history was made shorter",
  branch: "Another question was put behind the same text",
  "history rewritten": "The history was rewritten",
};

function mend({ cause, change }: CauseRow, { longestKeptPauseMs }: LoopSummary): string {
  if (cause === "prefix changed") return mends[change!];
  const words: Readonly<Record<Exclude<Cause, "prefix changed">, string>> = {
    "vendor's rule": "Keep what is shared in front and longer than the vendor's minimum and steps.",
    "another session": "Give each session a slot of its own, or more room to the cache.",
    expired:
      longestKeptPauseMs === null
        ? "Ask for a longer lifetime, or keep the pauses shorter."
        : `Ask for a longer lifetime, or keep the pauses shorter: after ${formatMs(longestKeptPauseMs)} it was still there.`,
    unexplained: "They were evicted, or reached another machine: a cache key or a session's own route may help.",
  };
  return words[cause];
}

const mends: Readonly<Record<ChangeKind, string>> = {
  timestamp: "Put it behind the history, into the latest message.",
  "tools reordered": "Send the tools in one order.",
  "tools changed": "Send the same tools in every turn.",
  "system prompt": "Keep it as it is, and put what changes into the latest message.",
  "message edited": "Add a message that corrects it, and leave the history alone.",
  compaction: "Do it seldom, and cut at the end of what is kept.",
  branch: "What is shared was read where the vendor allows it; put it in front of all that differs.",
  "history rewritten": "Only add to the history.",
};

function kept({ grade: { ofExpected, ofCeiling, expectedOfCeiling } }: LoopSummary): string[] {
  const rule = ofExpected && `${formatShare(ofExpected.ratio)} of what its rule promises (${calls(ofExpected.n)})`;
  const ceiling =
    ofCeiling && `${formatShare(ofCeiling.ratio)} of what any cache could have given back (${calls(ofCeiling.n)})`;
  const allowed = expectedOfCeiling && `; the rule itself allows ${formatShare(expectedOfCeiling.ratio)} of that`;
  if (rule === null && ceiling === null) return [];
  return [`The vendor gave back ${[rule, ceiling].filter((part) => part !== null).join(", and ")}${allowed ?? ""}.`];
}

const beyondAll = ({ beyond }: LoopSummary) =>
  beyond.calls === 0
    ? []
    : [
        `${calls(beyond.calls)} reported ${formatCount(beyond.tokens)} tokens read beyond what this run had sent before, as far as that is known: the cache was warm from an earlier run, the estimate from words is too low, or the server's count is off. Such a call counts as one that read all there was.`,
      ];

const unreported = ({ unreported: count }: LoopSummary) =>
  count === 0 ? [] : [`${calls(count)} did not say what was read from the cache: their misses are not known.`];
