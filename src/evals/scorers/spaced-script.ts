/** Letters of scripts that set spaces between words. In Chinese or Thai, a letter beside a word says nothing of its end. */
const letterOrDigit =
  /^[[\p{L}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]]$/v;

/** Whether the character would make a longer word of one that it touches; false for the empty text. */
export const joinsWords = (character: string): boolean => letterOrDigit.test(character);
