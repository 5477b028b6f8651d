/** Two candidates on the same samples: repeats averaged, then matched. */

/** One trial's value: a score, a cost, a time. */
export interface Observation {
  readonly sample: string;
  /** What samples may share, e.g. a document. */
  readonly cluster: string;
  /** Null where the trial has none: it failed, or nobody reported it. */
  readonly value: number | null;
}

export interface SampleMean {
  readonly sample: string;
  readonly cluster: string;
  /** The mean over the repeats that have a value; null where none has. */
  readonly value: number | null;
  readonly repeats: number;
}

/**
 * The repeats of each sample as one value, since they say more of the sample and nothing of others; samples in order of
 * first appearance.
 *
 * @throws RangeError for a sample in two clusters
 */
export function averageRepeats(observations: readonly Observation[]): SampleMean[] {
  return [...Map.groupBy(observations, ({ sample }) => sample)].map(([sample, trials]) => {
    const { cluster } = trials[0]!;
    if (trials.some((trial) => trial.cluster !== cluster)) throw new RangeError(`sample ${sample} is in two clusters`);
    const values = trials.map(({ value }) => value).filter((value) => value !== null);
    const value = values.length === 0 ? null : values.reduce((sum, next) => sum + next, 0) / values.length;
    return { sample, cluster, value, repeats: values.length };
  });
}

export interface Pair {
  readonly sample: string;
  readonly cluster: string;
  readonly baseline: number;
  readonly candidate: number;
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  /** Samples that lack a value on one side, or on both. */
  readonly leftOut: number;
}

/**
 * Matches two candidates' samples by name. What lacks a side is left out and counted, never taken as 0: compare the counts
 * before trusting a difference, since failures are seldom spread evenly.
 *
 * @throws RangeError for a sample that comes twice on one side
 */
export function pairBySample(baseline: readonly SampleMean[], candidate: readonly SampleMean[]): Pairing {
  const other = new Map(candidate.map((mean) => [mean.sample, mean]));
  const names = new Set([...baseline, ...candidate].map(({ sample }) => sample));
  if (new Set(baseline.map(({ sample }) => sample)).size !== baseline.length || other.size !== candidate.length)
    throw new RangeError("a sample comes twice: average its repeats first");
  const pairs = baseline.flatMap(({ sample, cluster, value }) => {
    const match = other.get(sample)?.value ?? null;
    return value === null || match === null ? [] : [{ sample, cluster, baseline: value, candidate: match }];
  });
  return { pairs, leftOut: names.size - pairs.length };
}
