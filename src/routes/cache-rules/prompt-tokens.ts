/** The tokens of a prompt while its body is read, part by part. */

/**
 * A tokenizer for prompts. That of a hosted vendor is not known: any will do that gives equal tokens for equal texts, e.g.
 * words, and what a rule then expects is off by as much as the two differ in length.
 */
export interface PromptTokenizer {
  readonly text: (text: string) => Iterable<number>;
  /** Of what the chat template adds and no text contains: `user`, `end`, … */
  readonly mark: (name: string) => Iterable<number>;
  /** Of an image or a file, as it stands in the body; one mark where it is left out. */
  readonly attachment?: (part: Fields) => Iterable<number>;
}

export type Fields = Readonly<Record<string, unknown>>;

export class PromptTokens {
  #tokens = new Int32Array(2 ** 12);
  #length = 0;
  readonly #tokenizer: PromptTokenizer;

  constructor(tokenizer: PromptTokenizer) {
    this.#tokenizer = tokenizer;
  }

  get length(): number {
    return this.#length;
  }

  text(text: unknown): void {
    if (typeof text === "string" && text !== "") this.#add(this.#tokenizer.text(text));
  }

  mark(name: string): void {
    this.#add(this.#tokenizer.mark(name));
  }

  attachment(part: Fields): void {
    const { attachment = () => this.#tokenizer.mark(JSON.stringify(part)) } = this.#tokenizer;
    this.#add(attachment(part));
  }

  /**
   * From this token on the prompt has no prefix in common with one of other settings, and is as long as it was: the token
   * is replaced by a number that stands for both. What the vendor's prefix depends on beside its text, e.g. a schema.
   */
  settle(at: number, settings: readonly unknown[]): void {
    if (at >= this.#length || settings.every((value) => value === undefined || value === null)) return;
    let hash = 0x811c9dc5;
    for (const character of `${this.#tokens[at]} ${JSON.stringify(settings)}`)
      hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
    // Below the numbers of tokens.
    this.#tokens[at] = -1 - (hash >>> 1);
  }

  whole(): Int32Array {
    return this.#tokens.slice(0, this.#length);
  }

  #add(tokens: Iterable<number>): void {
    // At once: an iteration takes many times as long.
    const all = tokens instanceof Int32Array ? tokens : Int32Array.from(tokens);
    if (this.#length + all.length > this.#tokens.length) {
      const longer = new Int32Array(2 * (this.#length + all.length));
      longer.set(this.#tokens);
      this.#tokens = longer;
    }
    this.#tokens.set(all, this.#length);
    this.#length += all.length;
  }
}

export const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly Fields[]) : []);

export const fieldsOf = (value: unknown) => (typeof value === "object" && value !== null ? value : {}) as Fields;
