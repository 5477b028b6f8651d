/** The calls of a loop, one by one: what was read from the cache, what could have been, and why it was not. */
import { type CacheRule, type InferredHit, idealCache, inferHits, type Price } from "../../../../routes/index.ts";
import { type Usage, wasRefused } from "../../../../wire/index.ts";
import type { Cell, TrialCall, TrialRecord } from "../../../trial.ts";
import { type Loss, lossesOf } from "./losses.ts";
import { playRule, type TimedPrompt } from "./play-rule.ts";
import { predecessor } from "./predecessor.ts";
import { type PrefixChange, prefixChange } from "./prefix-change.ts";
import { type PromptPart, promptParts } from "./prompt-parts.ts";
import { type AnsweredPrompt, wordPrompts } from "./word-prompts.ts";

export interface LoopTurn {
  readonly trialId: string;
  readonly cell: Cell;
  readonly sampleId: string;
  /** What intervals take together. */
  readonly document: string;
  /** From 1. */
  readonly turn: number;
  /** Above 1, an earlier attempt may have left in the cache what the one that counts has read. */
  readonly attempts: number;
  /** Whether its answer is that of a trial that came to its end. */
  readonly endsTrial: boolean;
  /** As the server reports them, as are `cachedTokens`; null where it does not. */
  readonly promptTokens: number | null;
  readonly cachedTokens: number | null;
  /** Under the route's rule; null where there is none. */
  readonly expectedTokens: number | null;
  /** The most that was there to read: of what was sent before, and no less than what was read. */
  readonly ceilingTokens: number;
  /** Where nothing is reported and the rule expects most of the prompt to be there: what TTFT tells; else null. */
  readonly inferredHit: InferredHit | null;
  /** Tokens that were read beyond all that this run had sent before, as far as is known of it; 0 where they are none. */
  readonly beyondTokens: number;
  /** First byte of the first event. */
  readonly ttftMs: number | null;
  readonly costUsd: number | null;
  /** With what a server left out because it was 0. */
  readonly usage: Usage | null;
  /** Since the request that this one goes on from was sent; null for the first of a session. */
  readonly pauseMs: number | null;
  /** Against that request; null where nothing but the end is new, and for the first of a session. */
  readonly change: PrefixChange | null;
  /** Empty where nothing was lost, null where nobody can say. */
  readonly losses: readonly Loss[] | null;
}

export interface LoopTurnsOptions {
  readonly price: Price | null;
  readonly rule: CacheRule | null;
  /** The prompts' own tokens, where somebody knows them; else words stand for them, and all but what is reported is estimated. */
  readonly promptOf?: (call: TrialCall) => AnsweredPrompt;
  /**
   * The server leaves its cached tokens out where there are none, as vLLM does. Then a call without them read 0, if another
   * one says that the server reports them at all.
   */
  readonly omitsZero?: boolean;
}

/** Of estimated tokens, a difference up to this share of the prompt is taken for uneven tokens and no loss. */
const estimateSlack = 0.03;

/**
 * The turns of one candidate's trials, in the order in which they were sent. A rule is played over all calls that were not
 * refused, attempts that broke off included; the calls that counted are returned.
 */
export function loopTurns(records: readonly TrialRecord[], options: LoopTurnsOptions): LoopTurn[] {
  const { price, rule } = options;
  const seen = inOrder(records);
  const calls = seen.map(({ call }) => call);
  const promptOf = options.promptOf ?? wordPrompts(records[0]?.trial.candidate ?? "", calls);
  const timed = seen.map(({ call, sentAtMs, endedAtMs }): TimedPrompt => ({ ...promptOf(call), sentAtMs, endedAtMs }));
  const ceilings = playRule(idealCache(), timed);
  const expected = rule && playRule(rule, timed);
  const timeless = rule && playRule(rule, timed, true);
  const before = predecessors(seen);
  const alone = rule && playedAlone(rule, timed, before);
  const reports = calls.some(({ usage }) => usage?.cacheReadTokens != null);
  const turns = seen.flatMap(({ call, record, counts, sentAtMs, parts }, index): LoopTurn[] => {
    if (!counts || call.failure !== null) return [];
    const earlier = before[index] === null ? null : seen[before[index]!]!;
    const usage = options.omitsZero && reports ? withZero(call.usage) : call.usage;
    const promptTokens = usage?.inputTokens ?? null;
    const cachedTokens = usage?.cacheReadTokens ?? null;
    // Estimates are brought to the prompt's own count, so that they can be held against what is reported.
    const scale =
      options.promptOf === undefined && promptTokens !== null ? promptTokens / timed[index]!.prompt.tokens.length : 1;
    const scaled = (tokens: readonly number[] | null) => (tokens === null ? null : Math.round(tokens[index]! * scale));
    const expectedTokens =
      options.promptOf === undefined ? (call.expectedCacheReadTokens ?? scaled(expected)) : scaled(expected);
    const change = earlier === null ? null : prefixChange(earlier.parts, parts);
    const slack = options.promptOf === undefined ? estimateSlack * (promptTokens ?? 0) : 0;
    // A prompt that words make a little too long may seem to fill a step that it does not.
    const unevenStep = options.promptOf === undefined ? (rule?.stepTokens ?? 0) : 0;
    const estimatedCeiling = scaled(ceilings)!;
    const isExact = call.cacheCeilingTokens !== undefined || options.promptOf !== undefined;
    const sentBefore =
      call.cacheCeilingTokens ??
      Math.max(estimatedCeiling, options.promptOf === undefined ? (call.expectedCacheReadTokens ?? 0) : 0);
    const beyond = Math.max(0, (cachedTokens ?? 0) - sentBefore);
    // No rule gives more than the ceiling, and no server has read more: one that is below is raised, and where it is more
    // than a little below, that is said.
    const ceilingTokens = sentBefore + beyond;
    const beyondTokens = beyond > (isExact ? 0 : slack) ? beyond : 0;
    const appended = earlier === null ? 0 : Math.min(earlier.call.usage?.inputTokens ?? 0, promptTokens ?? 0);
    const readable = {
      appended,
      // Without a change the whole earlier prompt could be read, whatever estimates round to.
      ceiling: change === null ? appended : Math.min(ceilingTokens, appended),
      ...{ alone: scaled(alone), timeless: scaled(timeless), expected: expectedTokens },
    };
    const turn = {
      trialId: record.trial.id,
      cell: record.trial.cell,
      sampleId: record.trial.sampleId,
      document: record.trial.document,
      turn: call.turn,
      attempts: record.calls.filter(({ purpose, turn }) => purpose === "answer" && turn === call.turn).length,
      endsTrial: record.trial.outcome === "scored" && call.turn === record.trial.turns,
      ...{ promptTokens, cachedTokens, expectedTokens, ceilingTokens, beyondTokens },
      ttftMs: call.timings.firstEventMs,
      costUsd: call.costUsd,
      usage,
      pauseMs: earlier === null ? null : sentAtMs - earlier.sentAtMs,
      change,
      losses:
        cachedTokens === null || promptTokens === null
          ? null
          : lossesOf(cachedTokens, readable, { usage: usage!, price }).filter(
              ({ tokens, cause }) => tokens > slack + (cause === "unexplained" ? unevenStep : 0),
            ),
    };
    return [{ ...turn, inferredHit: null }];
  });
  return reports ? turns : withInferredHits(turns);
}

function withInferredHits(turns: readonly LoopTurn[]): LoopTurn[] {
  const timed = turns.flatMap(({ ttftMs, promptTokens, expectedTokens, turn }, at) =>
    ttftMs === null || ttftMs <= 0 || expectedTokens === null
      ? []
      : { at, ttftMs, inputTokens: promptTokens, expectedTokens, of: `turn ${turn}` },
  );
  const hits = new Map(inferHits(timed).map((hit, index) => [timed[index]!.at, hit]));
  return turns.map((turn, at) => ({ ...turn, inferredHit: hits.get(at) ?? null }));
}

function withZero(usage: Usage | null): Usage | null {
  if (usage === null || usage.cacheReadTokens !== null) return usage;
  return { ...usage, cacheReadTokens: 0, uncachedInputTokens: usage.inputTokens };
}

interface SeenCall {
  readonly record: TrialRecord;
  readonly call: TrialCall;
  readonly parts: readonly PromptPart[];
  /** Whether it is the last attempt at its turn. */
  readonly counts: boolean;
  readonly sentAtMs: number;
  readonly endedAtMs: number;
}

/** The candidate's calls in the order of their sending. Within a trial each begins when the one before has ended. */
function inOrder(records: readonly TrialRecord[]): SeenCall[] {
  const texts = new Map<string, string>();
  const seen = records.flatMap((record) => {
    let freeAtMs = Number.NEGATIVE_INFINITY;
    const answers = record.calls.filter((call) => call.purpose === "answer" && !wasRefused(call));
    return answers.map((call, index): SeenCall => {
      const sentAtMs = Math.max(Date.parse(call.timings.sentAt), freeAtMs);
      freeAtMs = sentAtMs + call.timings.endMs;
      return {
        ...{ record, call, sentAtMs, endedAtMs: freeAtMs },
        parts: kept(promptParts(call.requestBody, call.protocol), texts),
        counts: answers[index + 1]?.turn !== call.turn,
      };
    });
  });
  return seen.sort((a, b) => a.sentAtMs - b.sentAtMs);
}

/** A history stands in every request after it: its texts are kept once. */
function kept(parts: readonly PromptPart[], texts: Map<string, string>): PromptPart[] {
  return parts.map((part) => {
    const text = texts.get(part.text) ?? part.text;
    texts.set(text, text);
    return { ...part, text };
  });
}

/** For each call the number of the one that it goes on from, of the same trial. */
function predecessors(seen: readonly SeenCall[]): (number | null)[] {
  const ofTrial = new Map<TrialRecord, number[]>();
  return seen.map(({ record, parts }, index) => {
    const earlier = ofTrial.get(record) ?? [];
    const found = predecessor(
      parts,
      earlier.map((one) => seen[one]!.parts),
    );
    ofTrial.set(record, [...earlier, index]);
    return found === null ? null : earlier[found]!;
  });
}

/** What each call should have read if its session had had the server to itself, and time had stood still. */
function playedAlone(rule: CacheRule, timed: readonly TimedPrompt[], before: readonly (number | null)[]): number[] {
  const sessions: number[] = [];
  for (const [index, earlier] of before.entries()) sessions.push(earlier === null ? index : sessions[earlier]!);
  const alone = new Array<number>(timed.length).fill(0);
  for (const members of Map.groupBy(timed.keys(), (index) => sessions[index]!).values()) {
    const reads = playRule(
      rule,
      members.map((index) => timed[index]!),
      true,
    );
    for (const [place, index] of members.entries()) alone[index] = reads[place]!;
  }
  return alone;
}
