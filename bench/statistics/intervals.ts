/** How often the 95 % intervals hold the true value, beside methods that were not chosen. */
import {
  type Clusters,
  clusterBootstrap,
  clusteredMean,
  clusteredProportion,
  type Interval,
  krippendorffAgreement,
  type Quotient,
  type Random,
  randomFrom,
  ratioOfRatios,
  ratioOfSums,
} from "../../src/stats/index.ts";
import { bootstrapIntervals, cr1Interval, cr2Interval, fiellerInterval } from "./alternatives.ts";
import { clustersOf, exponential, isRight, lognormal, partlyRight, type Sizes, sizes, ternary } from "./populations.ts";

export interface CoverageCell {
  readonly family: string;
  readonly population: string;
  readonly clusters: number;
  /** By method, the chosen one first; shares of studies whose interval holds the true value. */
  readonly covered: Readonly<Record<string, number>>;
}

const correlation = 0.3;
const kinds = ["equal", "unequal"] as const;
const counts = [10, 20, 50] as const;

export function coverage(rounds: number): CoverageCell[] {
  return [
    ...means(rounds),
    ...shares(rounds),
    ...sharesNear1(rounds),
    ...partScores(rounds),
    ...ratios(rounds),
    ...bootstraps(rounds),
    ...agreements(rounds),
  ];
}

/** Draws studies and counts, method by method, the intervals that hold the truth; studies without an interval are left out. */
function cell(
  family: string,
  population: string,
  clusters: number,
  studies: number,
  study: (random: Random) => { truth: number; intervals: Readonly<Record<string, Interval | null>> },
): CoverageCell {
  const random = randomFrom(`${family}, ${population}, ${clusters}`);
  const hits = new Map<string, { held: number; of: number }>();
  for (let round = 0; round < studies; round++) {
    const { truth, intervals } = study(random);
    for (const [method, interval] of Object.entries(intervals)) {
      const tally = hits.get(method) ?? { held: 0, of: 0 };
      hits.set(method, tally);
      if (interval === null) continue;
      tally.of++;
      if (interval.low <= truth && truth <= interval.high) tally.held++;
    }
  }
  const covered = Object.fromEntries([...hits].map(([method, { held, of }]) => [method, held / of]));
  return { family, population, clusters, covered };
}

function means(rounds: number): CoverageCell[] {
  const compared = (clusters: Clusters) => ({
    chosen: clusteredMean(clusters)!.interval,
    "t, CR2": cr2Interval(clusters),
    "t, CR1": cr1Interval(clusters),
  });
  const drawn = kinds.flatMap((kind) =>
    counts.flatMap((count) => [
      cell("mean", `normal, ${kind} clusters`, count, 1300 * rounds, (random) => ({
        truth: 0,
        intervals: compared(clustersOf(random, count, kind, correlation, (blend) => blend())),
      })),
      cell("mean", `skewed, ${kind} clusters`, count, 1300 * rounds, (random) => ({
        truth: 0,
        intervals: compared(clustersOf(random, count, kind, correlation, (blend) => blend(), exponential)),
      })),
      cell("mean", `log-normal, spread 0.7, ${kind} clusters`, count, 1300 * rounds, (random) => ({
        truth: 1,
        intervals: compared(clustersOf(random, count, kind, correlation, (blend) => lognormal(blend(), 0.7))),
      })),
      cell("mean", `paired 0/1 differences, ${kind} clusters`, count, 1300 * rounds, (random) => ({
        truth: 0.05,
        intervals: compared(pairedDifferences(random, count, kind)),
      })),
    ]),
  );
  return drawn;
}

/** A fifth of the samples is discordant; documents differ in whom they favour. */
const pairedDifferences = (random: Random, count: number, kind: Sizes) =>
  Array.from({ length: count }, () => {
    const favour = random.uniform() < 0.5 ? -0.05 : 0.15;
    return Array.from({ length: sizes[kind](random) }, () => ternary(random, 0.2, favour));
  });

function shares(rounds: number): CoverageCell[] {
  return kinds.flatMap((kind) =>
    counts.flatMap((count) =>
      [0, 0.1, 0.3].flatMap((alike) =>
        [0.5, 0.8, 0.95].map((share) => shareCell("share", share, alike, kind, count, 1000 * rounds)),
      ),
    ),
  );
}

/** Where all answers of few documents are often right. */
function sharesNear1(rounds: number): CoverageCell[] {
  return [5, 10, 20].flatMap((count) =>
    [0, 0.3, 0.6].flatMap((alike) =>
      [0.95, 0.98, 0.99].map((share) => shareCell("share near 1", share, alike, "equal", count, 1000 * rounds)),
    ),
  );
}

function shareCell(family: string, share: number, alike: number, kind: Sizes, count: number, studies: number) {
  return cell(family, `${share}, correlation ${alike}, ${kind} clusters`, count, studies, (random) => {
    const clusters = clustersOf(random, count, kind, alike, (blend) => isRight(blend(), share));
    return { truth: share, intervals: besideMean(clusters, share) };
  });
}

/** Where all scores are alike a mean has no interval, which covers nothing. */
const besideMean = (clusters: Clusters, truth: number) => ({
  chosen: clusteredProportion(clusters)!.interval,
  "as a mean": clusteredMean(clusters)!.interval ?? { low: truth - 1, high: truth - 1 },
});

function partScores(rounds: number): CoverageCell[] {
  return Object.entries(partlyRight).flatMap(([name, { mean, score }]) =>
    kinds.flatMap((kind) =>
      counts.map((count) =>
        cell("partly right", `${name}, ${kind} clusters`, count, 1000 * rounds, (random) => {
          const clusters = clustersOf(random, count, kind, correlation, (blend) => score(blend()));
          return { truth: mean, intervals: besideMean(clusters, mean) };
        }),
      ),
    ),
  );
}

const costPerCorrect =
  (spread: number) =>
  (blend: () => number): Quotient => ({ numerator: lognormal(blend(), spread), denominator: isRight(blend(), 0.7) });

function ratios(rounds: number): CoverageCell[] {
  return kinds.flatMap((kind) =>
    counts.flatMap((count) => [
      ...[0.5, 1].map((spread) =>
        cell("ratio", `cost per correct, log spread ${spread}, ${kind} clusters`, count, 1000 * rounds, (random) => {
          const clusters = clustersOf(random, count, kind, correlation, costPerCorrect(spread));
          return {
            truth: 1 / 0.7,
            intervals: { chosen: ratioOfSums(named(clusters))!.interval, Fieller: fiellerInterval(clusters) },
          };
        }),
      ),
      cell("ratio", `of two costs per correct, ${kind} clusters`, count, 1000 * rounds, (random) => {
        const clusters = clustersOf(random, count, kind, correlation, (blend) => {
          const [cost, hardness] = [blend(), blend()];
          const side = (share: number): Quotient => ({
            numerator: lognormal(0.8 * cost + 0.6 * random.normal(), 0.7),
            denominator: isRight(0.8 * hardness + 0.6 * random.normal(), share),
          });
          return { baseline: side(0.6), candidate: side(0.8) };
        });
        return { truth: 0.6 / 0.8, intervals: { chosen: ratioOfRatios(named(clusters))!.interval } };
      }),
    ]),
  );
}

const named = <Sample extends object>(clusters: Clusters<Sample>) =>
  clusters.flatMap((samples, index) => samples.map((sample) => ({ ...sample, cluster: `${index}` })));

function bootstraps(rounds: number): CoverageCell[] {
  const resamples = 499;
  const populations = [
    ["normal mean, unequal clusters", "unequal", 0, (blend: () => number) => ({ numerator: blend(), denominator: 1 })],
    ["cost per correct, unequal clusters", "unequal", 1 / 0.7, costPerCorrect(0.7)],
  ] as const;
  return populations.flatMap(([population, kind, truth, sampleOf]) =>
    counts.map((count) =>
      cell("bootstrap", population, count, 500 * rounds, (random) => {
        const clusters = clustersOf(random, count, kind, correlation, sampleOf);
        const options = { seed: random.integer(2 ** 32), resamples };
        const chosen = clusterBootstrap(clusters, ratioOf, options)!.interval;
        return { truth, intervals: { chosen, ...bootstrapIntervals(clusters, random, resamples) } };
      }),
    ),
  );
}

function ratioOf(clusters: readonly (readonly Quotient[])[]): number | null {
  let [top, bottom] = [0, 0];
  for (const samples of clusters)
    for (const { numerator, denominator } of samples) [top, bottom] = [top + numerator, bottom + denominator];
  return bottom === 0 ? null : top / bottom;
}

/**
 * Three raters give a unit's true value with probability r, else one drawn as the true values are. Whatever the distance
 * between values, α of the population is then r²: a pair disagrees only where one of it was drawn, and as chance does.
 */
function agreements(rounds: number): CoverageCell[] {
  return [0.8, 0.9].flatMap((reliability) =>
    (["nominal", "interval"] as const).flatMap((level) =>
      [20, 50].map((units) =>
        cell(
          "agreement",
          `three raters, α ${(reliability ** 2).toFixed(2)}, ${level}`,
          units,
          300 * rounds,
          (random) => {
            const value = () => (random.uniform() < 0.5 ? 1 : random.uniform() < 0.6 ? 2 : 3);
            const ratings = Array.from({ length: units }, () => {
              const own = value();
              return Array.from({ length: 3 }, () => (random.uniform() < reliability ? own : value()));
            });
            const options = { seed: random.integer(2 ** 32), resamples: 499 };
            const chosen = krippendorffAgreement(ratings, level, options)?.interval ?? null;
            return { truth: reliability ** 2, intervals: { chosen } };
          },
        ),
      ),
    ),
  );
}
