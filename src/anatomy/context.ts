/** Lengths of context that estimates take. */
import { UserError } from "../errors.ts";

/** No model comes near. */
export const maxContextTokens = 2 ** 31;

/** @throws UserError where `tokens` is no whole number from 0 to `most` */
export function requireTokens(name: string, tokens: number, most = maxContextTokens): void {
  if (Number.isInteger(tokens) && tokens >= 0 && tokens <= most) return;
  throw new UserError({
    happened: `${name} is ${tokens}`,
    expected: `a whole number of tokens from 0 to ${most}`,
    mend: `give another ${name}`,
  });
}
