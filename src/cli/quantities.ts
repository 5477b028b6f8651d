/** Numbers that flags take, read or refused, and bounds as commands print them. */
import type { Bounds } from "../anatomy/index.ts";
import { UserError } from "../errors.ts";
import { parseTokens } from "../units/index.ts";

/** `5 – 8`, `1.04 – 3.25 ms`, and `8` where both sides print alike. */
export function formatBounds({ low, high }: Bounds, format: (value: number | null) => string): string {
  const [from, to] = [format(low), format(high)];
  if (from === to) return from;
  const unit = (text: string) => /^[\d.,]+( \D+)$/.exec(text)?.[1];
  const shared = unit(from) === unit(to) ? (unit(from) ?? "") : "";
  return `${from.slice(0, from.length - shared.length)} – ${to}`;
}

/** @throws UserError */
export function tokensOf(flag: string, text: string): number {
  return checked(flag, text, parseTokens(text), Number.isInteger, "a number of tokens such as 32K or 1M");
}

/** @throws UserError */
export function countOf(flag: string, text: string): number {
  const isCount = (value: number) => Number.isInteger(value) && value >= 1 && value <= 1e6;
  return checked(flag, text, Number(text), isCount, "a whole number from 1 to 1,000,000");
}

function checked(flag: string, text: string, value: number | null, fits: (value: number) => boolean, expected: string) {
  if (value !== null && fits(value)) return value;
  throw new UserError({ happened: `${flag} is ${JSON.stringify(text)}`, expected, mend: `give another ${flag}` });
}
