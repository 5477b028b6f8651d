/** Krippendorff's α of amounts where the rated units come in clusters, such as answers about one document. */
import type { Agreement } from "./agreement.ts";
import { type BootstrapOptions, clusterBootstrap } from "./bootstrap.ts";
import type { Clusters } from "./clusters.ts";

/**
 * `krippendorffAlpha` at the interval level with the interval of a bootstrap by cluster, from sums that are made once:
 *
 *   α = 1 − (n − 1) · Σ_units 2·(mᵤ·Σv² − (Σv)²)/(mᵤ − 1)  /  2·(n·Σv² − (Σv)²)
 *
 * v less the mean of all, so that nothing cancels. A resample adds up clusters and not ratings.
 *
 * @param clusters  of units, each with its ratings; units with one rating cannot be compared and are left out
 * @returns null where α is undefined: no unit with two ratings, or all ratings alike. The interval is null for one cluster,
 *   and where no two ratings of a unit differ: drawing from agreement alone would give it no width
 */
export function clusteredAgreement(clusters: Clusters<readonly number[]>, options: BootstrapOptions): Agreement | null {
  const compared = together(
    clusters.map((units) => units.filter((ratings) => ratings.length > 1)).filter((units) => units.length > 0),
  );
  const all = compared.flat(2);
  if (all.every((value) => value === all[0])) return null;
  const center = all.reduce((sum, value) => sum + value, 0) / all.length;
  const sums = new Map(compared.map((units) => [units, sumsOf(units, center)]));
  const spread = spreadOf(added([...sums.values()]));
  const alphaOf = (drawn: Clusters<readonly number[]>) => alpha(added(drawn.map((units) => sums.get(units)!)), spread);
  const estimate = clusterBootstrap<readonly number[]>(compared, alphaOf, options)!;
  const isSplit = compared.some((units) => units.some((ratings) => ratings.some((value) => value !== ratings[0])));
  return {
    alpha: estimate.estimate,
    units: compared.flat().length,
    ratings: all.length,
    interval: isSplit ? estimate.interval : null,
  };
}

/** More of them make a bootstrap slow and no surer. Clusters are independent, so any that are put together still are. */
const mostClusters = 1_000;

const together = <Item>(clusters: Clusters<Item>): Clusters<Item> =>
  [...Map.groupBy(clusters.keys(), (place) => place % mostClusters).values()].map((places) =>
    places.flatMap((place) => clusters[place]!),
  );

/** Of centred ratings; `within` is the observed disagreement. */
interface Sums {
  readonly n: number;
  readonly values: number;
  readonly squares: number;
  readonly within: number;
}

const added = (parts: readonly Sums[]): Sums => {
  let [n, values, squares, within] = [0, 0, 0, 0];
  for (const part of parts) {
    n += part.n;
    values += part.values;
    squares += part.squares;
    within += part.within;
  }
  return { n, values, squares, within };
};

const sumsOf = (units: readonly (readonly number[])[], center: number): Sums =>
  added(
    units.map((ratings) => {
      const n = ratings.length;
      const values = ratings.reduce((sum, value) => sum + (value - center), 0);
      const squares = ratings.reduce((sum, value) => sum + (value - center) ** 2, 0);
      const own = ratings.reduce((sum, value) => sum + value, 0) / n;
      const within = ratings.reduce((sum, value) => sum + (value - own) ** 2, 0);
      return { n, values, squares, within: (2 * n * within) / (n - 1) };
    }),
  );

const spreadOf = ({ n, values, squares }: Sums) => (n * squares - values ** 2) / n ** 2;

/** A resample whose ratings are alike has a spread of rounding errors. */
const rounding = 1e-10;

function alpha(sums: Sums, spreadOfAll: number): number | null {
  const { n, within } = sums;
  const spread = spreadOf(sums);
  return spread <= rounding * spreadOfAll ? null : 1 - ((n - 1) * within) / (2 * n ** 2 * spread);
}
