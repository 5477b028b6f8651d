/**
 * What a run paid for, all of it: the candidates' calls, the judge's, and finding passages each time that it was done. Not the
 * sum of what answers cost, where finding a question's passages counts in each of its answers, and preparing an arm in none.
 */
import type { RunInfo, Trial, TrialCall } from "../evals/index.ts";
import type { Total } from "./tally.ts";

export interface RunSpending {
  /** USD, retries included, trials that failed or were given up too; counted are trials. */
  readonly answersUsd: Total;
  readonly judgeUsd: Total;
  /** Counted are times: a run that goes on finds its passages again. None, where no model was asked. */
  readonly findingUsd: Total;
  /** What is known of the three together; null where nothing is. */
  readonly knownUsd: number | null;
  /** Whether that is all of it. */
  readonly isWhole: boolean;
}

/** Null for a call whose price or tokens are not known. */
type Costs = readonly (number | null)[];

export class Spending {
  readonly #run: Pick<RunInfo, "retrieval" | "retrievalModels">;
  readonly #answers = new Sum();
  readonly #judge = new Sum();

  constructor(run: Pick<RunInfo, "retrieval" | "retrievalModels">) {
    this.#run = run;
  }

  /** @param calls  where they are not at hand, the trial's own sums stand for them */
  add(trial: Trial, calls?: readonly Pick<TrialCall, "purpose" | "costUsd">[]): void {
    const of = (purpose: TrialCall["purpose"], own: () => Costs) =>
      calls?.filter((call) => call.purpose === purpose).map(({ costUsd }) => costUsd) ?? own();
    this.#answers.add(of("answer", () => answersOf(trial)));
    this.#judge.add(of("judge", () => [trial.judgeCostUsd]));
  }

  spending(): RunSpending {
    const { retrieval = [], retrievalModels = [] } = this.#run;
    const finding = new Sum();
    for (const { costUsd } of retrieval) finding.add([costUsd]);
    // It was broken off before it could be written down.
    if (retrieval.length === 0 && retrievalModels.length > 0) finding.add([null]);
    const [answersUsd, judgeUsd, findingUsd] = [this.#answers.total(), this.#judge.total(), finding.total()];
    const parts = [answersUsd, judgeUsd, findingUsd];
    const isWhole = parts.every(({ unknown }) => unknown === 0);
    const usd = parts.reduce((sum, part) => sum + (part.sum ?? 0), 0);
    return { answersUsd, judgeUsd, findingUsd, knownUsd: sumOf(usd, isWhole), isWhole };
  }
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
