/** For each judged place, whether no token is likelier than the wanted one. */
export function rightPlaces(logits: Float32Array, targets: Int32Array, vocabulary: number): boolean[] {
  return Array.from(targets, (target, place) => {
    const row = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
    return row.every((logit) => logit <= row[target]!);
  });
}
