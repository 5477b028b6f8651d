/** The mean of values that come in clusters. */
import { clusterSpread, studentInterval } from "./cluster-spread.ts";
import type { Clusters } from "./clusters.ts";
import { defaultConfidence } from "./interval.ts";
import type { MeanEstimate } from "./mean.ts";

export interface ClusteredMean extends MeanEstimate {
  readonly clusters: number;
}

/**
 * The mean of all values, each with the same weight whatever the size of its cluster, and its cluster-robust interval: mean
 * ± t·SE, longer towards the longer tail (see `clusterSpread` and `studentInterval`). Assumes independent clusters. Of values
 * that are not skewed, in clusters of one, it is Student's interval.
 *
 * @returns null of nothing; the interval is null for one cluster, and where all values agree
 */
export function clusteredMean(clusters: Clusters, confidence = defaultConfidence): ClusteredMean | null {
  const filled = clusters.filter((values) => values.length > 0);
  const n = filled.reduce((sum, values) => sum + values.length, 0);
  if (n === 0) return null;
  const mean = filled.reduce((sum, values) => sum + total(values), 0) / n;
  const spread = clusterSpread(
    filled.map((values) => total(values.map((value) => value - mean)) / n),
    filled.map((values) => values.length / n),
  );
  return { mean, n, clusters: filled.length, interval: studentInterval(mean, spread, confidence) };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
