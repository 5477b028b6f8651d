/** Passages that were found, as a prompt shows them: in the order of the text, each document once. */
import type { Document } from "../evals/index.ts";
import { type Passage, passageId } from "../retrieval/index.ts";

/** Which passages, three numbers each: the document's place in the material, start and end in its text. */
export type Ranges = Int32Array;

export function rangesOf(passages: readonly Passage[], material: readonly Document[]): Ranges {
  const places = new Map(material.map(({ id }, place) => [id, place]));
  return Int32Array.from(
    passages
      .map(({ document, start, end }) => [places.get(document)!, start, end] as const)
      .sort(([left, from], [right, to]) => left - right || from - to)
      .flat(),
  );
}

function* entries(ranges: Ranges, material: readonly Document[]) {
  for (let at = 0; at < ranges.length; at += 3)
    yield { document: material[ranges[at]!]!, start: ranges[at + 1]!, end: ranges[at + 2]! };
}

export const passageIds = (ranges: Ranges, material: readonly Document[]): string[] =>
  Array.from(entries(ranges, material), ({ document, start, end }) => passageId(document.id, start, end));

/** Stands where something is left out between two passages. */
const omission = "[…]";

/**
 * The documents that have passages, with nothing but these. They keep the material's order and the text's: models answer
 * better from passages that stand as they were than from ones in the order of their ranks.
 *
 * @see Yu, Xu & Akkiraju 2024, "In Defense of RAG in the Era of Long-Context Language Models", arXiv:2409.01666
 */
export function excerptsOf(ranges: Ranges, material: readonly Document[]): Document[] {
  const texts = new Map<Document, string>();
  let last = -1;
  for (const { document, start, end } of entries(ranges, material)) {
    const before = texts.get(document);
    const text = document.text.slice(start, end);
    if (before === undefined) texts.set(document, text);
    else texts.set(document, start === last ? before + text : `${before.trimEnd()}\n${omission}\n${text}`);
    last = end;
  }
  return Array.from(texts, ([{ id }, text]) => ({ id, text }));
}
