/** Runs a plan: asks, retries, scores, and hands each finished trial to the recorder before going on. */
import { costCeiling, costOf, type PrefixHistory, prefixHistory, type Route } from "../routes/index.ts";
import { type Call, type CallFailure, type CallRequest, isRetryable } from "../wire/index.ts";
import type { Budget } from "./budget.ts";
import { type Plan, type PlannedTrial, plannedTrials, requestFor } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import type { Score, Trial, TrialRecord } from "./trial.ts";

/** Keeps finished trials. When the promise of `record` resolves, the trial is safe from a crash of this process. */
export interface Recorder {
  readonly record: (record: TrialRecord) => Promise<void>;
}

export interface RunOptions {
  readonly plan: Plan;
  /** Calls at the same time on a route. */
  readonly concurrency: (route: Route) => number;
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  readonly recorder: Recorder;
  /** Trials that an earlier part of this run has finished. */
  readonly isDone: (trialId: string) => boolean;
  readonly send: (route: Route, request: CallRequest, signal: AbortSignal) => Promise<Call>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Null for no cap. */
  readonly budget: Budget | null;
  /** Aborted: no new trial is started, those under way are finished. */
  readonly stopping: AbortSignal;
  /** Aborted: calls under way are given up; their trials are left for `--resume`. */
  readonly aborting: AbortSignal;
  readonly onTrial: (trial: Trial) => void;
}

export type RunEnd = "finished" | "interrupted" | "cost cap reached";

/** The longest that Retry-After is honoured, ms; a server that asks for more ends the trial as failed. */
const longestWaitMs = 120_000;

export async function runTrials(options: RunOptions): Promise<RunEnd> {
  const lanes = Map.groupBy(options.plan.routes, ({ lane }) => lane);
  // When a trial cannot be kept, asking on would only cost money.
  const broken = new AbortController();
  const stopping = AbortSignal.any([options.stopping, broken.signal]);
  const aborting = AbortSignal.any([options.aborting, broken.signal]);
  const running = [...lanes.values()].map((routes) => runLane(routes, { ...options, stopping, aborting }));
  for (const lane of running) lane.catch(() => broken.abort());
  const ended = await Promise.allSettled(running);
  const failed = ended.find((lane) => lane.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const ends = ended.map((lane) => (lane.status === "fulfilled" ? lane.value : "interrupted"));
  return ends.find((end) => end === "cost cap reached") ?? ends.find((end) => end !== "finished") ?? "finished";
}

/** One route after the other; each with up to `concurrency` calls at a time. The routes of a lane take turns. */
async function runLane(routes: readonly Route[], options: RunOptions): Promise<RunEnd> {
  for (const route of routes) {
    const end = await runRoute(route, options);
    if (end !== "finished") return end;
  }
  return "finished";
}

async function runRoute(route: Route, options: RunOptions): Promise<RunEnd> {
  const trials = plannedTrials(options.plan, route)[Symbol.iterator]();
  const history = prefixHistory(route.sequences ?? 1);
  const pace: Pace = { until: 0 };
  let end: RunEnd = "finished";
  const worker = async () => {
    while (end === "finished") {
      if (options.stopping.aborted) {
        end = "interrupted";
        return;
      }
      const next = trials.next();
      if (next.done) return;
      if (options.isDone(next.value.id)) continue;
      const ended = await runTrial(next.value, history, pace, options);
      if (ended !== "finished") end = ended;
    }
  };
  await Promise.all(Array.from({ length: options.concurrency(route) }, worker));
  return end;
}

/** When the next request to this route may leave, as `performance.now()`; a 429 holds back all of its workers. */
interface Pace {
  until: number;
}

async function runTrial(
  planned: PlannedTrial,
  history: PrefixHistory,
  pace: Pace,
  options: RunOptions,
): Promise<RunEnd> {
  const { route } = planned;
  const request = requestFor(planned, options.plan);
  const tokens = route.tokenize === null ? null : await route.tokenize(request);
  const tooLong = skipReason(route, request, tokens);
  if (tooLong !== null) {
    await keep({ trial: unanswered(planned, "skipped", tooLong, 0), calls: [] }, options);
    return "finished";
  }
  const predicted = tokens === null ? null : history.begin(tokens);
  const calls = await asked(planned, request, pace, options).finally(() => predicted?.end());
  if (typeof calls === "string") return calls;
  await keep({ trial: judged(planned, calls, predicted?.expected ?? null, options.plan.scenario), calls }, options);
  return "finished";
}

/** The calls that it took, retries included; or why there is to be no answer. */
async function asked(
  { route }: PlannedTrial,
  request: CallRequest,
  pace: Pace,
  options: RunOptions,
): Promise<readonly Call[] | RunEnd> {
  const calls: Call[] = [];
  while (true) {
    const wait = pace.until - performance.now();
    if (wait > 0) await options.sleep(wait, options.stopping);
    if (options.stopping.aborted && calls.length > 0) return "interrupted";
    const reservation = reserve(route, request, options);
    if (reservation === "refused") return "cost cap reached";
    const call = await options.send(route, request, options.aborting);
    reservation?.settle(call.failure === null ? costOf(call.usage, route.price) : costAfterFailure(call, route));
    if (call.failure?.class === "cancelled") return "interrupted";
    calls.push(call);
    if (call.failure === null) return calls;
    const pause = retryPause(call.failure, calls.length, options.retries);
    if (pause === null) return calls;
    pace.until = Math.max(pace.until, performance.now() + pause);
  }
}

async function keep(record: TrialRecord, options: RunOptions): Promise<void> {
  await options.recorder.record(record);
  options.onTrial(record.trial);
}

function reserve(route: Route, request: CallRequest, { budget }: RunOptions) {
  if (budget === null || route.price === null) return null;
  const bytes = Buffer.byteLength(JSON.stringify(request));
  return budget.reserve(costCeiling(bytes, request.maxTokens ?? 0, route.price)) ?? "refused";
}

/** A call that was refused before it was answered costs nothing; one that broke off costs what it reported, if it did. */
function costAfterFailure(call: Call, route: Route): number | null {
  return call.status === null || call.status >= 400 ? 0 : costOf(call.usage, route.price);
}

/** How long to wait before the next attempt, ms; null when there is to be none. */
function retryPause(failure: CallFailure, attempts: number, retries: number): number | null {
  if (attempts > retries || !isRetryable(failure)) return null;
  const pause = failure.retryAfterMs ?? Math.min(30_000, 500 * 2 ** (attempts - 1));
  return pause > longestWaitMs ? null : pause;
}

function skipReason(route: Route, request: CallRequest, tokens: Int32Array | null): string | null {
  if (tokens === null || route.contextTokens === null) return null;
  const needed = tokens.length + (request.maxTokens ?? 0);
  return needed > route.contextTokens
    ? `prompt and answer need ${needed} tokens, the model's context holds ${route.contextTokens}`
    : null;
}

type Identity = Pick<Trial, "id" | "candidate" | "cell" | "sampleId" | "depth" | "answerable" | "target">;

function identityOf({ id, route, cell, sample }: PlannedTrial): Identity {
  const { depth, answerable, target } = sample;
  return { id, candidate: route.id, cell, sampleId: sample.id, depth, answerable, target };
}

function unanswered(planned: PlannedTrial, outcome: "skipped", message: string, attempts: number): Trial {
  return {
    ...identityOf(planned),
    outcome,
    scores: null,
    failure: { class: "context-exceeded", message },
    answer: null,
    usage: null,
    expectedCacheReadTokens: null,
    costUsd: null,
    timings: null,
    kvCacheBytes: null,
    attempts,
  };
}

function judged(planned: PlannedTrial, calls: readonly Call[], expected: number | null, scenario: Scenario): Trial {
  const call = calls.at(-1)!;
  const { route, sample } = planned;
  const base = {
    ...identityOf(planned),
    answer: call.answer.text,
    usage: call.usage,
    expectedCacheReadTokens: expected,
    costUsd: costOf(call.usage, route.price),
    timings: call.timings,
    kvCacheBytes: kvCacheBytes(call, route),
    attempts: calls.length,
  };
  if (call.failure !== null) {
    const { class: kind, message } = call.failure;
    return { ...base, outcome: "failed", scores: null, failure: { class: kind, message } };
  }
  try {
    const scores: Record<string, Score> = {};
    for (const scorer of scenario.scorers) {
      const score = scorer.score(sample, call.answer.text);
      if (score !== null) scores[scorer.name] = score;
    }
    return { ...base, outcome: "scored", scores, failure: null };
  } catch (error) {
    return { ...base, outcome: "failed", scores: null, failure: { class: "scorer", message: String(error) } };
  }
}

/**
 * Fixed state, and the bytes of each token that the call left in the cache: all but the last one of the output, which is
 * sampled and never read.
 */
function kvCacheBytes(call: Call, { kvCache }: Route): number | null {
  const input = call.usage?.inputTokens ?? null;
  const output = call.usage?.outputTokens ?? null;
  if (kvCache === null || input === null || output === null) return null;
  return kvCache.fixedBytes + kvCache.bytesPerToken * (input + Math.max(0, output - 1));
}
