/** What breaks a route's cache, and what that costs: each breaker against a session without it, several times. */
import { effortTogether } from "../../../effort.ts";
import type { Effort, Sample, Scenario } from "../../../scenario.ts";
import type { Cell } from "../../../trial.ts";
import { turnEffort } from "../../../turn-effort.ts";
import { playSteps, type Sleep, type Step } from "../steps.ts";
import { type Arm, type Breaker, breakersOf, type ProbePlan } from "./breakers.ts";

export interface CacheProbesOptions extends ProbePlan {
  /** Another one in each run: sessions with another seed share no word, so that earlier runs have warmed no cache. */
  readonly seed: string;
  /** Sessions of each arm. A run's own repeats would ask the same words again and find them warm. */
  readonly sessions: number;
  /** A probe for each pause. */
  readonly idleSeconds: readonly number[];
  readonly maxOutputTokens: number;
}

export const cacheProbesDefaults: Omit<CacheProbesOptions, "seed"> = {
  contextTokens: 4_096,
  toolsPlace: "request",
  otherSessions: 1,
  sessions: 5,
  idleSeconds: [],
  maxOutputTokens: 1,
};

/** A cell is an arm of a breaker. To be run with one call at a time: others would be other sessions in between. */
export function cacheProbes(options: CacheProbesOptions, sleep?: Sleep): Scenario {
  const breakers = new Map(breakersOf(options.idleSeconds).map((breaker) => [breaker.name, breaker]));
  const ofCell = (cell: Cell) => breakers.get(String(cell.breaker))!;
  return {
    name: "cache-probes",
    version: 1,
    question: "What breaks this route's cache, and what does each break cost?",
    source: "Breakers named in openai/codex#35925 and in DeepSeek's guide to context caching (A+B, A+C, A+D)",
    cells: [...breakers.keys()].flatMap((breaker) =>
      (["control", "treatment"] as const).map((arm) => ({ breaker, arm })),
    ),
    sampleCount: () => options.sessions,
    *samples(cell) {
      for (let session = 1; session <= options.sessions; session++)
        yield sampleOf(cell, session, options, ofCell(cell));
    },
    isInOrder: true,
    scorers: [],
    solver: (cell) =>
      playSteps(
        { name: "cache probe", version: 1 },
        ({ id }) => stepsOf(cell, id, options, ofCell(cell)),
        ...(sleep === undefined ? [] : [sleep]),
      ),
    effort: (cell, { id }) => effortTogether(stepsOf(cell, id, options, ofCell(cell)).map(stepEffort)),
    contextTokens: () => options.contextTokens,
    options: { ...options },
  };
}

const stepsOf = (cell: Cell, id: string, options: CacheProbesOptions, { steps }: Breaker): Step[] =>
  steps(cell.arm as Arm, `${options.seed} ${cell.breaker} ${cell.arm} ${id}`, options);

const stepEffort = (step: Step): Effort =>
  step.kind === "ask" ? turnEffort(step.turn) : { calls: 0, inputTokens: 0, mostInputTokens: 0, pauseMs: step.ms };

function sampleOf(cell: Cell, session: number, options: CacheProbesOptions, breaker: Breaker): Sample {
  const id = `session ${session}`;
  const opening = stepsOf(cell, id, options, breaker).find((step) => step.kind === "ask")!;
  const { maxOutputTokens: maxTokens } = options;
  return {
    id,
    document: `${cell.breaker}, ${id}`,
    ...opening.turn,
    target: null,
    settings: { maxTokens },
    depth: null,
    answerable: true,
  };
}
