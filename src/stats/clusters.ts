/** Observations in clusters: those about one document, say, which are more alike than those about two. */

/** One inner list a cluster. */
export type Clusters<Item = number> = readonly (readonly Item[])[];

/** The items by cluster, clusters in order of first appearance. */
export function clustersBy<Item>(items: readonly Item[], clusterOf: (item: Item) => string): Item[][] {
  return [...Map.groupBy(items, clusterOf).values()];
}

export interface Groups {
  /** Places, as numbers: a hundred thousand small lists take much more memory. */
  readonly of: (group: number) => Int32Array;
}

/** The places of `keys` by their value, in rising order or in the one that is given. Negative keys are in no group. */
export function grouped(keys: Int32Array, groups: number, inOrder: Iterable<number> = keys.keys()): Groups {
  const starts = new Int32Array(groups + 1);
  for (const key of keys) if (key >= 0) starts[key + 1]! += 1;
  for (let group = 0; group < groups; group++) starts[group + 1]! += starts[group]!;
  const members = new Int32Array(starts[groups]!);
  const next = starts.slice(0, groups);
  for (const place of inOrder) {
    const key = keys[place]!;
    if (key >= 0) members[next[key]!++] = place;
  }
  return { of: (group) => members.subarray(starts[group]!, starts[group + 1]!) };
}
