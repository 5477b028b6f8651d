/** Tables of text: CSV and JSON Lines are read as they are written; each record is a section. */
import { messageOf, UserError } from "../errors.ts";
import type { Content, Section } from "./extract.ts";

/**
 * @param delimiter between fields
 * @throws UserError with the line where it is no table
 */
export async function csvContent(path: string, text: string, delimiter: "," | "\t"): Promise<Content> {
  const { parse } = await import("csv-parse/sync");
  const sections: Section[] = [];
  const bytes = Buffer.from(text);
  let start = 0;
  let byte = 0;
  try {
    parse(bytes, {
      delimiter,
      relax_quotes: true,
      relax_column_count: true,
      on_record: (_record, { bytes: endByte }) => {
        const end = start + bytes.toString("utf8", byte, endByte).length;
        if (end > start) sections.push({ kind: "record", title: `record ${sections.length + 1}`, start, end });
        start = end;
        byte = endByte;
        return null;
      },
    });
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} is not CSV: ${messageOf(error)}`,
        expected: "rows of fields, quoted where they hold a quote, a line break or the separator",
        mend: "correct that line, or name the file .txt to have it read as plain text",
      },
      { cause: error },
    );
  }
  return { text, sections, notes: [], image: null };
}

/** @throws UserError with the line that is not JSON */
export function jsonlContent(path: string, text: string): Content {
  const sections: Section[] = [];
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const end = start + line.length;
    if (line.trim() !== "") {
      requireJson(path, index + 1, line);
      sections.push({ kind: "record", title: `record ${sections.length + 1}`, start, end });
    }
    start = end + 1;
  }
  return { text, sections, notes: [], image: null };
}

function requireJson(path: string, line: number, text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UserError(
      {
        happened: `${path}, line ${line}: ${messageOf(error)}`,
        expected: "a JSON value on each line",
        mend: "correct that line, or name the file .txt to have it read as plain text",
      },
      { cause: error },
    );
  }
}
