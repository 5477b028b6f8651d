/** False alarms and savings of the sequential test, over drawn studies that are looked at after every sample. */
import { StakeSize, wealthAfter } from "../../src/stats/betting.ts";
import {
  normalQuantile,
  type Random,
  randomFrom,
  type SequentialPlan,
  SequentialTest,
  samplesToDetect,
  spreadOfDiscordance,
} from "../../src/stats/index.ts";
import { ternary } from "./populations.ts";

interface Population {
  readonly name: string;
  readonly draw: (random: Random) => number;
  readonly spread: number;
  /** Share of pairs that differ, of 0/1 scores. */
  readonly discordance: number | null;
}

/** Five pairs about one document, as their mean; documents differ in whom they favour. */
function documents(discordance: number, mean: number): Population {
  const favour = 0.15;
  const draw = (random: Random) => {
    const own = mean + (random.uniform() < 0.5 ? -favour : favour);
    let sum = 0;
    for (let sample = 0; sample < 5; sample++) sum += ternary(random, discordance, own);
    return sum / 5;
  };
  const spread = Math.sqrt((discordance - mean ** 2 - favour ** 2) / 5 + favour ** 2);
  return { name: `documents of 5 pairs, ${discordance} discordant`, draw, spread, discordance: null };
}

const pairs = (discordance: number, mean: number): Population => ({
  name: `pairs, ${discordance} discordant`,
  draw: (random) => ternary(random, discordance, mean),
  spread: spreadOfDiscordance(discordance, mean),
  discordance,
});

const partial = (mean: number): Population => ({
  name: "partial scores, spread 0.3",
  draw: (random) => Math.max(-1, Math.min(1, mean + 0.3 * random.normal())),
  spread: 0.3,
  discordance: null,
});

/** Rarely much better, mostly a little worse; no difference on average. */
const skewed: Population = {
  name: "one in twenty +0.95, the others −0.05",
  draw: (random) => (random.uniform() < 0.05 ? 0.95 : -0.05),
  spread: Math.sqrt(0.05 * 0.95),
  discordance: null,
};

/** Spreads that change as the study goes on; no difference on average. */
const restless: Population = {
  name: "pairs, 0.05 and 0.5 discordant by turns",
  draw: (random) => ternary(random, random.uniform() < 0.5 ? 0.05 : 0.5, 0),
  spread: spreadOfDiscordance(0.275),
  discordance: null,
};

export interface FalseAlarms {
  readonly population: string;
  readonly careAbout: number;
  readonly horizon: number;
  readonly studies: number;
  /** Share of studies that ever establish a difference. */
  readonly established: number;
}

/** True difference 0, α = 0.05 two-sided; 20,000 studies a cell for three rounds. */
export function falseAlarms(rounds: number): FalseAlarms[] {
  const studies = Math.ceil((20_000 * rounds) / 3);
  const horizon = 3000;
  const cells = [pairs(0.1, 0), pairs(0.2, 0), pairs(0.4, 0), restless, partial(0), skewed, documents(0.2, 0)];
  const ended = cells.map(({ name, draw, spread }) => {
    const random = randomFrom(`false alarms, ${name}`);
    const careAbout = 0.03;
    let established = 0;
    for (let study = 0; study < studies; study++)
      if (run({ careAbout, spread, budget: horizon }, draw, random).test.ending === "established") established++;
    return { population: name, careAbout, horizon, studies, established: established / studies };
  });
  return [...ended, betsAlone(studies)];
}

/** The two bets on a difference with no other ending, far beyond any plan. */
function betsAlone(studies: number): FalseAlarms {
  const [careAbout, horizon, goal] = [0.05, 10_000, 40];
  const random = randomFrom("bets alone");
  const plan = { careAbout, spread: spreadOfDiscordance(0.2), budget: horizon, confidence: 0.95, power: 0.95 };
  let established = 0;
  for (let study = 0; study < studies; study++) {
    const size = new StakeSize(plan);
    let [above, below] = [1, 1];
    for (let sample = 0; sample < horizon && above < goal && below < goal; sample++) {
      const difference = ternary(random, 0.2, 0);
      const terms = size.terms();
      above = wealthAfter(above, difference, 0, terms, Number.POSITIVE_INFINITY);
      below = wealthAfter(below, -difference, 0, terms, Number.POSITIVE_INFINITY);
      size.learn(difference);
    }
    if (above >= goal || below >= goal) established++;
  }
  const population = "pairs, 0.2 discordant, nothing but an established difference ends it";
  return { population, careAbout, horizon, studies, established: established / studies };
}

export interface Savings {
  readonly population: string;
  readonly difference: number;
  readonly power: number;
  /** What the plan took for the spread, as a multiple of the true one. */
  readonly plannedSpread: number;
  readonly studies: number;
  /** Shares of studies, at the difference that the plan cares about. */
  readonly established: number;
  readonly smaller: number;
  readonly meanSamples: number;
  /** Samples of the paired t-test with the planned power, and with the power that was measured. */
  readonly fixedSamples: number;
  readonly fixedSamplesAtEqualPower: number;
  /** Expected samples of Wald's test of the same errors, which no test goes below. */
  readonly waldSamples: number;
  /** Mean samples where there is no difference at all. */
  readonly meanSamplesAtNull: number;
}

/** At true differences equal to the one cared about; 10,000 studies a cell for three rounds. */
export function savings(rounds: number): Savings[] {
  const studies = Math.ceil((10_000 * rounds) / 3);
  const designs: readonly (readonly [(mean: number) => Population, number])[] = [
    [(mean) => pairs(0.1, mean), 0.03],
    [(mean) => pairs(0.1, mean), 0.05],
    [(mean) => pairs(0.2, mean), 0.05],
    [(mean) => pairs(0.2, mean), 0.1],
    [(mean) => pairs(0.4, mean), 0.05],
    [(mean) => pairs(0.4, mean), 0.1],
    [partial, 0.05],
    [(mean) => documents(0.2, mean), 0.05],
  ];
  const asPlanned = [0.8, 0.9, 0.95].flatMap((power) =>
    designs.map(([population, difference]) => saved(population, difference, power, 1, studies)),
  );
  const misplanned = [0.7, 1.4].map((factor) => saved((mean) => pairs(0.2, mean), 0.05, 0.9, factor, studies));
  return [...asPlanned, ...misplanned];
}

function saved(
  populationOf: (mean: number) => Population,
  difference: number,
  power: number,
  plannedSpread: number,
  studies: number,
): Savings {
  const { name, draw, spread, discordance } = populationOf(difference);
  const fixedSamples = samplesToDetect(difference, { spread, power }).samples;
  const plan = { careAbout: difference, spread: plannedSpread * spread, power, budget: 4 * fixedSamples };
  const random = randomFrom(`savings, ${name}, ${difference}, ${power}, ${plannedSpread}`);
  let [established, smaller, samples] = [0, 0, 0];
  for (let study = 0; study < studies; study++) {
    const { test, samples: own } = run(plan, draw, random);
    if (test.ending === "established") established++;
    if (test.ending === "smaller") smaller++;
    samples += own;
  }
  const { draw: drawNull } = populationOf(0);
  const nullStudies = Math.ceil(studies / 10);
  let samplesAtNull = 0;
  for (let study = 0; study < nullStudies; study++) samplesAtNull += run(plan, drawNull, random).samples;
  const measured = established / studies;
  return {
    population: name,
    difference,
    power,
    plannedSpread,
    studies,
    established: measured,
    smaller: smaller / studies,
    meanSamples: samples / studies,
    fixedSamples,
    fixedSamplesAtEqualPower: samplesToDetect(difference, { spread, power: measured }).samples,
    waldSamples: waldSamples(difference, spread, discordance, power),
    meanSamplesAtNull: samplesAtNull / nullStudies,
  };
}

/**
 * Wald 1945, "Sequential tests of statistical hypotheses", Annals of Mathematical Statistics 16:117: the expected
 * number at the alternative, errors α/2 and 1 − power; over the signs of discordant pairs, else over normal differences.
 */
function waldSamples(difference: number, spread: number, discordance: number | null, power: number): number {
  const alpha = 0.025;
  const logRatio = power * Math.log(power / alpha) + (1 - power) * Math.log((1 - power) / (1 - alpha));
  if (discordance === null) return logRatio / (difference ** 2 / (2 * spread ** 2));
  const won = 0.5 + difference / (2 * discordance);
  return logRatio / (discordance * (won * Math.log(2 * won) + (1 - won) * Math.log(2 * (1 - won))));
}

export interface SequenceCoverage {
  readonly difference: number;
  readonly studies: number;
  /** Share of studies whose interval at the end holds the true difference, and the mean of what the intervals promise. */
  readonly covered: number;
  readonly confidence: number;
}

/** Of intervals at the end, whatever the ending; pairs, a fifth discordant, careAbout 0.1, power 0.95. */
export function sequenceCoverage(rounds: number): SequenceCoverage[] {
  const studies = 1000 * rounds;
  const plan = { careAbout: 0.1, spread: spreadOfDiscordance(0.2), budget: 300 };
  return [0, 0.05, 0.1, 0.15].map((difference) => {
    const random = randomFrom(`coverage, ${difference}`);
    let [covered, promised] = [0, 0];
    for (let study = 0; study < studies; study++) {
      const { interval, confidence } = run(plan, (source) => ternary(source, 0.2, difference), random).test.result();
      if (interval.low <= difference && difference <= interval.high) covered++;
      promised += confidence;
    }
    return { difference, studies, covered: covered / studies, confidence: promised / studies };
  });
}

/** The normal approximation's ratio of Wald's bound to a fixed sample, whatever the effect: what is possible at a power. */
export function waldShare(power: number): number {
  const fixed = (normalQuantile(0.975) + normalQuantile(power)) ** 2;
  return waldSamples(1, 1, null, power) / fixed;
}

function run(plan: SequentialPlan, draw: (random: Random) => number, random: Random) {
  const test = new SequentialTest(plan);
  let samples = 1;
  while (test.add(draw(random)) === null) samples++;
  return { test, samples };
}
