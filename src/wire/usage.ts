/** Tokens of one call in disjoint buckets. `null` is "not reported" and is never the same as 0. */
export interface Usage {
  /** Input that was neither read from nor written to a cache. */
  readonly uncachedInputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  /** All output, reasoning included. */
  readonly outputTokens: number | null;
  /** The part of the output that was reasoning. */
  readonly reasoningTokens: number | null;
  /** All input as the vendor totals it: the three input buckets together where they are known. */
  readonly inputTokens: number | null;
  /** The vendor's own usage object, untouched. */
  readonly raw: unknown;
}
