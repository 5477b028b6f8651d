/** The best of several candidates, by dropping those that are established to be worse, sample by sample. */
import { completePlan, hasReached, type SequentialPlan, StakeSize, wealthAfter } from "./betting.ts";

/**
 * `best`: all others were dropped. `tied`: those left are within `careAbout` of each other, so that something else, their
 * cost say, may choose. `undecided`: the budget is spent.
 */
export type EliminationEnding = "best" | "tied" | "undecided";

export interface EliminationResult {
  /** Null while it may go on. */
  readonly ending: EliminationEnding | null;
  /** Of the candidates left, the one with the highest mean. */
  readonly leader: string;
  /** Whether none of the others left is better than the leader by `careAbout`: who only wants a good one may stop here. */
  readonly isLeaderGoodEnough: boolean;
  readonly remaining: readonly string[];
  /** In the order in which they were dropped, and after how many samples. */
  readonly eliminated: readonly { readonly candidate: string; readonly samples: number }[];
  readonly samples: number;
}

/**
 * For each candidate a bet that it is not the best: that the leader of the moment scores above it (see betting.ts). Who
 * leads changes, but is known before each sample, so the bet is fair as long as the candidate is as good as any. It is
 * dropped when its wealth reaches (candidates left)/α: Holm's correction of p = 1/wealth. And for each two candidates bets
 * that either is less than `careAbout` below the other; when all these have won, the study ends as `tied`. Whenever one looks
 * and whenever one stops,
 *
 *   a candidate that is as good as the best is dropped with probability α at most, over all candidates together;
 *   one that is below the best by `careAbout` is among the tied, or a leader said to be good enough, with probability
 *   α + 1 − power at most, likewise.
 *
 * Assumes scores from 0 to 1 of samples in random order; for clustered samples give the means of clusters. `spread` is that
 * of differences between two candidates.
 *
 * @see Holm 1979, Scandinavian Journal of Statistics 6:65; with bets Vovk and Wang 2021, "E-values: calibration,
 *   combination and applications", arXiv:1912.06116
 */
export class Elimination {
  readonly #plan: Required<SequentialPlan>;
  readonly #smallGoal: number;
  readonly #eliminated: { readonly candidate: string; readonly samples: number }[] = [];
  #remaining: Entrant[];
  #samples = 0;
  #ending: EliminationEnding | null = null;

  /** @throws RangeError for a plan outside its bounds, and for fewer than two candidates or two of one name */
  constructor(candidates: readonly string[], plan: SequentialPlan) {
    this.#plan = completePlan(plan);
    if (candidates.length < 2 || new Set(candidates).size !== candidates.length)
      throw new RangeError(`two candidates or more, each once, not ${candidates.join(", ") || "none"}`);
    this.#smallGoal = (candidates.length - 1) / (1 - this.#plan.power);
    this.#remaining = candidates.map((name) => ({ name, sum: 0, scored: 0, wealth: 1, against: new Map() }));
    for (const [index, one] of this.#remaining.entries())
      for (const other of this.#remaining.slice(index + 1)) {
        const size = new StakeSize(this.#plan);
        one.against.set(other, { size, wealth: 1 });
        other.against.set(one, { size, wealth: 1 });
      }
  }

  get ending(): EliminationEnding | null {
    return this.#ending;
  }

  /** The candidates to ask the next sample of. */
  get remaining(): readonly string[] {
    return this.#remaining.map(({ name }) => name);
  }

  /**
   * Takes one sample's score of each remaining candidate, null where it has none, and says whether the study ends with it.
   *
   * @throws RangeError for a score outside [0, 1], and after the end
   */
  add(scores: ReadonlyMap<string, number | null>): EliminationEnding | null {
    if (this.#ending !== null) throw new RangeError(`the study has ended: ${this.#ending}`);
    const scored = this.#remaining.flatMap((entrant) => {
      const score = scores.get(entrant.name) ?? null;
      if (score !== null && !(score >= 0 && score <= 1)) throw new RangeError(`a score from 0 to 1, not ${score}`);
      return score === null ? [] : [{ entrant, score }];
    });
    const leader = this.#leader();
    const nearTie = this.#nearest(this.#remaining);
    for (const { entrant, score } of scored) {
      const leading = scored.find((other) => other.entrant === leader && other.entrant !== entrant);
      if (leading !== undefined) {
        const terms = entrant.against.get(leader)!.size.terms(nearTie);
        entrant.wealth = wealthAfter(entrant.wealth, leading.score - score, 0, terms, this.#goal());
      }
    }
    for (const [index, one] of scored.entries())
      for (const other of scored.slice(index + 1))
        this.#betOnCloseness(one.entrant, other.entrant, one.score - other.score);
    for (const { entrant, score } of scored) {
      entrant.sum += score;
      entrant.scored += 1;
    }
    this.#samples += 1;
    this.#dropLosers();
    this.#ending = this.#endingNow();
    return this.#ending;
  }

  result(): EliminationResult {
    const leader = this.#leader();
    return {
      ending: this.#ending,
      leader: leader.name,
      isLeaderGoodEnough: this.#nearest([leader]) >= 1,
      remaining: this.remaining,
      eliminated: [...this.#eliminated],
      samples: this.#samples,
    };
  }

  #endingNow(): EliminationEnding | null {
    if (this.#remaining.length === 1) return "best";
    if (this.#nearest(this.#remaining) >= 1) return "tied";
    return this.#samples >= this.#plan.budget ? "undecided" : null;
  }

  #goal(): number {
    return this.#remaining.length / (1 - this.#plan.confidence);
  }

  #leader(): Entrant {
    return this.#remaining.reduce((best, entrant) => (meanScore(entrant) > meanScore(best) ? entrant : best));
  }

  /** 0 to 1: how near these are to having won all their bets on closeness against those left. */
  #nearest(ones: readonly Entrant[]): number {
    let least = this.#smallGoal;
    for (const one of ones)
      for (const other of this.#remaining) if (one !== other) least = Math.min(least, one.against.get(other)!.wealth);
    return least / this.#smallGoal;
  }

  /** Bets that the one is less than `careAbout` below the other, and the other below the one. */
  #betOnCloseness(one: Entrant, other: Entrant, difference: number): void {
    const { size } = one.against.get(other)!;
    const terms = size.terms();
    for (const [bet, gain] of [
      [one.against.get(other)!, difference],
      [other.against.get(one)!, -difference],
    ] as const)
      if (bet.wealth < this.#smallGoal)
        bet.wealth = wealthAfter(bet.wealth, gain, -this.#plan.careAbout, terms, Number.POSITIVE_INFINITY);
    size.learn(difference);
  }

  #dropLosers(): void {
    while (this.#remaining.length > 1) {
      const worst = this.#remaining.reduce((most, entrant) => (entrant.wealth > most.wealth ? entrant : most));
      if (!hasReached(worst.wealth, this.#goal())) return;
      this.#remaining = this.#remaining.filter((entrant) => entrant !== worst);
      this.#eliminated.push({ candidate: worst.name, samples: this.#samples });
    }
  }
}

interface Entrant {
  readonly name: string;
  sum: number;
  scored: number;
  /** Of the bet that it is not the best. */
  wealth: number;
  /** By other entrant: the bet that this one is less than `careAbout` below it; the stake's size is shared by both. */
  readonly against: Map<Entrant, { readonly size: StakeSize; wealth: number }>;
}

const meanScore = ({ sum, scored }: Entrant) => (scored === 0 ? 0 : sum / scored);
