/**
 * What a run paid for, all of it: the candidates' calls, the judge's, finding passages each time that it was done, and trials
 * that were broken off. Not the sum of what answers cost, where finding a question's passages counts in each of its answers, and
 * preparing an arm in none.
 */
import type { OverCap, RunInfo, Trial, TrialCall } from "../evals/index.ts";
import type { Total } from "./tally.ts";

export interface RunSpending {
  /** USD, retries included, trials that failed or were given up too; counted are trials. */
  readonly answersUsd: Total;
  readonly judgeUsd: Total;
  /** Counted are times: a run that goes on finds its passages again. None, where no model was asked. */
  readonly findingUsd: Total;
  /** Calls of trials that were broken off, and of those that are not finished; counted are calls. None, where there is no log. */
  readonly brokenOffUsd: Total;
  /** What is known of the four together; null where nothing is. */
  readonly knownUsd: number | null;
  /** Whether that is all of it. */
  readonly isWhole: boolean;
  /** A candidate does not say what it read from its cache, which costs less: its answers cost no more than this. */
  readonly isAtMost: boolean;
  /** Where the run's cap did not hold; else null. */
  readonly overCap: OverCap | null;
}

/** What is paid for beside trials. */
type Beside = Pick<RunInfo, "retrieval" | "retrievalModels" | "logged">;

/** Null for a call whose price or tokens are not known. */
type Costs = readonly (number | null)[];

export class Spending {
  readonly #run: Beside;
  readonly #answers = new Sum();
  readonly #judge = new Sum();

  constructor(run: Beside) {
    this.#run = run;
  }

  /** @param calls  where they are not at hand, the trial's own sums stand for them */
  add(trial: Trial, calls?: readonly Pick<TrialCall, "purpose" | "costUsd">[]): void {
    const of = (purpose: TrialCall["purpose"], own: () => Costs) =>
      calls === undefined ? own() : costsOf(calls, purpose);
    this.#answers.add(of("answer", () => answersOf(trial)));
    this.#judge.add(of("judge", () => [trial.judgeCostUsd]));
  }

  /** @param isAtMost  of what the answers cost */
  spending(isAtMost: boolean): RunSpending {
    const { logged } = this.#run;
    const [answersUsd, judgeUsd, findingUsd] = [this.#answers.total(), this.#judge.total(), findingOf(this.#run)];
    const brokenOff = logged?.brokenOff ?? { calls: 0, knownUsd: 0, unknown: 0 };
    const brokenOffUsd = {
      sum: sumOf(brokenOff.knownUsd, brokenOff.unknown === 0),
      known: brokenOff.calls - brokenOff.unknown,
      unknown: brokenOff.unknown,
    };
    const parts = [answersUsd, judgeUsd, findingUsd, brokenOffUsd];
    const isWhole = parts.every(({ unknown }) => unknown === 0);
    const usd = parts.reduce((sum, part) => sum + (part.sum ?? 0), 0);
    const overCap = logged?.overCap ?? null;
    const knownUsd = sumOf(usd, isWhole);
    return { answersUsd, judgeUsd, findingUsd, brokenOffUsd, knownUsd, isWhole, isAtMost, overCap };
  }
}

/** By the log where it has more requests: the process died before it could write down what they took. */
function findingOf({ retrieval = [], retrievalModels = [], logged }: Beside): Total {
  const finding = new Sum();
  for (const { costUsd } of retrieval) finding.add([costUsd]);
  const requests = retrieval.reduce((sum, one) => sum + one.requests, 0);
  if (logged !== undefined && logged.finding.calls > requests) {
    const { knownUsd, unknown } = logged.finding;
    const { known, unknown: before } = finding.total();
    const times = known + before + 1;
    return { sum: sumOf(knownUsd, unknown === 0), known: unknown > 0 ? 0 : times, unknown: unknown > 0 ? times : 0 };
  }
  if (retrieval.length === 0 && retrievalModels.length > 0) finding.add([null]);
  return finding.total();
}

const costsOf = (calls: readonly Pick<TrialCall, "purpose" | "costUsd">[], purpose: TrialCall["purpose"]): Costs =>
  calls.filter((call) => call.purpose === purpose).map(({ costUsd }) => costUsd);

/** What is known of what an answer takes, USD; null where nothing is. @param calls  see {@link Spending.add} */
export function knownCostUsd(
  { costUsd, given }: Trial,
  calls: readonly Pick<TrialCall, "purpose" | "costUsd">[] = [],
): number | null {
  if (costUsd !== null) return costUsd;
  const usd = costsOf(calls, "answer").reduce<number>((sum, cost) => sum + (cost ?? 0), given?.costUsd ?? 0);
  return usd === 0 ? null : usd;
}

function answersOf({ attempts, costUsd, given }: Trial): Costs {
  if (attempts === 0) return [];
  return [costUsd === null ? null : costUsd - (given?.costUsd ?? 0)];
}

/** What refused calls alone are known to cost, which is nothing, is no part of an unknown sum. */
const sumOf = (usd: number, isWhole: boolean) => (usd === 0 && !isWhole ? null : usd);

/** What is known of a trial that is not known throughout is in the sum. */
class Sum {
  #sum = 0;
  #known = 0;
  #unknown = 0;

  add(costs: Costs): void {
    for (const cost of costs) this.#sum += cost ?? 0;
    if (costs.every((cost) => cost !== null)) this.#known++;
    else this.#unknown++;
  }

  total(): Total {
    return { sum: sumOf(this.#sum, this.#unknown === 0), known: this.#known, unknown: this.#unknown };
  }
}
