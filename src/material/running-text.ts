/** Text as it is laid out from marked-up parts: white space runs together, blocks stand on lines of their own. */
export class RunningText {
  readonly #parts: string[] = [];
  #length = 0;
  /** Line breaks owed before the next word. */
  #breaks = 0;
  #space = false;
  #leading = false;

  /** Where the next word will start. */
  get position(): number {
    return this.#length + (this.#length === 0 ? 0 : this.#breaks);
  }

  /** What the next word will follow on: a space where there will be one, nothing where it begins a line or is led. */
  get lastCharacter(): string {
    if (this.#length === 0 || this.#breaks > 0 || this.#leading) return "";
    return this.#space ? " " : (this.#parts.at(-1)?.at(-1) ?? "");
  }

  /** Words of running text. */
  write(words: string): void {
    const collapsed = words.replace(/[\s\u00a0]+/g, " ");
    const first = collapsed.startsWith(" ") ? 1 : 0;
    const last = collapsed.endsWith(" ") ? collapsed.length - 1 : collapsed.length;
    if (first > 0) this.#space = !this.#leading;
    if (first >= last) return;
    this.writeRaw(collapsed.slice(first, last));
    this.#space = last < collapsed.length;
  }

  /** What leads the words after it, such as a list's number: they follow on the same line. */
  lead(words: string): void {
    this.#space = false;
    this.writeRaw(words);
    this.#leading = true;
  }

  /** Words whose white space is meant, as in code. */
  writeRaw(words: string): void {
    if (words === "") return;
    this.#leading = false;
    const before = this.#length === 0 ? "" : this.#breaks > 0 ? "\n".repeat(this.#breaks) : this.#space ? " " : "";
    this.#parts.push(before, words);
    this.#length += before.length + words.length;
    this.#breaks = 0;
    this.#space = false;
  }

  /** The next word starts a line; with 2, there is an empty line before it. */
  breakLine(breaks: 1 | 2): void {
    if (!this.#leading) this.#breaks = Math.max(this.#breaks, breaks);
  }

  toString(): string {
    return this.#parts.join("");
  }
}
