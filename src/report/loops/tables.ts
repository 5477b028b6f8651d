/** The tables of loops, for a page and for a terminal: columns that know their rows. */
import { agentLoops } from "../../evals/index.ts";
import type { MeanEstimate, RatioEstimate } from "../../stats/index.ts";
import {
  formatCount,
  formatMs,
  formatRange,
  formatShare,
  formatShareRange,
  formatUsd,
  unknown,
} from "../../units/index.ts";
import type { CandidateLoops } from "./loops.ts";

export interface LoopCell {
  readonly text: string;
  /** What stands smaller below it: an interval, what it is of. */
  readonly below?: string;
}

export interface LoopTable {
  readonly title: string;
  /** What the numbers are of. */
  readonly note: string;
  /** The first names the row. */
  readonly head: readonly LoopHead[];
  readonly rows: readonly (readonly LoopCell[])[];
}

export interface LoopHead {
  readonly title: string;
  /** Where there is no room for all, columns of a higher rank go first. */
  readonly rank: number;
}

interface Column<Row> extends LoopHead {
  readonly of: (row: Row) => LoopCell;
}

const table = <Row>(
  words: Pick<LoopTable, "title" | "note">,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): LoopTable => ({
  ...words,
  head: columns.map(({ title, rank }) => ({ title, rank })),
  rows: rows.map((row) => columns.map(({ of }) => of(row))),
});

export function loopTables(loops: CandidateLoops): LoopTable[] {
  const { summary, probes } = loops;
  return [
    ...(probes.length > 0 ? [probeTable(probes)] : [turnTable(summary.turns)]),
    ...(summary.causes.length > 0 ? [causeTable(summary.causes)] : []),
  ];
}

const turnTable = (turns: readonly agentLoops.TurnRow[]) =>
  table(
    {
      title: "By turn",
      note: "Tokens are sums over the calls. Ceiling: the most that any cache could have given back, estimated from words, and no less than what was read. Of ceiling: read over ceiling, with the 95% interval over documents.",
    },
    [
      { title: "Turn", rank: 0, of: ({ turn }) => ({ text: formatCount(turn) }) },
      { title: "Calls", rank: 3, of: ({ calls }) => ({ text: formatCount(calls) }) },
      { title: "Prompt", rank: 1, of: ({ promptTokens }) => ({ text: formatCount(promptTokens) }) },
      { title: "Read", rank: 0, of: ({ cachedTokens }) => ({ text: formatCount(cachedTokens) }) },
      { title: "Expected", rank: 2, of: ({ expectedTokens }) => ({ text: formatCount(expectedTokens) }) },
      { title: "Ceiling", rank: 1, of: ({ ceilingTokens }) => ({ text: formatCount(ceilingTokens) }) },
      { title: "Of ceiling", rank: 0, of: ({ grade }) => ratioCell(grade.ofCeiling) },
      { title: "TTFT", rank: 4, of: ({ ttftMs }) => ({ text: formatMs(ttftMs?.median ?? null) }) },
      { title: "Cost", rank: 5, of: ({ costUsd }) => ({ text: formatUsd(costUsd) }) },
    ],
    turns,
  );

const causeTable = (causes: readonly agentLoops.CauseRow[]) =>
  table(
    {
      title: "Why tokens were not read",
      note: "Tokens of the earlier prompt that were evaluated again, and what that cost above reading them.",
    },
    [
      { title: "Cause", rank: 0, of: (row) => ({ text: causeName(row) }) },
      { title: "Calls", rank: 2, of: ({ calls }) => ({ text: formatCount(calls) }) },
      { title: "Lost tokens", rank: 0, of: ({ lostTokens }) => ({ text: formatCount(lostTokens) }) },
      { title: "Extra cost", rank: 1, of: ({ lostUsd }) => ({ text: formatUsd(lostUsd) }) },
      {
        title: "Most in one call",
        rank: 3,
        of: ({ worst }) => ({ text: formatCount(worst.lostTokens), below: `turn ${worst.turn}` }),
      },
    ],
    causes,
  );

const probeTable = (probes: readonly agentLoops.ProbeResult[]) =>
  table(
    {
      title: "What breaks the cache",
      note: "Means over sessions of the last request: read where nothing was broken, and where it was. Lost: session by session, with the 95% interval; by the rule: what the vendor's rule takes.",
    },
    [
      {
        title: "Breaker",
        rank: 0,
        of: ({ breaker }) => ({ text: breaker, below: agentLoops.whatBreaks(breaker) ?? "" }),
      },
      {
        title: "Prompt",
        rank: 3,
        of: ({ treatment }) => ({ text: formatCount(treatment.promptTokens?.mean ?? null) }),
      },
      { title: "Unbroken", rank: 1, of: ({ control }) => ({ text: formatCount(control.cachedTokens?.mean ?? null) }) },
      {
        title: "Broken",
        rank: 1,
        of: ({ treatment }) => ({ text: formatCount(treatment.cachedTokens?.mean ?? null) }),
      },
      { title: "Lost", rank: 0, of: ({ lostTokens }) => meanCell(lostTokens, formatCount) },
      {
        title: "By the rule",
        rank: 2,
        of: ({ expectedLostTokens }) => ({ text: formatCount(expectedLostTokens?.mean ?? null) }),
      },
      { title: "Extra cost", rank: 3, of: ({ lostUsd }) => meanCell(lostUsd, formatUsd) },
      { title: "Sessions", rank: 4, of: sessionsCell },
      { title: "Most by", rank: 5, of: ({ causes: [most] }) => ({ text: most === undefined ? "" : causeName(most) }) },
    ],
    probes,
  );

export const causeName = ({ cause, change }: Pick<agentLoops.CauseRow, "cause" | "change">) => change ?? cause;

function ratioCell(ratio: RatioEstimate | null): LoopCell {
  if (ratio === null) return { text: unknown };
  const below = rangeText(ratio);
  return { text: formatShare(ratio.ratio), ...(below !== null && { below }) };
}

/** Of what any cache could have given back, no more than all is possible. Null where both ends print alike. */
export function rangeText({ ratio, interval }: RatioEstimate): string | null {
  if (interval === null || formatShare(interval.low) === formatShare(interval.high)) return null;
  return formatShareRange({ low: interval.low, high: ratio <= 1 ? Math.min(1, interval.high) : interval.high });
}

function meanCell(mean: MeanEstimate | null, format: (value: number) => string): LoopCell {
  if (mean === null) return { text: unknown };
  return { text: format(mean.mean), ...(mean.interval !== null && { below: formatRange(mean.interval, format) }) };
}

function sessionsCell({ lostTokens, leftOut }: agentLoops.ProbeResult): LoopCell {
  const text = formatCount(lostTokens?.n ?? 0);
  return leftOut === 0 ? { text } : { text, below: `${formatCount(leftOut)} left out` };
}

/** What the numbers leave out, and how tools were called. */
export function remarksOf({ sessions, analysed, tools, summary }: CandidateLoops): string[] {
  return [
    ...(analysed < sessions
      ? [
          `The first ${formatCount(analysed)} of ${formatCount(sessions)} sessions, as many as memory holds; the others are in no number of this section.`,
        ]
      : []),
    `${formatCount(summary.sessions)} session${summary.sessions === 1 ? "" : "s"}, ${formatCount(summary.calls)} call${summary.calls === 1 ? "" : "s"}.`,
    ...(tools === null ? [] : [toolSentence(tools)]),
  ];
}

function toolSentence({ toolCalls, errors }: agentLoops.ToolErrors): string {
  const wrong = Object.entries(errors).filter(([, count]) => count > 0);
  const answered = `${formatCount(toolCalls)} tool call${toolCalls === 1 ? "" : "s"} answered`;
  if (wrong.length === 0) return `${answered}, none with an error.`;
  return `${answered}, with errors: ${wrong.map(([kind, count]) => `${kind} ${formatCount(count)}`).join(", ")}.`;
}
