/** The largest difference of any entry, relative to the largest entry expected; NaN where an entry is missing or NaN. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.NaN;
  const sizes = Array.from(expected, Math.abs);
  const differences = sizes.map((_, entry) => Math.abs(actual[entry]! - expected[entry]!));
  return Math.max(...differences) / Math.max(...sizes);
}
