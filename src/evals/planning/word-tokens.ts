/** Prompts as tokens where only the vendor knows its tokenizer: words, numbers, marks, each by a number that stands for it. */
import type { Message } from "../../wire/index.ts";
import { wordPieces } from "../word-pieces.ts";

/**
 * What two prompts share in these tokens they share in any tokenizer's, up to a token where they part. A vendor's counts
 * are others: mostly more, by a tenth to a third in English.
 */
export class WordTokens {
  readonly #numbers = new Map<string, number>();
  /** Of texts that many prompts share, which are the same string. */
  readonly #known = new Map<string, Int32Array>();

  of(messages: readonly Message[]): Int32Array {
    const parts = messages.flatMap(({ role, content }) => [
      Int32Array.of(this.#numberOf(`<${role}>`)),
      ...(typeof content === "string"
        ? [this.#ofText(content)]
        : content.map((part) => this.#ofText(part.type === "text" ? part.text : part.url))),
    ]);
    const tokens = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      tokens.set(part, at);
      at += part.length;
    }
    return tokens;
  }

  #ofText(text: string): Int32Array {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const tokens = Int32Array.from(wordPieces(text), (piece) => this.#numberOf(piece));
    if (text.length > longText) {
      if (this.#known.size >= mostKnown) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(text, tokens);
    }
    return tokens;
  }

  #numberOf(piece: string): number {
    const known = this.#numbers.get(piece);
    if (known !== undefined) return known;
    this.#numbers.set(piece, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

const longText = 1_000;
const mostKnown = 256;
