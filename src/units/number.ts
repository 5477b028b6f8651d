/** Plain numbers as a reader wants them: grouped thousands, a fixed number of significant digits, no exponents. */
import { unknown } from "./unknown.ts";

/** A whole number with grouped thousands: `12,345`. */
export function formatCount(count: number | null): string {
  return count === null ? unknown : group(Math.round(count).toFixed(0));
}

/** A number to so many significant digits, written out: `0.0123`, `12.3`, `1,230`. Digits left of the point stay. */
export function formatSignificant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return unknown;
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  const decimals = Math.min(20, Math.max(0, digits - 1 - exponent));
  const [whole, fraction] = value.toFixed(decimals).split(".");
  return fraction === undefined ? group(whole!) : `${group(whole!)}.${fraction}`;
}

/** Two ends of an interval in the same format: `3–32`, and where one has a sign `−31 to 32`. */
export function formatRange(
  range: { readonly low: number; readonly high: number } | null,
  format: (value: number) => string,
): string {
  if (range === null) return unknown;
  const ends = [range.low, range.high].map((end) => format(end).replace(/^-/, "−"));
  return ends.join(ends.some((end) => /^[−+]/.test(end)) ? " to " : "–");
}

/** A number with an optional unit behind it, e.g. `1.5 KiB`; null where the text is not one. */
export function splitQuantity(text: string): { readonly value: number; readonly suffix: string } | null {
  const parts = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)\s*$/i.exec(text.replaceAll(/(?<=\d)[_,](?=\d{3})/g, ""));
  return parts === null ? null : { value: Number(parts[1]), suffix: parts[2]! };
}

const group = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ",");
