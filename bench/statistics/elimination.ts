/** Errors and savings of elimination, over drawn studies of four candidates. */
import {
  discordanceOf,
  Elimination,
  type Random,
  randomFrom,
  samplesToDetect,
  spreadOfDiscordance,
} from "../../src/stats/index.ts";

export interface EliminationCell {
  readonly shares: readonly number[];
  readonly studies: number;
  /** Shares of studies that drop a candidate as good as the best, or end with one that is worse by careAbout. */
  readonly droppedBest: number;
  readonly keptWorse: number;
  /** Shares of studies by ending. */
  readonly best: number;
  readonly tied: number;
  /** Mean calls over all candidates, as a share of a fixed study's: to the end, and until the leader is good enough. */
  readonly calls: number;
  readonly callsToGoodEnough: number;
}

const [careAbout, power] = [0.1, 0.9];
/** Correlation of two candidates' scores: each takes the sample's own hardness four times of five. */
const sharedHardness = 0.8;

/** The fixed study: all candidates on as many samples as the best needs to be told from each, by Bonferroni. */
export function eliminations(rounds: number): EliminationCell[] {
  const scenarios = [
    [0.7, 0.7, 0.7, 0.7],
    [0.7, 0.6, 0.6, 0.6],
    [0.7, 0.7, 0.6, 0.6],
    [0.7, 0.6, 0.5, 0.4],
  ];
  return scenarios.map((shares) => eliminated(shares, 1000 * rounds));
}

function eliminated(shares: readonly number[], studies: number): EliminationCell {
  const random = randomFrom(`elimination, ${shares}`);
  const names = shares.map((_, index) => `${index}`);
  const spread = spreadOfDiscordance(discordanceOf(0.7, 0.6, 0.64 * correlationOfShared(0.7, 0.6)), careAbout);
  const confidence = 1 - 0.05 / (shares.length - 1);
  const fixedCalls = shares.length * samplesToDetect(careAbout, { spread, power, confidence }).samples;
  const highest = Math.max(...shares);
  const shareOf = (name: string) => shares[Number(name)]!;
  const tally = { droppedBest: 0, keptWorse: 0, best: 0, tied: 0, calls: 0, callsToGoodEnough: 0 };
  for (let study = 0; study < studies; study++) {
    const elimination = new Elimination(names, { careAbout, spread, power, budget: 4 * fixedCalls });
    let isGoodEnough = false;
    while (elimination.ending === null) {
      const calls = elimination.remaining.length;
      elimination.add(scores(random, names, shares));
      tally.calls += calls;
      if (!isGoodEnough) tally.callsToGoodEnough += calls;
      isGoodEnough ||= elimination.result().isLeaderGoodEnough;
    }
    const { ending, remaining } = elimination.result();
    const dropped = names.filter((name) => !remaining.includes(name));
    if (dropped.some((name) => shareOf(name) === highest)) tally.droppedBest++;
    if (remaining.some((name) => shareOf(name) <= highest - careAbout + 1e-9)) tally.keptWorse++;
    if (ending === "best") tally.best++;
    if (ending === "tied") tally.tied++;
  }
  const overStudies = Object.fromEntries(Object.entries(tally).map(([name, sum]) => [name, sum / studies]));
  const { calls, callsToGoodEnough, ...errors } = overStudies as typeof tally;
  return {
    shares,
    studies,
    ...errors,
    calls: calls / fixedCalls,
    callsToGoodEnough: callsToGoodEnough / fixedCalls,
  };
}

function scores(random: Random, names: readonly string[], shares: readonly number[]): Map<string, number> {
  const hardness = random.uniform();
  return new Map(
    names.map((name, index) => {
      const own = random.uniform() < sharedHardness ? hardness : random.uniform();
      return [name, own < shares[index]! ? 1 : 0];
    }),
  );
}

/** Of two 0/1 scores that both follow the same hardness. */
const correlationOfShared = (high: number, low: number) =>
  (low - high * low) / Math.sqrt(high * (1 - high) * low * (1 - low));
