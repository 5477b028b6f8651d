/** CSV as rows: the first row names the columns, and each further one is an object of texts. */
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { parse as parseText } from "csv-parse/sync";
import { messageOf, UserError } from "../errors.ts";
import type { Row, Rows } from "./rows.ts";
import { chunksOf, piecesOf, type Span } from "./span.ts";

/** As promptfoo reads CSV: a quote inside a field is a quote. */
const options = { relax_quotes: true, relax_column_count: true, skip_empty_lines: true, bom: true } as const;

/** @throws UserError with the line where it is no CSV */
export async function csvRows(path: string, name: string, delimiter: "," | "\t"): Promise<Rows> {
  const hash = createHash("sha256");
  const spans: Span[] = [];
  let columns: readonly string[] | null = null;
  const uneven: number[] = [];
  let start = 0;
  let line = 1;
  const parser = parse({
    ...options,
    delimiter,
    on_record: (record: string[], { bytes, lines }) => {
      if (columns === null) columns = record.map((column) => column.trim());
      else {
        spans.push({ start, end: bytes, line });
        if (record.length !== columns.length) uneven.push(line);
      }
      start = bytes;
      line = lines + 1;
      return null;
    },
  });
  async function* hashed() {
    for await (const chunk of chunksOf(path, name)) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(hashed(), parser.resume());
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      {
        happened: `${name} is not CSV: ${messageOf(error)}`,
        expected: "a first row with the columns' names, then rows of fields, quoted where they hold a line break",
        mend: "correct that line",
      },
      { cause: error },
    );
  }
  const names = [...(columns ?? [])];
  const read = function* (): Iterable<Row> {
    for (const { texts, spans: piece } of piecesOf(path, spans))
      for (const [index, value] of parseText(texts.join(""), { ...options, delimiter, columns: names }).entries())
        yield { value, where: `${name}, line ${piece[index]!.line}` };
  };
  return { count: spans.length, sha256: hash.digest("hex"), notes: notesOn(uneven, names.length, name), read };
}

/** Too few fields are empty ones, what is too many is lost: a separator in a text without quotes looks the same. */
function notesOn([first, ...others]: readonly number[], columns: number, name: string): string[] {
  if (first === undefined) return [];
  const rows = others.length === 0 ? "1 row has" : `${others.length + 1} rows have`;
  return [`${name}: ${rows} not ${columns} fields, as the first row has, first in line ${first}`];
}
