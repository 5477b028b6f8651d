/**
 * Holm's adjusted p-values: reject those that are at most α, and a true hypothesis is rejected with probability at most α
 * over all of them, however they depend on each other. The k-th smallest of m becomes the largest of (m − j + 1)·p₍ⱼ₎ for
 * j ≤ k, at most 1.
 *
 * @returns in the order given
 * @see Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6:65
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) throw new RangeError(`a p-value from 0 to 1, not ${wrong}`);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  const order = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = largest;
  }
  return adjusted;
}
