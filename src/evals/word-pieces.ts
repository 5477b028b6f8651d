/** A text cut as the specimens' tokenizer cuts it: words, numbers and marks, with the space before them. */

/** Where a script sets no space between words, each character is a piece. */
const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]|\s+/gu;

export const wordPieces = (text: string): string[] => text.match(pieces)?.filter((piece) => piece !== " ") ?? [];
