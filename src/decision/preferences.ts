/** Whose answers a judge prefers, by how much, and how far it agrees with itself when the answers change places. */
import type { OptionPair, RunInfo, Trial } from "../evals/index.ts";
import { type Clusters, holmAdjusted, signFlipTest } from "../stats/index.ts";
import { type Estimate, shareOf } from "./estimate.ts";

export interface PreferredPair extends OptionPair {
  /** Share of samples on which the option is preferred, ties counted half. */
  readonly preferred: Estimate | null;
  /** Two-sided, of "neither is preferred", corrected over the pairs (Holm). */
  readonly adjustedP: number;
  readonly verdict: "preferred" | "not preferred" | "not told apart";
  readonly wins: number;
  readonly losses: number;
  /** Without those on which the judge contradicted itself. */
  readonly ties: number;
  /** The judge's verdicts changed with the answers' places. */
  readonly contradicted: number;
  /** Answers that are the same to the letter: ties, on which the judge was not asked. */
  readonly same: number;
  /** Share of samples, of those on which the judge was asked, with the same verdict in both orders. */
  readonly consistency: Estimate | null;
  /** The judge's calls failed, or what it said was not readable. */
  readonly failed: number;
  /** Not judged yet. */
  readonly open: number;
  /** Samples that one of the two did not answer. */
  readonly leftOut: number;
}

export interface Preferences {
  readonly run: RunInfo;
  readonly judge: string;
  readonly pairs: readonly PreferredPair[];
  /** Of all calls to the judge, those of comparisons that were broken off too, USD; null where one is not known. */
  readonly costUsd: number | null;
  /** What is known of it. */
  readonly knownUsd: number;
}

const significance = 0.05;

export function preferencesOf(run: RunInfo, trials: Iterable<Trial>): Preferences {
  const { against, pairs } = run.preference!;
  const byOption = Map.groupBy(trials, ({ cell }) => String(cell.option));
  const found = pairs.map(({ option, samples, leftOut }) => {
    const judged = byOption.get(option) ?? [];
    return { option, against, ...verdictsOf(judged), open: samples - judged.length, leftOut };
  });
  const adjusted = holmAdjusted(found.map(({ p }) => p));
  const brokenOff = run.logged?.brokenOff ?? { unknown: 0, knownUsd: 0 };
  const costs = [...byOption.values()].flat().map(({ attempts, costUsd }) => (attempts === 0 ? 0 : costUsd));
  const knownUsd = costs.reduce<number>((sum, one) => sum + (one ?? 0), brokenOff.knownUsd);
  return {
    run,
    judge: run.candidates[0]!.id,
    pairs: found.map(({ p: _, ...pair }, index) => ({
      ...pair,
      adjustedP: adjusted[index]!,
      verdict:
        adjusted[index]! > significance
          ? "not told apart"
          : pair.preferred!.value > 0.5
            ? "preferred"
            : "not preferred",
    })),
    costUsd: brokenOff.unknown > 0 || costs.includes(null) ? null : knownUsd,
    knownUsd,
  };
}

function verdictsOf(judged: readonly Trial[]) {
  const scored = judged.flatMap(({ document, scores }) =>
    scores?.preferred === undefined ? [] : [{ document, ...scores.preferred }],
  );
  const asked = scored.flatMap(({ document, ratings: [first, second] = [] }) =>
    first === undefined || second === undefined ? [] : [{ document, value: Number(first === second) }],
  );
  const agreed = asked.filter(({ value }) => value === 1).length;
  const count = (value: number) => scored.filter((one) => one.value === value).length;
  const differences = clustersOf(scored).map((values) => values.map((value) => value - 0.5));
  const contradicted = asked.length - agreed;
  const same = scored.length - asked.length;
  return {
    preferred: shareOf(clustersOf(scored)),
    p: signFlipTest(differences).p,
    wins: count(1),
    losses: count(0),
    ties: count(0.5) - contradicted - same,
    contradicted,
    same,
    consistency: shareOf(clustersOf(asked)),
    failed: judged.length - scored.length,
  };
}

const clustersOf = (values: readonly { readonly document: string; readonly value: number }[]): Clusters =>
  [...Map.groupBy(values, ({ document }) => document).values()].map((mine) => mine.map(({ value }) => value));
