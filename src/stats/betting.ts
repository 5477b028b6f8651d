/**
 * Tests by betting. A gambler starts with a wealth of 1 and bets that a mean is above some value. Where it is not, no way of
 * betting makes wealth grow on average, so it reaches `goal` with probability at most 1/goal, however long one plays and
 * whenever one looks or stops (Ville 1939). Where it is, wealth grows; how fast is a matter of how much is staked.
 *
 * Shafer 2021, "Testing by betting", JRSS A 184:407. Waudby-Smith and Ramdas 2023, "Estimating means of bounded random
 * variables by betting", arXiv:2010.09686. That no test of a bounded mean is better than every bet: Clerico 2024,
 * arXiv:2412.02640.
 */
import { normalQuantile } from "./distributions.ts";
import { defaultConfidence } from "./interval.ts";

/** How the next difference is bet on; to be settled before it is seen. */
export interface Terms {
  /** Share of the wealth that is staked for each unit of the difference. */
  readonly stake: number;
  /** The largest share of the wealth that the worst difference, −1, may take away. */
  readonly boldest: number;
  /** The size of a typical win: 1 where differences are −1, 0 and 1. */
  readonly win: number;
}

/**
 * Wealth after a bet that the mean of differences from −1 to 1 is above `mean`. It never falls below 0, and falls the more
 * the higher `mean` is, so that the values it refutes form an interval.
 *
 * @param goal  no more is staked than takes a typical win exactly there: more would only be lost
 */
export function wealthAfter(wealth: number, difference: number, mean: number, terms: Terms, goal: number): number {
  const stake = Math.min(terms.stake, terms.boldest / (1 + mean)) * wealth;
  const needed = terms.win > mean ? Math.max(0, goal - wealth) / (terms.win - mean) : Number.POSITIVE_INFINITY;
  return wealth + Math.min(stake, needed) * (difference - mean);
}

/** With room for rounding in a wealth that was bet to end exactly there. */
export const hasReached = (wealth: number, goal: number) => wealth >= goal * (1 - 1e-9);

export interface SequentialPlan {
  /** The smallest difference, either way, that would change a decision; above 0, below 1. */
  readonly careAbout: number;
  /** The standard deviation of differences that is expected; a wrong one costs samples, never validity. */
  readonly spread: number;
  /** The most samples that will be seen. */
  readonly budget: number;
  /** 1 − α. */
  readonly confidence?: number;
  /** To establish a difference of `careAbout`; 1 − power is the probability of missing it. */
  readonly power?: number;
}

/** At this power both statements that can end a test are wrong with probability 0.05 at most. */
export const defaultSequentialPower = 0.95;

/** @throws RangeError for a plan outside its bounds */
export function completePlan(plan: SequentialPlan): Required<SequentialPlan> {
  const { careAbout, spread, budget, confidence = defaultConfidence, power = defaultSequentialPower } = plan;
  requireBetween("careAbout", careAbout, 0, 1);
  requireBetween("spread", spread, 0, Number.POSITIVE_INFINITY);
  requireBetween("confidence", confidence, 0.5, 1);
  requireBetween("power", power, 0.5, 1);
  if (!(budget >= 1)) throw new RangeError(`a budget of 1 sample or more, not ${budget}`);
  return { careAbout, spread, budget, confidence, power };
}

function requireBetween(name: string, value: number, low: number, high: number): void {
  if (!(value > low && value < high)) throw new RangeError(`${name} lies between ${low} and ${high}, not at ${value}`);
}

/**
 * How much to stake, learnt from the differences. λ = careAbout / E[d²] makes wealth grow fastest when the mean is careAbout
 * (Kelly 1956, to second order; exact for differences of −1, 0, 1). E[d²] is a running mean in which the planned value
 * counts as an eighth of the samples that a fixed study would take: enough to steady the first bets, little enough to be
 * overruled when the plan was wrong.
 *
 * With differences of −1 and 1 an E[d²] guessed too small would stake nearly everything, and one loss ruins; so at most 0.6
 * is staked. Smaller differences cannot take as much, so more may be staked, up to 0.95.
 */
export class StakeSize {
  readonly #careAbout: number;
  #count: number;
  #squares: number;
  #seenSquares = 1;
  #seenSizes = 1;
  #moving = 1;

  constructor({ careAbout, spread, confidence, power }: Required<SequentialPlan>) {
    this.#careAbout = careAbout;
    const quantiles = normalQuantile(0.5 + confidence / 2) + normalQuantile(power);
    this.#count = ((quantiles * spread) / careAbout) ** 2 / 8;
    this.#squares = this.#count * (spread ** 2 + careAbout ** 2);
  }

  /**
   * @param nearEnd  0 to 1: the share of its goal that an opposed bet has, which ends the study when it wins. Wealth is worth
   *   nothing then, so the nearer, the more is staked, λ/(1 − nearEnd). Where wealth would be a likelihood ratio M and the
   *   other's 1/M with goal 1/b, it becomes (M − b)/(1 − b): all is lost just where Wald's test accepts, and none left over
   */
  terms(nearEnd = 0): Terms {
    const typical = this.#seenSquares / this.#seenSizes;
    const boldest = Math.min(0.95, 0.6 / typical);
    const kelly = (this.#careAbout * this.#count) / this.#squares;
    return { stake: Math.min(boldest, kelly / (1 - nearEnd)), boldest, win: this.#seenSizes / this.#moving };
  }

  learn(difference: number): void {
    const size = Math.abs(difference);
    this.#count += 1;
    this.#squares += size * size;
    this.#seenSquares += size * size;
    this.#seenSizes += size;
    if (size !== 0) this.#moving += 1;
  }
}
