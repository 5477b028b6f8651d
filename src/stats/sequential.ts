/** A paired comparison that may be looked at after every sample, and stops as soon as the answer is clear. */
import { completePlan, hasReached, type SequentialPlan, StakeSize, type Terms, wealthAfter } from "./betting.ts";
import type { Interval } from "./interval.ts";

/**
 * `established`: the difference is not 0, and which sign it has. `smaller`: it is less than `careAbout`, either way.
 * `undecided`: the budget is spent.
 */
export type Ending = "established" | "smaller" | "undecided";

export interface SequentialResult {
  /** Null while it may go on. */
  readonly ending: Ending | null;
  /** Of an established difference. */
  readonly sign: 1 | -1 | null;
  readonly n: number;
  /** The mean of what was seen; null of nothing. It leans outwards, as a study stops when it looks large. */
  readonly difference: number | null;
  /**
   * Holds the true difference with `confidence`, over all looks together. It agrees with the ending: without 0 where a
   * difference is established, within ±careAbout where it is smaller.
   */
  readonly interval: Interval;
  /** The plan's; 2·power − 1 of a test that ended `smaller`, as for any test of equivalence (Schuirmann 1987). */
  readonly confidence: number;
}

/**
 * Four bets on a stream of differences between −1 and 1 (see betting.ts): that their mean is above 0, below 0, above
 * −careAbout, below +careAbout. One of the first two establishes a difference when its wealth reaches 2/α; the last two
 * together establish a smaller one when both reach 1/(1 − power). So, whenever one looks and whenever one stops,
 *
 *   where there is no difference, one is established with probability α at most;
 *   where there is one, the wrong sign is established with probability α/2 at most;
 *   where it is `careAbout` or more, `smaller` comes with probability 1 − power at most.
 *
 * Assumes that differences come in random order: each has the same mean, whatever came before. For clustered samples give
 * one difference a cluster, the mean of its samples'. With 0/1 scores only samples that one side alone gets right move
 * the first two bets. Measured errors and savings, beside a fixed number of samples and Wald's bound: docs/statistics.md.
 */
export class SequentialTest {
  readonly #plan: Required<SequentialPlan>;
  readonly #size: StakeSize;
  readonly #goal: number;
  readonly #smallGoal: number;
  readonly #seen: Seen[] = [];
  #above = 1;
  #below = 1;
  #aboveMinus = 1;
  #belowPlus = 1;
  #ending: Ending | null = null;

  /** @throws RangeError for a plan outside its bounds */
  constructor(plan: SequentialPlan) {
    this.#plan = completePlan(plan);
    this.#size = new StakeSize(this.#plan);
    this.#goal = 2 / (1 - this.#plan.confidence);
    this.#smallGoal = 1 / (1 - this.#plan.power);
  }

  get ending(): Ending | null {
    return this.#ending;
  }

  /**
   * Takes the next difference, and says whether the test ends with it.
   *
   * @throws RangeError outside [−1, 1], and after the end
   */
  add(difference: number): Ending | null {
    if (!(Math.abs(difference) <= 1)) throw new RangeError(`a difference from −1 to 1, not ${difference}`);
    if (this.#ending !== null) throw new RangeError(`the test has ended: ${this.#ending}`);
    const nearEnd = Math.min(this.#aboveMinus, this.#belowPlus) / this.#smallGoal;
    const seen = { difference, terms: this.#size.terms(nearEnd), smallTerms: this.#size.terms() };
    this.#above = wealthAfter(this.#above, difference, 0, seen.terms, this.#goal);
    this.#below = wealthAfter(this.#below, -difference, 0, seen.terms, this.#goal);
    this.#aboveMinus = this.#smallWealth(this.#aboveMinus, difference, seen.smallTerms);
    this.#belowPlus = this.#smallWealth(this.#belowPlus, -difference, seen.smallTerms);
    this.#size.learn(difference);
    this.#seen.push(seen);
    this.#ending = this.#endingNow();
    return this.#ending;
  }

  /** What is known so far. The interval plays the bets again some sixty times: ask at the end, or now and then. */
  result(): SequentialResult {
    const n = this.#seen.length;
    const sum = this.#seen.reduce((total, { difference }) => total + difference, 0);
    const isSmaller = this.#ending === "smaller";
    const { confidence, power } = this.#plan;
    return {
      ending: this.#ending,
      sign: this.#ending !== "established" ? null : hasReached(this.#above, this.#goal) ? 1 : -1,
      n,
      difference: n === 0 ? null : sum / n,
      interval: { low: this.#refutedUpTo(isSmaller, 1), high: -this.#refutedUpTo(isSmaller, -1) },
      confidence: isSmaller ? 2 * power - 1 : confidence,
    };
  }

  #endingNow(): Ending | null {
    if (hasReached(this.#above, this.#goal) || hasReached(this.#below, this.#goal)) return "established";
    if (Math.min(this.#aboveMinus, this.#belowPlus) >= this.#smallGoal) return "smaller";
    return this.#seen.length >= this.#plan.budget ? "undecided" : null;
  }

  /** Of a bet that the mean of ±difference is above −careAbout; one that has won is left alone. */
  #smallWealth(wealth: number, difference: number, terms: Terms): number {
    if (wealth >= this.#smallGoal) return wealth;
    return wealthAfter(wealth, difference, -this.#plan.careAbout, terms, Number.POSITIVE_INFINITY);
  }

  /** The largest value that the mean of sign·difference is established to be above, by the bets of the ending; or −1. */
  #refutedUpTo(isSmaller: boolean, sign: 1 | -1): number {
    const refutes = (mean: number) => {
      let wealth = 1;
      for (const { difference, terms, smallTerms } of this.#seen) {
        wealth = isSmaller
          ? wealthAfter(wealth, sign * difference, mean, smallTerms, Number.POSITIVE_INFINITY)
          : wealthAfter(wealth, sign * difference, mean, terms, this.#goal);
        if (hasReached(wealth, isSmaller ? this.#smallGoal : this.#goal)) return true;
      }
      return false;
    };
    let [refuted, possible] = [-1, 1];
    while (possible - refuted > 1e-9) {
      const middle = (refuted + possible) / 2;
      if (refutes(middle)) refuted = middle;
      else possible = middle;
    }
    return refuted;
  }
}

interface Seen {
  readonly difference: number;
  readonly terms: Terms;
  readonly smallTerms: Terms;
}
