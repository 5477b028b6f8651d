/**
 * Text for a block of tokens of which only the id is known: the same id gives the same words. Every word is one token of
 * the specimens' tokenizer, wherever it stands; with a vendor's, most are.
 */
import { entities, registerWords } from "../../../../corpus/index.ts";
import { randomFrom } from "../../../../stats/index.ts";

/** With the space in front, without which they are several tokens. */
const words = registerWords().filter((word) => word.startsWith(" "));
const digits = entities.map((word) => ` ${word}`);
/** Of a word with the space in front; all are ASCII. */
export const longestWordBytes = Math.max(...[...words, ...digits].map(({ length }) => length));
/** Of base 64: as many as the largest safe integer takes. */
const digitsOfId = 9;

/**
 * The words of a block, so many as tokens are asked for; fewer are the first of more. The first nine spell the id, lowest
 * digit first, so that no two ids have the same words and neighbours part at their first one.
 *
 * @param scope  what the id belongs to: in another scope the same id has other words
 * @param id     from 0 to the largest safe integer
 */
export function syntheticWords(scope: string, id: number, tokens: number): string[] {
  const turned = randomFrom(scope);
  const spelt: string[] = [];
  let rest = id;
  for (let place = 0; place < Math.min(digitsOfId, tokens); place++) {
    spelt.push(digits[((rest % digits.length) + turned.integer(digits.length)) % digits.length]!);
    rest = Math.floor(rest / digits.length);
  }
  const random = randomFrom(`${scope} ${id}`);
  return [...spelt, ...Array.from({ length: tokens - spelt.length }, () => random.pick(words))];
}
