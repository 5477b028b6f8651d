/** The statistics beside SciPy, statsmodels and plain matrices, on random data; all questions go to one Python process. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  binomialCdf,
  clusteredMean,
  clusterSpread,
  geometricRatio,
  holmAdjusted,
  intraClusterCorrelation,
  krippendorffAlpha,
  mcnemarTest,
  noncentralTTail,
  randomFrom,
  samplesToDetect,
  signFlipTest,
  studentTQuantile,
  wilsonInterval,
} from "../src/stats/index.ts";

const python = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "import scipy, statsmodels"]).status === 0,
);
const random = randomFrom("beside other implementations");
const many = <Item>(count: number, make: () => Item) => Array.from({ length: count }, make);
const clustersOf = (sizes: readonly number[]) =>
  sizes.map((size) => {
    const own = random.normal();
    return many(size, () => 0.6 * own + random.normal());
  });

const equal = many(5, () => clustersOf(many(3 + random.integer(9), () => 4)));
const unequal = many(8, () => clustersOf(many(3 + random.integer(12), () => 1 + random.integer(9))));
const flips = many(6, () => many(3 + random.integer(9), () => Math.round(4 * random.normal()) / 4));
const discordant = [[7, 7], ...many(10, () => [random.integer(30), 1 + random.integer(30)])] as const;
const groups = many(6, () => {
  const times = (spread: number) => many(2 + random.integer(20), () => Math.exp(spread * random.normal()));
  return [times(0.3), times(1)] as const;
});
const pLists = many(5, () => many(2 + random.integer(8), () => random.uniform() ** 2));
const ratings = many(6, () => many(12, () => many(4, () => (random.uniform() < 0.2 ? null : random.integer(5)))));
const shares = many(10, () => {
  const n = 1 + random.integer(200);
  return [random.integer(n + 1), n] as const;
});
const quantiles = many(10, () => [0.5 + 0.4999 * random.uniform(), 1 + 60 * random.uniform()] as const);
const tails = many(10, () => [4 * random.uniform(), 2 + random.integer(300), 4 * random.uniform()] as const);
const designs = many(6, () => ({ difference: 0.02 + 0.1 * random.uniform(), spread: 0.2 + 0.3 * random.uniform() }));
const levels = ["nominal", "ordinal", "interval"] as const;

/** CR1 is CR0 with G/(G − 1); with equal clusters CR3 is the same. */
const spreadOf = (clusters: readonly (readonly number[])[]) => {
  const all = clusters.flat();
  const centre = all.reduce((sum, value) => sum + value, 0) / all.length;
  const parts = clusters.map((values) => values.reduce((sum, value) => sum + (value - centre) / all.length, 0));
  return clusterSpread(
    parts,
    clusters.map((values) => values.length / all.length),
  )!;
};

/** What is asked, and what we say to the same; both as flat lists of numbers. */
const comparisons: Readonly<Record<string, { ask: readonly (readonly unknown[])[]; ours: () => readonly number[] }>> = {
  "the cluster-robust standard error, CR1 of statsmodels, where clusters are equal": {
    ask: equal.map((clusters) => ["cr1", clusters]),
    ours: () => equal.map((clusters) => spreadOf(clusters).standardError),
  },
  "the mean, CR3 and Satterthwaite's degrees of freedom by their matrices, where clusters are unequal": {
    ask: unequal.map((clusters) => ["cr3", clusters]),
    ours: () =>
      unequal.flatMap((clusters) => {
        const { standardError, degreesOfFreedom } = spreadOf(clusters);
        return [clusteredMean(clusters)!.mean, standardError, degreesOfFreedom];
      }),
  },
  "the interval of a mean, from the means without each cluster": {
    ask: unequal.map((clusters) => ["meanInterval", clusters]),
    ours: () =>
      unequal.flatMap((clusters) => {
        const { low, high } = clusteredMean(clusters)!.interval!;
        return [low, high];
      }),
  },
  "the intra-cluster correlation from SciPy's analysis of variance": {
    ask: unequal.map((clusters) => ["intraCluster", clusters]),
    ours: () => unequal.map((clusters) => intraClusterCorrelation(clusters)!),
  },
  "the ratio of geometric means, by Welch's test of logarithms": {
    ask: groups.map(([values, others]) => ["welch", values, others]),
    ours: () =>
      groups.flatMap(([values, others]) => {
        const { ratio, interval } = geometricRatio(values, others)!;
        return [ratio, interval.low, interval.high];
      }),
  },
  "the sign-flip test by enumeration": {
    ask: flips.map((sums) => ["signFlip", sums]),
    ours: () => flips.map((sums) => signFlipTest(sums.map((sum) => [sum])).p),
  },
  "McNemar's exact test": {
    ask: discordant.map(([b, c]) => ["mcnemar", b, c]),
    ours: () => discordant.map(([b, c]) => mcnemarTest(b, c).exactP),
  },
  "McNemar's exact test as a binomial test": {
    ask: discordant.map(([b, c]) => ["binomialTest", b, b + c]),
    ours: () => discordant.map(([b, c]) => mcnemarTest(b, c).exactP),
  },
  "McNemar's mid-p, by Fagerland's formulae": {
    ask: discordant.map(([b, c]) => ["midP", b, c]),
    ours: () => discordant.map(([b, c]) => mcnemarTest(b, c).midP),
  },
  "binomial tails": {
    ask: discordant.map(([b, c]) => ["binomialCdf", b, b + c, 0.37]),
    ours: () => discordant.map(([b, c]) => binomialCdf(b, b + c, 0.37)),
  },
  "Holm's adjusted p-values": {
    ask: pLists.map((pValues) => ["holm", pValues]),
    ours: () => pLists.flatMap(holmAdjusted),
  },
  "Wilson's interval": {
    ask: shares.map(([successes, n]) => ["wilson", successes, n]),
    ours: () =>
      shares.flatMap(([successes, n]) => {
        const { low, high } = wilsonInterval(successes, n)!;
        return [low, high];
      }),
  },
  "Student's t with any degrees of freedom": {
    ask: quantiles.map(([probability, degrees]) => ["studentTCdf", studentTQuantile(probability, degrees), degrees]),
    ours: () => quantiles.map(([probability]) => probability),
  },
  "the noncentral t": {
    ask: tails.map(([t, degrees, noncentrality]) => ["noncentralT", t, degrees, noncentrality]),
    ours: () => tails.map(([t, degrees, noncentrality]) => noncentralTTail(t, degrees, noncentrality)),
  },
  "Krippendorff's alpha from the matrix of coincidences": {
    ask: levels.flatMap((level) => ratings.map((units) => ["krippendorff", units, level])),
    ours: () => levels.flatMap((level) => ratings.map((units) => krippendorffAlpha(units, level)!)),
  },
};

describe.skipIf(python === undefined)("beside SciPy and statsmodels", () => {
  const answers = new Map<string, readonly number[]>();
  const powers: { readonly enough: number; readonly tooFew: number }[] = [];

  beforeAll(() => {
    const planned = designs.flatMap(({ difference, spread }) => {
      const { samples } = samplesToDetect(difference, { spread });
      return [samples, samples - 1].map((n) => ["power", difference / spread, n]);
    });
    const questions = [...Object.values(comparisons).flatMap(({ ask }) => ask), ...planned];
    const { status, stdout, stderr } = spawnSync(python!, [join(import.meta.dirname, "oracles/statistics.py")], {
      input: JSON.stringify(questions),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr);
    const all = JSON.parse(stdout) as (number | number[])[];
    for (const [title, { ask }] of Object.entries(comparisons)) answers.set(title, all.splice(0, ask.length).flat());
    for (let index = 0; index < designs.length; index++)
      powers.push({ enough: all[2 * index] as number, tooFew: all[2 * index + 1] as number });
  });

  test.each(Object.entries(comparisons))("%s", (title, { ours }) => {
    const theirs = answers.get(title)!;
    const mine = ours();
    expect(mine).toHaveLength(theirs.length);
    for (const [index, value] of mine.entries())
      expect(Math.abs(value - theirs[index]!), `${index}: ${value} and ${theirs[index]}`).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(theirs[index]!)),
      );
  });

  test("the planned number of samples is the smallest that statsmodels gives the power", () => {
    expect(powers).toHaveLength(designs.length);
    for (const { enough, tooFew } of powers) {
      expect(enough).toBeGreaterThanOrEqual(0.8);
      expect(tooFew).toBeLessThan(0.8);
    }
  });
});
