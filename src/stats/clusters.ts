/** Observations in clusters: those about one document, say, which are more alike than those about two. */

/** One inner list a cluster. */
export type Clusters<Item = number> = readonly (readonly Item[])[];

/** The items by cluster, clusters in order of first appearance. */
export function clustersBy<Item>(items: readonly Item[], clusterOf: (item: Item) => string): Item[][] {
  return [...Map.groupBy(items, clusterOf).values()];
}
