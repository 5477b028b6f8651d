/**
 * A run in numbers: what the terminal, the page and the JSON output all show. Made in one pass, so that a run of any
 * length can be summarised as it is read, or as it happens.
 */
import { type Decision, startDecision } from "../decision/index.ts";
import {
  type CandidateInfo,
  type Cell,
  type RunInfo,
  type SequentialOutcome,
  type StudiedTrial,
  sequentialOutcome,
  type Trial,
  type TrialCall,
  type TrialFailure,
  type TrialRecord,
} from "../evals/index.ts";
import { type InferredHit, type ServerHabits, serverHabits } from "../routes/index.ts";
import { type CellName, cellKey, nameCells } from "./cell.ts";
import { type HiddenCache, HiddenCacheTally } from "./hidden-cache.ts";
import { type RepeatedJudge, RepeatedJudges } from "./judges.ts";
import type { CandidateLoops } from "./loops/loops.ts";
import { type StudiedSample, studiedSample } from "./score-table.ts";
import { knownCostUsd, type RunSpending, Spending } from "./spending.ts";
import { type DepthSummary, type Measures, Tally } from "./tally.ts";

export interface CellSummary extends CellName, Measures {
  readonly depths: readonly DepthSummary[];
}

export interface CandidateSummary {
  readonly candidate: CandidateInfo;
  /** Over all its cells. */
  readonly total: Measures;
  /** Every cell of the run, in the same order for every candidate. */
  readonly cells: readonly CellSummary[];
  /** Where the server does not say what it reads from its cache; else null. */
  readonly hiddenCache: HiddenCache | null;
}

export interface RunSummary {
  readonly run: RunInfo;
  readonly scored: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of all candidates together. Its cost is that of the answers; what was paid is in `spent`. */
  readonly total: Measures;
  readonly spent: RunSpending;
  /** Where a run that stops when it is clear stands; null for others. */
  readonly sequential: SequentialOutcome | null;
  /** As of the day on which the run started. */
  readonly decision: Decision;
  /** Of trials with several turns; null where there are none, and where the bodies of calls were not read. */
  readonly loops: readonly CandidateLoops[] | null;
  /** Those that were asked several times about each answer. */
  readonly judges: readonly RepeatedJudge[];
  readonly candidates: readonly CandidateSummary[];
  /** By candidate and kind, the most frequent first. */
  readonly failures: readonly FailureKind[];
}

/** Trials that failed or were skipped alike: their messages differ in numbers and names with digits at most. */
export interface FailureKind {
  readonly candidate: string;
  readonly outcome: Trial["outcome"];
  readonly class: TrialFailure["class"];
  readonly count: number;
  /** The first one's. */
  readonly message: string;
}

/** Every trial was skipped. */
export const wasNothingAsked = ({ scored, failed, skipped }: RunSummary): boolean =>
  skipped > 0 && scored + failed === 0;

/** A summary that grows trial by trial. */
export interface SummaryBuilder {
  readonly add: (trial: Trial, calls?: Calls) => void;
  /** Of what was added so far. */
  readonly summary: () => RunSummary;
  /** By the ids of trials, of what was added so far. */
  readonly inferredHits: () => ReadonlyMap<string, InferredHit>;
}

type Calls = readonly Pick<TrialCall, "purpose" | "costUsd">[];
type Summarized = Pick<TrialRecord, "trial"> & { readonly calls?: Calls };

export async function summarize(
  run: RunInfo,
  records: Iterable<Summarized> | AsyncIterable<Summarized>,
): Promise<RunSummary> {
  const builder = startSummary(run);
  for await (const { trial, calls } of records) builder.add(trial, calls);
  return builder.summary();
}

/** Where every message is another one, those beyond are taken together. */
const mostKinds = 500;

export function startSummary(run: RunInfo): SummaryBuilder {
  const candidates = new Map(
    run.candidates.map((candidate) => [candidate.id, new CandidateTally(serverHabits(candidate))]),
  );
  const cells = new Map<string, Cell>();
  const studied: StudiedTrial[] = [];
  const decision = startDecision([run], { today: run.startedAt.slice(0, 10) });
  const judges = new RepeatedJudges(run);
  const spending = new Spending(run);
  const failures = new Map<string, FailureKind>();

  function add(trial: Trial, calls?: Calls): void {
    const tally = candidates.get(trial.candidate);
    if (tally === undefined) throw new RangeError(`run ${run.id} has no candidate ${trial.candidate}`);
    const key = cellKey(trial.cell);
    if (!cells.has(key)) cells.set(key, trial.cell);
    tally.add(trial, key, knownCostUsd(trial, calls));
    decision.add(trial);
    judges.add(trial);
    spending.add(trial, calls);
    if (run.sequential !== undefined) studied.push(studiedOf(trial));
    if (trial.failure === null) return;
    const { candidate, outcome, failure } = trial;
    const alike = failure.message.replaceAll(/[\w-]*\d[\w-]*/g, "#");
    const kindOf = (message: string) => JSON.stringify([candidate, outcome, failure.class, message]);
    const kind = failures.has(kindOf(alike)) || failures.size < mostKinds ? kindOf(alike) : kindOf("");
    const { count = 0, message = failure.message } = failures.get(kind) ?? {};
    failures.set(kind, { candidate, outcome, class: failure.class, count: count + 1, message });
  }

  function summary(): RunSummary {
    const names = nameCells([...cells.values()]);
    const total = Tally.of([...candidates.values()].map((tally) => tally.total())).measures();
    return {
      run,
      scored: total.scored,
      failed: total.failed,
      skipped: total.skipped,
      total,
      spent: spending.spending(total.costUsd.isAtMost),
      sequential: run.sequential === undefined ? null : sequentialOutcome(run.sequential, studied),
      decision: decision.decision(),
      loops: null,
      judges: judges.judges(),
      candidates: run.candidates.map((candidate) => candidates.get(candidate.id)!.summary(candidate, names)),
      failures: [...failures.values()].sort((a, b) => b.count - a.count),
    };
  }

  const inferredHits = () => new Map([...candidates.values()].flatMap((tally) => [...tally.hiddenCache.verdicts()]));

  return { add, summary, inferredHits };
}

const studiedOf = ({ candidate, cell, sampleId, document, scores }: Trial): StudiedTrial => ({
  candidate,
  cell,
  sampleId,
  document,
  scores,
});

class CandidateTally {
  readonly #cells = new Map<string, Tally>();
  readonly #documents = new Map<string, string>();
  readonly #server: ServerHabits;
  readonly hiddenCache = new HiddenCacheTally();

  constructor(server: ServerHabits) {
    this.#server = server;
  }

  add(trial: Trial, key: string, knownUsd: number | null): void {
    const tally = this.#cells.get(key) ?? new Tally(this.#server);
    this.#cells.set(key, tally);
    const sample = this.#sampleOf(trial);
    tally.add(trial, sample, knownUsd);
    this.hiddenCache.add(trial, sample);
  }

  /** All tallies hold one copy of a document's name. */
  #sampleOf(trial: Trial): StudiedSample {
    const { document, sampleId } = studiedSample(trial);
    const known = this.#documents.get(document) ?? document;
    this.#documents.set(known, known);
    return { document: known, sampleId };
  }

  total(): Tally {
    return Tally.of([...this.#cells.values()]).resolved();
  }

  summary(candidate: CandidateInfo, names: readonly CellName[]): CandidateSummary {
    const total = this.total();
    return {
      candidate,
      total: total.measures(),
      hiddenCache: this.hiddenCache.summary(),
      cells: names.map((name) => {
        const tally = (this.#cells.get(name.key) ?? new Tally()).resolved(total.reports);
        return { ...name, ...tally.measures(), depths: tally.depths() };
      }),
    };
  }
}
