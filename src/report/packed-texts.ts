/**
 * Prompts of one run repeat each other: the same document under many questions, the same prompt for many candidates. A
 * text is kept as runs of lines in one table, so that what was said before costs two numbers.
 */

/** Pairs: the first line in the table, and how many lines from there on. */
export type PackedText = readonly number[];

export class TextTable {
  readonly lines: string[] = [];
  readonly #places = new Map<string, number[]>();
  readonly #whole = new Map<string, PackedText>();

  pack(text: string): PackedText {
    const known = this.#whole.get(text);
    if (known !== undefined) return known;
    const packed = this.#runs(text.split(/(?<=\n)/));
    this.#whole.set(text, packed);
    return packed;
  }

  #runs(lines: readonly string[]): number[] {
    const runs: number[] = [];
    let index = 0;
    while (index < lines.length) {
      const { start, length } = this.#longestKnown(lines, index);
      if (length > 0) {
        extend(runs, start, length);
        index += length;
      } else {
        extend(runs, this.#append(lines[index]!), 1);
        index++;
      }
    }
    return runs;
  }

  /** A line that is everywhere, as an empty one, has many places; trying the first few keeps packing linear. */
  #longestKnown(lines: readonly string[], index: number): { start: number; length: number } {
    let best = { start: 0, length: 0 };
    for (const start of this.#places.get(lines[index]!) ?? []) {
      let length = 1;
      while (index + length < lines.length && this.lines[start + length] === lines[index + length]) length++;
      if (length > best.length) best = { start, length };
    }
    return best;
  }

  #append(line: string): number {
    const place = this.lines.push(line) - 1;
    const places = this.#places.get(line);
    if (places === undefined) this.#places.set(line, [place]);
    else if (places.length < 8) places.push(place);
    return place;
  }
}

function extend(runs: number[], start: number, length: number): void {
  const last = runs.length - 2;
  if (last >= 0 && runs[last]! + runs[last + 1]! === start) runs[last + 1]! += length;
  else runs.push(start, length);
}

/** The text again; the page's script does the same. */
export function unpack(lines: readonly string[], packed: PackedText): string {
  let text = "";
  for (let index = 0; index < packed.length; index += 2)
    text += lines.slice(packed[index], packed[index]! + packed[index + 1]!).join("");
  return text;
}
