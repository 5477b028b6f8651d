/** Tokens. Context lengths are powers of two in this field, so 1K is 1024 tokens and 1M is 1024K. */
import { formatCount, formatSignificant, splitQuantity } from "./number.ts";
import { unknown } from "./unknown.ts";

const kilo = 1024;
const mega = 1024 * 1024;

/** A context length: `32K`, `1M` where it is a whole number of them, else the count itself: `70,000`. */
export function formatTokens(tokens: number | null): string {
  if (tokens === null || !Number.isFinite(tokens)) return unknown;
  if (tokens >= mega && tokens % mega === 0) return `${formatCount(tokens / mega)}M`;
  if (tokens >= kilo && tokens % kilo === 0) return `${formatCount(tokens / kilo)}K`;
  return formatCount(tokens);
}

/** Tokens from `512`, `32K`, `1M` or `0.5k`; null where the text is not a positive whole number of tokens. */
export function parseTokens(text: string): number | null {
  const parts = splitQuantity(text);
  if (parts === null) return null;
  const scale = { "": 1, k: kilo, m: mega }[parts.suffix.toLowerCase()];
  const tokens = scale === undefined ? 0 : parts.value * scale;
  return Number.isInteger(tokens) && tokens > 0 ? tokens : null;
}

/** A speed: `42.1 tokens/s`. */
export function formatTokensPerSecond(rate: number | null): string {
  return rate === null || !Number.isFinite(rate) ? unknown : `${formatSignificant(rate)} tokens/s`;
}
