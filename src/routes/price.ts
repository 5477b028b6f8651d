/** What a call cost, from the tokens it reported and a dated price. */
import { type CallRequest, imagesIn, type Usage } from "../wire/index.ts";

/** USD per million tokens, as a vendor's page had it on a day. */
export interface Price {
  readonly uncachedInputUsdPerMtok: number;
  /** Null where the vendor has no price of its own for it. */
  readonly cacheReadUsdPerMtok: number | null;
  readonly cacheWriteUsdPerMtok: number | null;
  readonly outputUsdPerMtok: number;
  /** YYYY-MM-DD. */
  readonly observedOn: string;
  readonly source: string;
}

/**
 * The cost of one call, USD: Σ tokens of a bucket × the bucket's price.
 *
 * A cache read or write without a price of its own is charged as uncached input. The result is null when the price is
 * unknown, or when a bucket that the sum needs was not reported; where a vendor does not tell cached tokens apart, all
 * of its input counts as uncached, which is the upper bound.
 */
export function costOf(usage: Usage | null, price: Price | null): number | null {
  if (usage === null || price === null || usage.outputTokens === null) return null;
  const read = usage.cacheReadTokens ?? 0;
  const written = usage.cacheWriteTokens ?? 0;
  const uncached =
    usage.uncachedInputTokens ?? (usage.inputTokens === null ? null : usage.inputTokens - read - written);
  if (uncached === null) return null;
  const input = price.uncachedInputUsdPerMtok;
  const perMtok =
    uncached * input +
    read * (price.cacheReadUsdPerMtok ?? input) +
    written * (price.cacheWriteUsdPerMtok ?? input) +
    usage.outputTokens * price.outputUsdPerMtok;
  return perMtok / 1e6;
}

/**
 * The largest image in tokens, of the vendors that say: gpt-4o-mini, 2,833 and 5,667 for each of 8 tiles (OpenAI, "Images
 * and vision", costs of high detail).
 */
const mostImageTokens = 2_833 + 8 * 5_667;

/**
 * No call can cost more than this, USD. A token of text is at least one byte of the request, so its bytes bound the text;
 * images have a bound of their own, and `maxTokens` bounds the output.
 */
export function costCeiling(request: CallRequest, price: Price): number {
  const images = request.messages.reduce((sum, { content }) => sum + imagesIn(content), 0);
  const tokens = Buffer.byteLength(JSON.stringify(request)) + images * mostImageTokens;
  return (tokens * dearestInputUsdPerMtok(price) + (request.maxTokens ?? 0) * price.outputUsdPerMtok) / 1e6;
}

export const dearestInputUsdPerMtok = (price: Price) =>
  Math.max(price.uncachedInputUsdPerMtok, price.cacheReadUsdPerMtok ?? 0, price.cacheWriteUsdPerMtok ?? 0);
