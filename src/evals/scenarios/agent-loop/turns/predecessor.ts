/** Which of a trial's earlier requests a request goes on from: not always the last, where sessions take turns. */
import type { PromptPart } from "./prompt-parts.ts";

/** Requests that have less than this of the shorter one's text in common are of different sessions. */
const sameSession = 0.1;

/**
 * The number of the latest earlier request of which this one holds everything; else of the one that it has most text in
 * common with, wherever that stands, of equals the latest. Null where all are of other sessions.
 */
export function predecessor(parts: readonly PromptPart[], earlier: readonly (readonly PromptPart[])[]): number | null {
  const length = lengthOf(parts);
  let best: { readonly index: number; readonly shared: number } | null = null;
  for (let index = earlier.length - 1; index >= 0; index--) {
    const before = earlier[index]!;
    const whole = lengthOf(before);
    const shared = Math.max(commonText(before, parts), commonBeginning(before, parts));
    if (shared <= sameSession * Math.min(whole, length)) continue;
    if (shared >= whole) return index;
    if (best === null || shared > best.shared) best = { index, shared };
  }
  return best?.index ?? null;
}

const lengthOf = (parts: readonly PromptPart[]) => parts.reduce((sum, { text }) => sum + text.length, 0);

/** Characters of the parts that both have. */
function commonText(one: readonly PromptPart[], other: readonly PromptPart[]): number {
  const known = new Set(one.map(({ text }) => text));
  return lengthOf(other.filter(({ text }) => known.has(text)));
}

/** Characters from the first on, across parts: some applications write their whole history into one message. */
function commonBeginning(one: readonly PromptPart[], other: readonly PromptPart[]): number {
  let length = 0;
  for (const [index, { text }] of one.entries()) {
    const against = other[index]?.text ?? "";
    let at = text === against ? text.length : 0;
    while (at < text.length && text[at] === against[at]) at++;
    length += at;
    if (at < text.length) break;
  }
  return length;
}
