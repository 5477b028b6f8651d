/** A replayed loop: the requests of a trace, sent again turn by turn, so that every model gets the same prompts. */
import { effortTogether } from "../../../effort.ts";
import type { Effort, Sample, Scenario } from "../../../scenario.ts";
import { turnEffort } from "../../../turn-effort.ts";
import { playSteps, type Sleep, type Step } from "../steps.ts";
import { longestWordBytes } from "./synthetic-text.ts";
import type { Session, Trace } from "./trace.ts";

export interface ReplayOptions {
  /** Another one in each run: prompts with another seed share nothing, so that earlier runs have warmed no cache. */
  readonly seed: string;
  /** Of each answer. With one token, an answer leaves nothing in a cache that a later prompt could find by chance. */
  readonly maxOutputTokens: number;
  /** Pauses of the trace are kept up to this, ms; 0 for none. */
  readonly longestPauseMs: number;
  /** A session ends before its first request above this, tokens; null for all. */
  readonly longestInputTokens: number | null;
  /** A session ends after so many requests; null for all. */
  readonly mostRequests: number | null;
}

export const replayDefaults: Omit<ReplayOptions, "seed"> = {
  maxOutputTokens: 1,
  longestPauseMs: 0,
  longestInputTokens: null,
  mostRequests: null,
};

/**
 * One sample a session, in the trace's order. The assistant's turns are the trace's own, not the model's. With several
 * calls at a time, several sessions run side by side.
 */
export function replayLoop(trace: Trace, options: ReplayOptions, sleep?: Sleep): Scenario {
  const sessions = trace.sessions
    .map((session) => cutShort(session, options))
    .filter(({ requests }) => requests.length > 0);
  const byId = new Map(sessions.map((session) => [session.id, session]));
  const solver = playSteps(
    { name: "replay", version: 1 },
    ({ id }) => stepsOf(byId.get(id)!, options),
    ...(sleep === undefined ? [] : [sleep]),
  );
  const longest = () => sessions.reduce((most, session) => Math.max(most, longestRequest(session, options)), 0);
  return {
    name: "agent-loop-replay",
    version: 1,
    question: "How much of a repeated agent loop is read from the cache, turn by turn, and what do misses cost?",
    source: "Trace replay after AgentX and AIPerf; Mooncake (Qin et al. 2024, arXiv:2407.00079) for traces in blocks",
    cells: [{ trace: trace.name }],
    sampleCount: () => sessions.length,
    *samples() {
      for (const session of sessions) yield sampleOf(session, options);
    },
    isInOrder: true,
    scorers: [],
    solver: () => solver,
    effort: (_cell, { id }) => sessionEffort(byId.get(id)!, options),
    contextTokens: longest,
    options: { ...options, trace: { name: trace.name, sha256: trace.sha256 } },
  };
}

function cutShort(session: Session, { longestInputTokens, mostRequests }: ReplayOptions): Session {
  const tooLong = session.requests.findIndex(
    ({ inputTokens }) => longestInputTokens !== null && (inputTokens ?? 0) > longestInputTokens,
  );
  const kept = session.requests.slice(0, tooLong < 0 ? undefined : tooLong).slice(0, mostRequests ?? undefined);
  return { ...session, requests: kept };
}

function* stepsOf({ requests, turns }: Session, { seed, longestPauseMs }: ReplayOptions): Generator<Step> {
  let index = 0;
  for (const turn of turns(seed)) {
    const request = requests[index++];
    if (request === undefined) return;
    const ms = Math.min(request.pauseMs, longestPauseMs);
    if (ms > 0) yield { kind: "wait", ms };
    yield { kind: "ask", turn };
  }
}

const longestRequest = (session: Session, { seed }: ReplayOptions) =>
  requestEfforts(session, seed).reduce((longest, { inputTokens }) => Math.max(longest, inputTokens ?? 0), 0);

function sessionEffort(session: Session, { seed, longestPauseMs }: ReplayOptions): Effort {
  const pauseMs = session.requests.reduce((sum, request) => sum + Math.min(request.pauseMs, longestPauseMs), 0);
  return { ...effortTogether(requestEfforts(session, seed)), pauseMs };
}

/** Where the lengths of prompts are known, their words are not made to be counted. */
function requestEfforts({ requests, turns }: Session, seed: string): Effort[] {
  return requests.every(({ inputTokens }) => inputTokens !== null)
    ? requests.map(({ inputTokens }, index) => shapeEffort(inputTokens!, index))
    : firstOf(turns(seed), requests.length).map(turnEffort);
}

function firstOf<Item>(items: Iterable<Item>, count: number): Item[] {
  const first: Item[] = [];
  for (const item of items) if (first.push(item) >= count) break;
  return first;
}

/** Messages are one more, or two, with each request. */
const shapeEffort = (inputTokens: number, index: number): Effort => ({
  calls: 1,
  inputTokens,
  mostInputTokens: inputTokens * longestWordBytes + (2 * index + 4) * messageFrameBytes,
  pauseMs: 0,
});

/** Of a message in a body besides its text, and of the body. */
const messageFrameBytes = 128;

function sampleOf({ id, document, turns }: Session, { seed, maxOutputTokens }: ReplayOptions): Sample {
  const [opening] = turns(seed);
  return {
    id,
    document,
    ...opening!,
    target: null,
    settings: { maxTokens: maxOutputTokens },
    depth: null,
    answerable: true,
  };
}
