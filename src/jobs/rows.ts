/**
 * Files of many samples, read row by row: JSON Lines, a JSON list, CSV. Only the places of the rows are held, so that a
 * hundred thousand requests of some kilobytes take no more memory than their places.
 */
import { createHash } from "node:crypto";
import { extname } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { lineSpans, listSpans } from "./json-spans.ts";
import { chunksOf, piecesOf, type Span } from "./span.ts";

export interface Row {
  readonly value: unknown;
  /** `questions.jsonl, line 7` */
  readonly where: string;
}

export interface Rows {
  readonly count: number;
  readonly sha256: string;
  /** What a reader has to know of the rows, a sentence each. */
  readonly notes: readonly string[];
  /** Reads the file again, each time from the start. @throws UserError for a row that is not JSON */
  readonly read: () => Iterable<Row>;
}

export const isRowFile = (path: string) => /\.(jsonl|ndjson|json|csv|tsv)$/i.test(path);

/**
 * @param path absolute
 * @param name of the file, for messages
 * @throws UserError where it cannot be read, or is no table
 */
export async function openRows(path: string, name: string): Promise<Rows> {
  const extension = extname(path).toLowerCase();
  if (extension === ".csv" || extension === ".tsv") {
    const { csvRows } = await import("./csv-rows.ts");
    return csvRows(path, name, extension === ".csv" ? "," : "\t");
  }
  const hash = createHash("sha256");
  const scanner = extension === ".json" ? listSpans() : lineSpans();
  for await (const chunk of chunksOf(path, name)) {
    hash.update(chunk);
    scanner.take(chunk);
  }
  const spans = scanner.end(name);
  return { count: spans.length, sha256: hash.digest("hex"), notes: [], read: () => jsonRows(path, name, spans) };
}

function* jsonRows(path: string, name: string, spans: readonly Span[]): Iterable<Row> {
  for (const { texts, spans: piece } of piecesOf(path, spans))
    for (const [index, text] of texts.entries()) {
      const where = `${name}, line ${piece[index]!.line}`;
      yield { value: parsed(text, where), where };
    }
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new UserError(
      { happened: `${where}: ${messageOf(error)}`, expected: "JSON", mend: "correct that line" },
      { cause: error },
    );
  }
}
