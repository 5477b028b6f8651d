/**
 * Tokens in, whole characters out. A token may hold a part of a character (byte-level vocabularies split "é" in two);
 * decoding such a token alone gives U+FFFD, so tokens wait here until their bytes make whole characters.
 */

/** Decodes tokens that follow `before`, which some vocabularies need to know whether a space begins the text. */
export type Decode = (tokens: readonly number[], before: readonly number[]) => string;

const replacement = "\uFFFD";
/** A character has at most four bytes, so an unfinished one is spread over at most three tokens. */
const longestUnfinished = 3;
const contextTokens = 4;

export interface TextStream {
  /** @returns the text that this token completes; empty while a character is unfinished */
  push(token: number): string;
  /** @returns what was held back; a character that never got its last byte is dropped */
  end(): string;
}

export function createTextStream(decode: Decode, promptEnd: readonly number[]): TextStream {
  let before = promptEnd.slice(-contextTokens);
  let waiting: number[] = [];

  function release(count: number): string {
    const tokens = waiting.slice(0, count);
    const text = decode(tokens, before);
    before = [...before, ...tokens].slice(-contextTokens);
    waiting = waiting.slice(count);
    return text;
  }

  return {
    push(token) {
      waiting.push(token);
      for (let count = waiting.length; count > Math.max(0, waiting.length - longestUnfinished); count--) {
        if (!decode(waiting.slice(0, count), before).endsWith(replacement)) return release(count);
      }
      // What is older than the longest unfinished character is no character at all.
      const invalid = waiting.length - longestUnfinished;
      return invalid > 0 ? release(invalid) : "";
    },
    end() {
      return release(waiting.length).replace(/\uFFFD+$/, "");
    },
  };
}
