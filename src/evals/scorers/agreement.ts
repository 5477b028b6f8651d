/** Ratings of the same answers by several raters, as Krippendorff's α takes them. */

export interface Rating {
  /** What was rated, e.g. a trial's id. */
  readonly unit: string;
  /** Who rated: `judge 1`, `judge 2` for repeated judgements, `human` for a person's label. */
  readonly rater: string;
  /** Null where the rater did not decide. */
  readonly value: number | null;
}

export interface RatingsTable {
  /** In order of appearance, as the rows are. */
  readonly units: readonly string[];
  /** In order of appearance, as the columns are. */
  readonly raters: readonly string[];
  /** Units × raters; null where a rater did not rate a unit. */
  readonly ratings: readonly (readonly (number | null)[])[];
}

/**
 * The units × raters table that reliability coefficients are computed from.
 *
 * @throws RangeError where a rater rates a unit twice: repeats of a judge are raters of their own
 * @see Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"
 */
export function ratingsTable(ratings: Iterable<Rating>): RatingsTable {
  const rows = new Map<string, Map<string, number | null>>();
  const raters = new Set<string>();
  for (const { unit, rater, value } of ratings) {
    const row = rows.get(unit) ?? new Map<string, number | null>();
    if (row.has(rater)) throw new RangeError(`${rater} rates ${unit} twice`);
    row.set(rater, value);
    rows.set(unit, row);
    raters.add(rater);
  }
  return {
    units: [...rows.keys()],
    raters: [...raters],
    ratings: [...rows.values()].map((row) => [...raters].map((rater) => row.get(rater) ?? null)),
  };
}
