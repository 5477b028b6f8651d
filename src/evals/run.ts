/** Runs a plan: asks, scores, and hands each finished trial to the recorder before going on. */
import { UserError } from "../errors.ts";
import type { Route } from "../routes/index.ts";
import type { Call, CallRequest } from "../wire/index.ts";
import { type AskingOptions, call, Halt, type Pace } from "./asking.ts";
import { type Budget, Purse } from "./budget.ts";
import { CachePrediction } from "./cache-prediction.ts";
import { type Plan, type PlannedTrial, plannedCount, requestFor } from "./plan.ts";
import { Dispatcher } from "./planning/dispatcher.ts";
import { type Window, windowsOf } from "./planning/windows.ts";
import type { AskJudge } from "./scenario.ts";
import { ServerWatch } from "./server-watch.ts";
import { type Ask, oneCall } from "./solver.ts";
import type { AnsweredTrial, Trial, TrialCall, TrialRecord } from "./trial.ts";
import { failedTrial, judgedTrial, skippedTrial } from "./trial-of.ts";

/** Keeps finished trials. When a promise of it resolves, what it keeps is safe from a crash of this process. */
export interface Recorder {
  readonly record: (record: TrialRecord) => Promise<void>;
  /** An answer that is still to be judged, in the place of what was kept of it before; left out where it is asked again. */
  readonly hold?: (answered: AnsweredTrial) => Promise<void>;
}

export interface RunOptions extends Omit<AskingOptions, "purse"> {
  readonly plan: Plan;
  /** Null where nobody keeps count. */
  readonly budget: Budget | null;
  /** Calls at the same time on a route. */
  readonly concurrency: (route: Route) => number;
  readonly recorder: Recorder;
  /** Trials that an earlier part of this run has finished. */
  readonly isDone: (trialId: string) => boolean;
  /** Trials that an earlier part has answered, and whose judging was broken off. */
  readonly answered?: (trialId: string) => AnsweredTrial | undefined;
  /** Whom scorers ask; null where none of them asks anybody. */
  readonly judge: Route | null;
  readonly onTrial: (trial: Trial) => void;
}

/** `server gone`: it had answered, and takes no connections any more; what is left is left for `--resume`. */
export type RunEnd = "finished" | "server gone" | Halt["end"];

export async function runTrials(options: RunOptions): Promise<RunEnd> {
  const lanes = Map.groupBy(options.plan.routes, ({ lane }) => lane);
  // When a trial cannot be kept, asking on would only cost money.
  const broken = new AbortController();
  const stopping = AbortSignal.any([options.stopping, broken.signal]);
  const aborting = AbortSignal.any([options.aborting, broken.signal]);
  const judgePace: Pace = { until: 0 };
  const purse = options.budget && new Purse(options.budget);
  const running = [...lanes.values()].map((routes) =>
    runLane(routes, { ...options, stopping, aborting, purse }, judgePace),
  );
  for (const lane of running) lane.catch(() => broken.abort());
  const ended = await Promise.allSettled(running);
  const failed = ended.find((lane) => lane.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const ends = ended.map((lane) => (lane.status === "fulfilled" ? lane.value : "interrupted"));
  return ends.find((end) => end === "cost cap reached") ?? ends.find((end) => end !== "finished") ?? "finished";
}

type Running = RunOptions & AskingOptions;

/** Under a cap the routes of a lane take turns: so many each, so that the first does not spend what all are to share. */
const turnsUnderCap = 10;

/** One route after the other, each with up to `concurrency` calls at a time. */
async function runLane(routes: readonly Route[], options: Running, judgePace: Pace): Promise<RunEnd> {
  const asked = routes.map((route) => new AskedRoute(route, options, judgePace));
  const turns = options.purse?.isCapped === true && routes.length > 1 ? turnsUnderCap : 1;
  for (let turn = 1; turn <= turns; turn++)
    for (const route of asked) {
      const end = await route.askUntil(turn / turns);
      if (end !== "finished") return end;
    }
  return "finished";
}

/** A route while it is asked. */
interface Asked {
  readonly route: Route;
  readonly cache: CachePrediction;
  readonly pace: Pace;
  readonly judgePace: Pace;
  readonly server: ServerWatch;
}

interface OpenWindow extends Window {
  readonly dispatcher: Dispatcher;
}

/** The trials of a route, asked in the plan's order, with stops on the way. */
class AskedRoute {
  readonly #asked: Asked;
  readonly #options: Running;
  readonly #concurrency: number;
  readonly #windows: AsyncIterator<Window>;
  #window: OpenWindow | null = null;
  #begun = 0;

  constructor(route: Route, options: Running, judgePace: Pace) {
    this.#asked = {
      route,
      cache: new CachePrediction(route),
      pace: { until: 0 },
      judgePace,
      server: new ServerWatch(),
    };
    this.#options = options;
    this.#concurrency = options.concurrency(route);
    this.#windows = windowsOf(options.plan, route, this.#concurrency, options.isDone)[Symbol.asyncIterator]();
  }

  /** @param share  of the planned trials, 0 to 1 */
  async askUntil(share: number): Promise<RunEnd> {
    const { plan } = this.#options;
    const most = share < 1 ? share * plannedCount({ ...plan, routes: [this.#asked.route] }) : Number.POSITIVE_INFINITY;
    while (this.#begun < most) {
      if (this.#window === null) {
        const { value, done } = await this.#windows.next();
        if (done === true) break;
        this.#window = { ...value, dispatcher: new Dispatcher(value.schedule) };
      }
      const end = await this.#askWindow(this.#window, most);
      if (end !== "finished") return end;
      if (this.#window.dispatcher.isEmpty) this.#window = null;
    }
    return "finished";
  }

  async #askWindow({ trials, schedule, dispatcher }: OpenWindow, most: number): Promise<RunEnd> {
    let end: RunEnd = "finished";
    let changed = Promise.withResolvers<void>();
    const worker = async () => {
      while (end === "finished" && this.#begun < most) {
        if (this.#options.stopping.aborted) {
          end = "interrupted";
          break;
        }
        const place = dispatcher.take();
        if (place === null) {
          if (dispatcher.isEmpty) break;
          // All that is left waits for what others are asking.
          await changed.promise;
          continue;
        }
        this.#begun++;
        const ended = await runTrial(trials[schedule.order[place]!]!, this.#asked, this.#options);
        if (ended !== "finished") end = ended;
        else if (this.#asked.server.isGone) end = "server gone";
        dispatcher.end(place);
        changed.resolve();
        changed = Promise.withResolvers();
      }
      changed.resolve();
    };
    await Promise.all(Array.from({ length: this.#concurrency }, worker));
    return end;
  }
}

async function runTrial(planned: PlannedTrial, asked: Asked, options: Running): Promise<RunEnd> {
  const { plan, recorder, onTrial } = options;
  const { scorers, solver = () => oneCall } = plan.scenario;
  const earlier = options.answered?.(planned.id);
  const calls: TrialCall[] = [...(earlier?.calls ?? [])];
  let answer = earlier?.answer ?? null;
  const keep = async (trial: Trial): Promise<RunEnd> => {
    await recorder.record({ trial, calls });
    asked.server.add(trial);
    onTrial(trial);
    return "finished";
  };
  try {
    answer ??= await solver(planned.cell, planned.route).solve(planned.sample, askOf(planned, calls, asked, options));
    const judge = judgeOf(planned, calls, asked.judgePace, options);
    return await keep(await judgedTrial(planned, calls, answer, scorers, judge));
  } catch (error) {
    if (error instanceof Halt) {
      if (answer !== null) await recorder.hold?.({ trialId: planned.id, answer, calls });
      return error.end;
    }
    if (error instanceof TooLong) return keep(skippedTrial(planned, calls, error.message));
    if (error instanceof TurnFailed) return keep(failedTrial(planned, calls));
    throw error;
  }
}

/** The next prompt does not fit the model's context. */
class TooLong extends Error {}

/** The candidate's call failed for good. */
class TurnFailed extends Error {}

function askOf(planned: PlannedTrial, calls: TrialCall[], { route, cache, pace }: Asked, options: Running): Ask {
  let turn = 0;
  return async (given) => {
    turn += 1;
    const request = requestFor(planned, given, options.plan);
    const tokens = route.tokenize === null ? null : await route.tokenize(request);
    if (tokens !== null) refuseTooLong(route, request, tokens);
    const predicted = cache.begin(request, tokens, performance.now());
    let made: Call | null = null;
    try {
      made = await call(route, request, { trialId: planned.id, pace }, options, (one) =>
        calls.push({
          ...{ ...one, purpose: "answer", turn, expectedCacheReadTokens: predicted.expected(one) },
          ...(predicted.ceilingTokens !== null && { cacheCeilingTokens: predicted.ceilingTokens }),
        }),
      );
      if (made.failure !== null) throw new TurnFailed(made.failure.message);
      return made;
    } finally {
      predicted.end(made);
    }
  };
}

function refuseTooLong({ contextTokens }: Route, { maxTokens = 0 }: CallRequest, tokens: Int32Array): void {
  const needed = tokens.length + maxTokens;
  if (contextTokens !== null && needed > contextTokens)
    throw new TooLong(`prompt and answer need ${needed} tokens, the model's context holds ${contextTokens}`);
}

/** A judge that cannot be reached says nothing about an answer: the run ends, and what waits for it is judged later. */
function judgeOf({ id: trialId }: PlannedTrial, calls: TrialCall[], pace: Pace, options: Running): AskJudge {
  const { judge } = options;
  return async (request) => {
    if (judge === null) throw noJudge;
    const whole = {
      ...request,
      model: judge.model,
      stream: true,
      maxTokens: request.maxTokens ?? judge.maxOutputTokens,
    };
    const turn = calls.at(-1)?.turn ?? 1;
    const rest = { purpose: "judge", turn, expectedCacheReadTokens: null } as const;
    const made = await call(judge, whole, { trialId, pace }, options, (one) => calls.push({ ...one, ...rest }));
    if (made.failure?.class === "connection-refused") throw new Halt("judge gone");
    return made;
  };
}

const noJudge = new UserError({
  happened: "a scorer asks a judge, and the run has none",
  expected: "the route of a model that judges",
  mend: "name the judge's model",
});
