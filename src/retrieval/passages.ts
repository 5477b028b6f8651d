/** A document cut into passages, where it falls apart by itself: at headings, paragraphs, lines, else between sentences. */
import { wordCount, wordsIn } from "./words.ts";

export interface Passage {
  /** Unique among passages of documents with different ids: `<document>:<start>-<end>`. */
  readonly id: string;
  /** Of the document. */
  readonly document: string;
  /** Its place in the document's text, UTF-16 units, the end excluded. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a reader would take for a paragraph or two. */
export const defaultPassageWords = 200;

/** Raised with any change that can move a boundary. */
export const passagesVersion = 1;

/**
 * The document's passages in order. They do not overlap, leave nothing out, and hold between half of `words` and `words`
 * each; less where the next piece would not fit or the document ends. None of a document of white space.
 *
 * @param words  most words of a passage; at least 1
 */
export function passagesOf(
  { id, text }: { readonly id: string; readonly text: string },
  words = defaultPassageWords,
): Passage[] {
  const pieces = text.trim() === "" ? [] : piecesOf(text, words);
  const passages: Passage[] = [];
  for (let first = 0; first < pieces.length; ) {
    const next = nextCut(pieces, first, words);
    const start = pieces[first]!.start;
    const end = pieces[next]?.start ?? text.length;
    passages.push({ id: passageId(id, start, end), document: id, start, end, text: text.slice(start, end) });
    first = next;
  }
  return passages;
}

export const passageId = (document: string, start: number, end: number) => `${document}:${start}-${end}`;

/** What begins at a place where a passage may: the higher, the better. */
const boundary = { word: 0, sentence: 1, line: 2, paragraph: 3, heading: 4 } as const;

/** It ends where the next one starts. */
interface Piece {
  readonly start: number;
  readonly words: number;
  readonly boundary: number;
}

/** The piece that the next passage begins with: of the boundaries in the second half of this one, the last of the best. */
function nextCut(pieces: readonly Piece[], first: number, words: number): number {
  let count = pieces[first]!.words;
  let best: number | null = null;
  for (let at = first + 1; at < pieces.length; at++) {
    const piece = pieces[at]!;
    if (count >= words / 2 && piece.boundary >= (best === null ? boundary.word : pieces[best]!.boundary)) best = at;
    if (count + piece.words > words) return best ?? at;
    count += piece.words;
  }
  return pieces.length;
}

/** Lines, and of lines that alone are too long their words. Lines without words belong to what stands before. */
function piecesOf(text: string, words: number): Piece[] {
  const pieces: Piece[] = [];
  let isBlank = false;
  let isHeading = false;
  for (const { 0: line, index } of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const count = wordCount(line);
    if (count === 0) {
      isBlank ||= line.trim() === "";
      continue;
    }
    const wasHeading = isHeading;
    isHeading = /^ {0,3}#{1,6}\s/.test(line);
    // What a heading heads is not cut off from it if anything else will do.
    const kind = isHeading ? "heading" : wasHeading ? "word" : isBlank ? "paragraph" : "line";
    const start = pieces.length === 0 ? 0 : index;
    if (count <= words) pieces.push({ start, words: count, boundary: boundary[kind] });
    else pieces.push(...wordsOf(line, start, index, boundary[kind]));
    isBlank = false;
  }
  return pieces.length === 0 ? [{ start: 0, words: 0, boundary: boundary.line }] : pieces;
}

/** @param offset  of the line in its text; its first piece starts at `start` */
function* wordsOf(line: string, start: number, offset: number, first: number): Iterable<Piece> {
  let end: number | null = null;
  for (const { 0: word, index } of wordsIn(line)) {
    if (end === null) yield { start, words: 1, boundary: first };
    else {
      const between = line.slice(end, index);
      const space = between.search(/\s\S*$/);
      // Marks before the white space end what was, marks behind it open what comes.
      const at = space < 0 ? index : end + space + 1;
      const isEnd = /[.!?…]\S*\s|[。！？]/.test(between);
      yield { start: offset + at, words: 1, boundary: isEnd ? boundary.sentence : boundary.word };
    }
    end = index + word.length;
  }
}
