/** Numbers that flags take, read or refused. */
import { UserError } from "../errors.ts";
import { parseTokens } from "../units/index.ts";

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
