/** Which trials of a long run a page carries: a few of every kind from every cell, then failures, then wrong answers. */
import { qualityOf, type TrialRecord } from "../evals/index.ts";
import { cellKey } from "./cell.ts";

export const verdicts = ["right", "wrong", "unjudged", "failed", "skipped"] as const;
export type Verdict = (typeof verdicts)[number];

/**
 * A trial is right when its quality is 1: it is grounded, the model rightly abstained, or every scorer is content. It is
 * unjudged where no scorer had anything to say.
 */
export function verdictOf({ trial }: Pick<TrialRecord, "trial">): Verdict {
  if (trial.outcome !== "scored") return trial.outcome;
  const quality = qualityOf(trial);
  if (quality === null) return "unjudged";
  return quality >= 1 ? "right" : "wrong";
}

const firstOfEach = 3;
const urgency: Readonly<Record<Verdict, number>> = { failed: 1, wrong: 2, right: 3, unjudged: 3, skipped: 4 };

interface Ranked {
  readonly record: TrialRecord;
  readonly tier: number;
  /** Which one of its kind in its cell. */
  readonly ordinal: number;
  readonly arrival: number;
}

/** Holds a few more than the limit at any time, and gives back the best-ranked in the order in which they came. */
export class TrialSelection {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #kept: Ranked[] = [];
  /** The last that was worth keeping, once there were too many: what ranks behind it never will be. */
  #last: Ranked | null = null;
  #arrivals = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(record: TrialRecord): void {
    const verdict = verdictOf(record);
    const kind = `${record.trial.candidate} ${cellKey(record.trial.cell)} ${verdict}`;
    const ordinal = this.#counts.get(kind) ?? 0;
    this.#counts.set(kind, ordinal + 1);
    const tier = ordinal < firstOfEach ? 0 : urgency[verdict];
    const ranked = { record, tier, ordinal, arrival: this.#arrivals++ };
    if (this.#last !== null && byRank(ranked, this.#last) > 0) return;
    this.#kept.push(ranked);
    if (this.#kept.length > this.#limit + 256) this.#prune();
  }

  /** How many were offered, kept or not. */
  get offered(): number {
    return this.#arrivals;
  }

  records(): TrialRecord[] {
    this.#prune();
    return [...this.#kept].sort((a, b) => a.arrival - b.arrival).map(({ record }) => record);
  }

  #prune(): void {
    if (this.#kept.length <= this.#limit) return;
    this.#kept = this.#kept.sort(byRank).slice(0, this.#limit);
    this.#last = this.#kept.at(-1) ?? null;
  }
}

const byRank = (a: Ranked, b: Ranked) => a.tier - b.tier || a.ordinal - b.ordinal || a.arrival - b.arrival;
