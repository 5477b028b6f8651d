/** Where the tokens went that a call could have read from a cache and did not, and what they cost. */
import { costOf, type Price } from "../../../../routes/index.ts";
import type { Usage } from "../../../../wire/index.ts";

/**
 * `prefix changed`: no cache could have read them, because the prompt was changed in front of them. `vendor's rule`: the
 * rule gives back less than was there (granularity, minimum, whole units). `another session`: the rule gave up the
 * session's prompt for another's. `expired`: their lifetime was over. `unexplained`: the rule says they should have been
 * read, or there is no rule.
 */
export const causes = ["prefix changed", "vendor's rule", "another session", "expired", "unexplained"] as const;
export type Cause = (typeof causes)[number];

export interface Loss {
  readonly cause: Cause;
  readonly tokens: number;
  /** What they cost above what reading them would have; null where the price or the usage is not known. */
  readonly costUsd: number | null;
}

/** Tokens that a call could read, from the kindest view to the strictest; each is at most the one before. */
export interface Readable {
  /** Had the loop only added to its last prompt. */
  readonly appended: number;
  /** With what was really sent: no cache can give back more. */
  readonly ceiling: number;
  /** Under the vendor's rule, had the session been alone and time stood still; null where there is no rule. */
  readonly alone: number | null;
  /** With all the other calls. */
  readonly timeless: number | null;
  /** With the time that passed: what the vendor should have reported. */
  readonly expected: number | null;
}

/**
 * The loss of a call, cause by cause: the difference of each view to the one before, as far as tokens are missing. What was
 * lost for a reason further up is not counted again, and what a vendor gives beyond its rule makes up for it.
 *
 * @param cachedTokens what was really read
 */
export function lossesOf(
  cachedTokens: number,
  { appended, ceiling, alone, timeless, expected }: Readable,
  { usage, price }: { readonly usage: Usage; readonly price: Price | null },
): Loss[] {
  let missing = Math.max(0, appended - cachedTokens);
  const total = missing;
  const totalUsd = total === 0 ? 0 : missCostUsd(usage, total, price);
  let left = appended;
  const lost: Loss[] = [];
  const take = (cause: Cause, readable: number | null) => {
    const tokens = Math.min(missing, Math.max(0, left - (readable ?? left)));
    left = Math.min(left, readable ?? left);
    missing -= tokens;
    if (tokens > 0) lost.push({ cause, tokens, costUsd: totalUsd === null ? null : (totalUsd * tokens) / total });
  };
  take("prefix changed", ceiling);
  take("vendor's rule", alone);
  take("another session", timeless);
  take("expired", expected);
  take("unexplained", 0);
  return lost;
}

/**
 * What a call cost more than if `tokens` of its input had been read from the cache, USD: tokens that were written count
 * first, as a miss is what makes a vendor write. Null where price or usage is not known.
 */
export function missCostUsd(usage: Usage, tokens: number, price: Price | null): number | null {
  const { uncachedInputTokens: uncached, cacheReadTokens: read, cacheWriteTokens: written } = usage;
  if (uncached === null || read === null) return null;
  const fromWritten = Math.min(tokens, written ?? 0);
  const fromUncached = Math.min(tokens - fromWritten, uncached);
  const real = costOf(usage, price);
  const warm = costOf(
    {
      ...usage,
      uncachedInputTokens: uncached - fromUncached,
      cacheWriteTokens: written === null ? null : written - fromWritten,
      cacheReadTokens: read + fromWritten + fromUncached,
    },
    price,
  );
  return real === null || warm === null ? null : real - warm;
}
