/** Prompts as tokens where only the vendor knows its tokenizer: words, numbers, marks, each by a number that stands for it. */
import type { Message, Tool } from "../../wire/index.ts";

/**
 * The pieces of `wordPieces`, each as 32 bits that are mixed from its characters: nothing has to be remembered, and that a
 * prompt meets another piece with the same bits in the same place has a chance of 2⁻³².
 *
 * What two prompts share in these tokens they share in any tokenizer's, up to a token where they part. A vendor's counts
 * are others: mostly more, by a tenth to a third in English.
 */
export function wordTokens(messages: readonly Message[], tools: readonly Tool[] = []): Int32Array {
  const pieces = new Pieces();
  if (tools.length > 0) pieces.addText(JSON.stringify(tools));
  for (const { role, content } of messages) {
    pieces.addRole(role);
    if (typeof content === "string") pieces.addText(content);
    else for (const part of content) pieces.addText(part.type === "text" ? part.text : part.url);
  }
  return pieces.values();
}

/** Both kept between prompts: most are as long as the ones before. */
let sums = new Int32Array(2 ** 13);
/** UTF-16 code units of a text: read from here they take a tenth of the time that they take from a string. */
let units = new Uint16Array(2 ** 16);

class Pieces {
  #count = 0;

  values(): Int32Array {
    return kept(sums.subarray(0, this.#count));
  }

  /** Not a number that a word of the text may have. */
  addRole(role: Message["role"]): void {
    makeRoom(this.#count + 1, 0);
    let sum = ~start;
    for (let at = 0; at < role.length; at++) sum = Math.imul(sum ^ role.charCodeAt(at), prime);
    sums[this.#count++] = finished(sum);
  }

  /** Unit by unit: a regular expression takes ten times as long, and all prompts of a job pass here. */
  addText(text: string): void {
    const { length } = text;
    makeRoom(this.#count + length, length);
    Buffer.from(units.buffer).write(text, "utf16le");
    const from = units;
    const to = sums;
    let count = this.#count;
    for (let at = 0; at < length; ) {
      const first = at;
      let kinds = kindsAt(from, at, length);
      let sum = start;
      // A space goes with what stands behind it, unless that is blank too.
      if (from[at] === space && at + 1 < length) {
        const behind = kindsAt(from, at + 1, length);
        if (!(behind & blank)) {
          sum = Math.imul(sum ^ space, prime);
          at += 1;
          kinds = behind & ~alone;
        }
      }
      const run = kinds & alone ? 0 : kinds & (letter | digit | blank);
      do {
        sum = Math.imul(sum ^ from[at]!, prime);
        at += 1;
        if (kinds & pair) {
          sum = Math.imul(sum ^ from[at]!, prime);
          at += 1;
        }
        kinds = at < length ? kindsAt(from, at, length) : 0;
      } while (kinds & run);
      if (!(at === first + 1 && from[first] === space)) to[count++] = finished(sum);
    }
    this.#count = count;
  }
}

/** Of many prompts one behind the other: blocks of a few kilobytes each are freed too late, and leave gaps. */
let shelf = new Int32Array(0);
let taken = 0;
const shelfLength = 2 ** 18;

function kept(values: Int32Array): Int32Array {
  if (values.length > shelfLength / 8) return values.slice();
  if (taken + values.length > shelf.length) {
    shelf = new Int32Array(shelfLength);
    taken = 0;
  }
  const copy = shelf.subarray(taken, taken + values.length);
  copy.set(values);
  taken += values.length;
  return copy;
}

/** For so many sums, no less than a text has pieces, and so many units. */
function makeRoom(sumCount: number, unitCount: number): void {
  if (sumCount > sums.length) {
    const longer = new Int32Array(2 ** Math.ceil(Math.log2(sumCount)));
    longer.set(sums);
    sums = longer;
  }
  if (unitCount > units.length) units = new Uint16Array(2 ** Math.ceil(Math.log2(unitCount)));
}

const space = 0x20;

const letter = 1;
const digit = 2;
const blank = 4;
/** Of a script that sets no space between words. */
const alone = 8;
/** Two units. */
const pair = 16;
const known = 32;

const kindsOfUnits = new Uint8Array(2 ** 16);

const kindsAt = (from: Uint16Array, at: number, length: number) =>
  kindsOfUnits[from[at]!]! || foundKinds(from, at, length);

function foundKinds(from: Uint16Array, at: number, length: number): number {
  const unit = from[at]!;
  if ((unit & 0xfc00) === 0xd800) {
    const second = at + 1 < length ? from[at + 1]! : 0;
    // Not remembered: what it is lies in the second unit.
    return (second & 0xfc00) === 0xdc00 ? pair | kindsOf(String.fromCharCode(unit, second)) : known;
  }
  kindsOfUnits[unit] = known | kindsOf(String.fromCharCode(unit));
  return kindsOfUnits[unit]!;
}

const kindsOf = (character: string) =>
  (/\p{L}/u.test(character) ? letter : 0) |
  (/\p{N}/u.test(character) ? digit : 0) |
  (/\s/u.test(character) ? blank : 0) |
  (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(character) ? alone : 0);

/** The pieces' sums are FNV-1a, with Murmur3's finish. */
const start = 0x811c9dc5;
const prime = 0x01000193;

function finished(bits: number): number {
  let sum = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return sum ^ (sum >>> 16);
}
