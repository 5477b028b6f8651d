/** What counts as a word where passages are measured and where words are looked for. */

/** Letters of scripts that set no spaces between words. */
const unspaced =
  "[[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]&&[\\p{L}\\p{M}\\p{N}]]";
const spaced = `[[\\p{L}\\p{M}\\p{N}]--${unspaced}]`;
const words = new RegExp(`${unspaced}|${spaced}+`, "gv");
const runs = new RegExp(`${unspaced}+|${spaced}+`, "gv");
const isUnspaced = new RegExp(`^${unspaced}`, "v");

/** Words and numbers, with where they stand; where a script sets no spaces between words, each character is one. */
export const wordsIn = (text: string): Iterable<RegExpExecArray> => text.matchAll(words);

export function wordCount(text: string): number {
  let count = 0;
  for (const _word of wordsIn(text)) count += 1;
  return count;
}

/**
 * The terms by which a text is found: its words in one Unicode form (NFKC) and small letters, not stemmed, none left out.
 * Where a script sets no spaces between words, every two characters that stand side by side are a term.
 *
 * @see Lucene's CJKAnalyzer, which forms the same pairs
 */
export const termsOf = (text: string): string[] =>
  [...text.normalize("NFKC").toLowerCase().matchAll(runs)].flatMap(([run]) =>
    isUnspaced.test(run) ? pairs(run) : run,
  );

function pairs(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, before) => characters[before] + character);
}
