/** Shares run from 0 to 1 everywhere; a percentage exists only on the screen. */
import { formatRange } from "./number.ts";
import { unknown } from "./unknown.ts";

/** `87%`. What is not all never prints as 100%, and what is not nothing never as 0%: `>99%`, `<1%`. */
export function formatShare(share: number | null, decimals = 0): string {
  if (share === null || !Number.isFinite(share)) return unknown;
  const step = 10 ** -decimals;
  const printed = (share * 100).toFixed(decimals);
  if (share < 1 && Number(printed) === 100) return `>${(100 - step).toFixed(decimals)}%`;
  if (share > 0 && Number(printed) === 0) return `<${step.toFixed(decimals)}%`;
  return `${printed}%`;
}

/** The two ends of an interval of a share: `80–92%`. */
export function formatShareRange(range: { readonly low: number; readonly high: number } | null): string {
  return formatRange(range, (share) => formatShare(share)).replace(/%(?=–)/, "");
}
