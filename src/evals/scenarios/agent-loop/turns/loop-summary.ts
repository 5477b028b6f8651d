/** A loop in numbers: turn by turn, and cause by cause. Plain data, for tables, pages and `advice`. */
import { type CacheGrade, gradeCalls } from "../../../../routes/index.ts";
import { type MedianEstimate, medianEstimate } from "../../../../stats/index.ts";
import type { LoopTurn } from "./loop-turns.ts";
import { type Cause, causes } from "./losses.ts";
import { type ChangeKind, changeKinds } from "./prefix-change.ts";

export interface TurnRow {
  /** From 1. */
  readonly turn: number;
  readonly calls: number;
  /** Sums over the calls that report them. */
  readonly promptTokens: number;
  readonly cachedTokens: number | null;
  readonly expectedTokens: number | null;
  readonly ceilingTokens: number;
  readonly grade: CacheGrade;
  readonly ttftMs: MedianEstimate | null;
  /** Null where it is not known of each call. */
  readonly costUsd: number | null;
}

export interface CauseRow {
  readonly cause: Cause;
  /** What was done to the prompt, where that is the cause. */
  readonly change: ChangeKind | null;
  /** Calls that lost tokens to it. */
  readonly calls: number;
  readonly lostTokens: number;
  /** Above what reading them would have cost; null where it is not known of each call. */
  readonly lostUsd: number | null;
  /** The shortest pause before a call that lost tokens to it, ms. */
  readonly shortestPauseMs: number | null;
  /** The call that lost most. */
  readonly worst: { readonly trialId: string; readonly turn: number; readonly lostTokens: number };
}

export interface LoopSummary {
  readonly sessions: number;
  readonly calls: number;
  /** Calls whose server did not say what it read from its cache: nothing is said of their losses. */
  readonly unreported: number;
  /** Of those whose prompt the rule expects to be there for the most part: what TTFT tells. */
  readonly inferred: { readonly hits: number; readonly misses: number; readonly unclear: number };
  /** Calls that read more than this run had sent before, and how many tokens more. */
  readonly beyond: { readonly calls: number; readonly tokens: number };
  readonly grade: CacheGrade;
  readonly turns: readonly TurnRow[];
  /** Most tokens first. */
  readonly causes: readonly CauseRow[];
  readonly costUsd: number | null;
  /** The longest pause after which nothing had expired, ms; null where there was none. */
  readonly longestKeptPauseMs: number | null;
}

/** @param turns of one candidate */
export function loopSummary(turns: readonly LoopTurn[]): LoopSummary {
  const byTurn = Map.groupBy(turns, ({ turn }) => turn);
  const kept = turns.filter(
    ({ pauseMs, losses, cachedTokens }) =>
      pauseMs !== null && losses !== null && cachedTokens! > 0 && losses.every(({ cause }) => cause !== "expired"),
  );
  return {
    sessions: new Set(turns.map(({ trialId }) => trialId)).size,
    calls: turns.length,
    unreported: turns.filter(({ cachedTokens }) => cachedTokens === null).length,
    inferred: {
      hits: turns.filter(({ inferredHit }) => inferredHit?.verdict === "hit").length,
      misses: turns.filter(({ inferredHit }) => inferredHit?.verdict === "miss").length,
      unclear: turns.filter(({ inferredHit }) => inferredHit?.verdict === "unknown").length,
    },
    beyond: {
      calls: turns.filter(({ beyondTokens }) => beyondTokens > 0).length,
      tokens: turns.reduce((sum, { beyondTokens }) => sum + beyondTokens, 0),
    },
    grade: gradeOf(turns),
    turns: [...byTurn].sort(([a], [b]) => a - b).map(([turn, of]) => turnRow(turn, of)),
    causes: causeRows(turns),
    costUsd: sumOf(turns.map(({ costUsd }) => costUsd)),
    longestKeptPauseMs: kept.length === 0 ? null : Math.max(...kept.map(({ pauseMs }) => pauseMs!)),
  };
}

const gradeOf = (turns: readonly LoopTurn[]) =>
  gradeCalls(
    turns.flatMap(({ document: cluster, promptTokens, cachedTokens, expectedTokens, ceilingTokens }) =>
      promptTokens === null
        ? []
        : [
            {
              cluster,
              promptTokens,
              reportedTokens: cachedTokens,
              expectedTokens,
              ceilingTokens: Math.min(ceilingTokens, promptTokens),
            },
          ],
    ),
  );

function turnRow(turn: number, of: readonly LoopTurn[]): TurnRow {
  const times = of.map(({ ttftMs }) => ttftMs).filter((ms) => ms !== null);
  return {
    turn,
    calls: of.length,
    promptTokens: of.reduce((sum, { promptTokens }) => sum + (promptTokens ?? 0), 0),
    cachedTokens: sumOfKnown(of.map(({ cachedTokens }) => cachedTokens)),
    expectedTokens: sumOfKnown(of.map(({ expectedTokens }) => expectedTokens)),
    ceilingTokens: of.reduce((sum, { ceilingTokens }) => sum + ceilingTokens, 0),
    grade: gradeOf(of),
    ttftMs: medianEstimate(times),
    costUsd: sumOf(of.map(({ costUsd }) => costUsd)),
  };
}

/** Most tokens first. */
export function causeRows(turns: readonly LoopTurn[]): CauseRow[] {
  const lost = turns.flatMap((turn) =>
    (turn.losses ?? []).map((loss) => ({ turn, ...loss, change: kindOf(turn, loss.cause) })),
  );
  const groups = causes.flatMap((cause) =>
    (cause === "prefix changed" ? changeKinds : [null]).map((change) => ({
      ...{ cause, change },
      lost: lost.filter((loss) => loss.cause === cause && loss.change === change),
    })),
  );
  return groups
    .filter((group) => group.lost.length > 0)
    .map(({ cause, change, lost: of }): CauseRow => {
      const worst = of.reduce((most, loss) => (loss.tokens > most.tokens ? loss : most));
      const pauses = of.map(({ turn }) => turn.pauseMs).filter((ms) => ms !== null);
      return {
        ...{ cause, change },
        calls: of.length,
        lostTokens: of.reduce((sum, { tokens }) => sum + tokens, 0),
        lostUsd: sumOf(of.map(({ costUsd }) => costUsd)),
        shortestPauseMs: pauses.length === 0 ? null : Math.min(...pauses),
        worst: { trialId: worst.turn.trialId, turn: worst.turn.turn, lostTokens: worst.tokens },
      };
    })
    .sort((a, b) => b.lostTokens - a.lostTokens);
}

const kindOf = ({ change }: LoopTurn, cause: Cause) => (cause === "prefix changed" ? (change?.kind ?? null) : null);

/** Null of nothing, and where one is not known. */
const sumOf = (values: readonly (number | null)[]) =>
  values.length === 0 || values.includes(null) ? null : values.reduce<number>((sum, value) => sum + value!, 0);

/** Null where none is known. */
const sumOfKnown = (values: readonly (number | null)[]) => sumOf(values.filter((value) => value !== null));
