/** Places of rows in a file, and the reading of the file by them. */
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";

/** Where a row starts and ends, bytes; the line it starts on, counted from 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** A file is read in pieces of about this size, bytes. */
const pieceBytes = 2 ** 20;

/** The file's bytes, once. @throws UserError where it cannot be read */
export async function* chunksOf(path: string, name: string): AsyncIterable<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw new UserError(
      {
        happened: `${name} cannot be read: ${messageOf(error)}`,
        expected: "a file of samples",
        mend: "correct the path; it is relative to the file that names it",
      },
      { cause: error },
    );
  }
}

export interface Piece {
  readonly spans: readonly Span[];
  /** Of each span. */
  readonly texts: readonly string[];
}

/** The texts of the spans, in pieces that are read in one go. */
export function* piecesOf(path: string, spans: readonly Span[]): Iterable<Piece> {
  const file = openSync(path, "r");
  try {
    for (let from = 0; from < spans.length; ) {
      const { start } = spans[from]!;
      let to = from + 1;
      while (to < spans.length && spans[to]!.end - start <= pieceBytes) to += 1;
      const piece = spans.slice(from, to);
      const bytes = Buffer.alloc(piece.at(-1)!.end - start);
      readSync(file, bytes, 0, bytes.length, start);
      const texts = piece.map((span) => bytes.toString("utf8", span.start - start, span.end - start));
      yield { spans: piece, texts };
      from = to;
    }
  } finally {
    closeSync(file);
  }
}
