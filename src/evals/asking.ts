/** One call of a run with all that the run owes it: the cap, the route's pace, retries. */
import { costCeiling, costOf, type Route } from "../routes/index.ts";
import { type Call, type CallFailure, type CallRequest, isRetryable, wasRefused } from "../wire/index.ts";
import type { Purse, Reservation, Use } from "./budget.ts";
import type { TrialCall } from "./trial.ts";

export interface AskingOptions {
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  readonly send: (route: Route, request: CallRequest, signal: AbortSignal) => Promise<Call>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Null where nobody keeps count. */
  readonly purse: Purse | null;
  /** Aborted: no new trial is started, those under way are finished. */
  readonly stopping: AbortSignal;
  /** Aborted: calls under way are given up; their trials are left for `--resume`. */
  readonly aborting: AbortSignal;
}

/** When the next request to a route may leave, as `performance.now()`; a 429 holds back all of its calls. */
export interface Pace {
  until: number;
}

/** The run ends here: a trial that throws it has no outcome, and is left for `--resume`. */
export class Halt extends Error {
  readonly end: "interrupted" | "cost cap reached" | "judge gone";

  constructor(end: Halt["end"]) {
    super(end);
    this.end = end;
  }
}

/** The longest that Retry-After is honoured, ms; a server that asks for more ends the trial as failed. */
const longestWaitMs = 120_000;

/**
 * The calls that one request of a trial took, the last of which counts.
 *
 * @param keep  takes each call as it ends, one that was given up too
 * @throws Halt
 */
export async function call(
  route: Route,
  request: CallRequest,
  { trialId, pace }: { readonly trialId: string; readonly pace: Pace },
  options: AskingOptions,
  keep: (call: Omit<TrialCall, "purpose" | "turn" | "expectedCacheReadTokens">) => void,
): Promise<Call> {
  for (let attempts = 1; ; attempts++) {
    const wait = pace.until - performance.now();
    if (wait > 0) await options.sleep(wait, options.stopping);
    // What runs here is no spending; of what has no price a log could tell nothing, and a cap has to know of it.
    const isCounted = route.kind === "vendor" && (route.price !== null || options.purse?.isCapped === true);
    const purse = isCounted ? options.purse : null;
    const reservation = await reserved(purse, purse && route.price && costCeiling(request, route.price), { trialId });
    if (options.stopping.aborted && attempts > 1) {
      reservation?.release();
      throw new Halt("interrupted");
    }
    const made = await options.send(route, request, options.aborting);
    const costUsd = made.failure === null ? costOf(made.usage, route.price) : costAfterFailure(made, route);
    // Before anything else: whatever happens to the call from here on, its money is spent.
    reservation?.settle(costUsd);
    keep({ ...made, costUsd, ...(reservation !== null && { spendingEntry: reservation.entry }) });
    if (made.failure?.class === "cancelled") throw new Halt("interrupted");
    const pause = made.failure === null ? null : retryPause(made.failure, attempts, options.retries);
    if (pause === null) return made;
    pace.until = Math.max(pace.until, performance.now() + pause);
  }
}

/**
 * @param ceilingUsd  null where the price is not known
 * @returns null where nobody keeps count
 * @throws Halt where the cap does not allow it
 */
export async function reserved(purse: Purse | null, ceilingUsd: number | null, use: Use): Promise<Reservation | null> {
  if (purse === null) return null;
  const reservation = await purse.reserve(ceilingUsd, use);
  if (reservation === null) throw new Halt("cost cap reached");
  return reservation;
}

/** What was refused costs nothing. What broke off costs what it reported; where it did not, nobody knows (null). */
const costAfterFailure = (made: Call, route: Route): number | null =>
  wasRefused(made) ? 0 : costOf(made.usage, route.price);

/** How long to wait before the next attempt, ms; null when there is to be none. */
function retryPause(failure: CallFailure, attempts: number, retries: number): number | null {
  if (attempts > retries || !isRetryable(failure)) return null;
  const pause = failure.retryAfterMs ?? Math.min(30_000, 500 * 2 ** (attempts - 1));
  return pause > longestWaitMs ? null : pause;
}
