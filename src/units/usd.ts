/** Money in US dollars. One call costs a fraction of a cent, so small amounts keep their leading digits. */
import { formatSignificant, splitQuantity } from "./number.ts";
import { unknown } from "./unknown.ts";

/** `$1,234.50`, `$0.42`, `$0.00123`, `<$0.000001`; an exact zero is `$0`. */
export function formatUsd(usd: number | null): string {
  if (usd === null || !Number.isFinite(usd)) return unknown;
  if (usd < 0) return `-${formatUsd(-usd)}`;
  if (usd === 0) return "$0";
  if (usd < 0.000001) return "<$0.000001";
  if (usd < 0.0995) return `$${formatSignificant(usd)}`;
  const [dollars, cents] = usd.toFixed(2).split(".");
  return `$${formatSignificant(Number(dollars), 1)}.${cents}`;
}

/** Dollars from `2`, `$0.50` or `0.5 USD`; null where the text is not an amount. */
export function parseUsd(text: string): number | null {
  const parts = splitQuantity(text.replace(/^\s*\$/, ""));
  return parts === null || !["", "usd"].includes(parts.suffix.toLowerCase()) ? null : parts.value;
}
