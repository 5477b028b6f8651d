/** Lines of JSON, read against a schema; the user is told which line is wrong. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { messageOf, UserError } from "../../../../errors.ts";

export interface Line<Row> {
  readonly row: Row;
  /** For messages, e.g. `trace.jsonl:3`. */
  readonly where: string;
}

/** @throws UserError where a line is not JSON or not of the schema, and where there is none */
export function jsonLines<Schema extends z.ZodType>(
  text: string,
  name: string,
  schema: Schema,
  expected: string,
): Line<z.infer<Schema>>[] {
  const lines = text
    .split("\n")
    .map((line, index) => ({ line, where: `${name}:${index + 1}` }))
    .filter(({ line }) => line.trim() !== "");
  if (lines.length === 0) throw unreadable(name, "is empty", expected);
  return lines.map(({ line, where }) => {
    const read = schema.safeParse(parsed(line, where, expected));
    if (!read.success) throw unreadable(where, z.prettifyError(read.error).replaceAll("\n", " "), expected);
    return { row: read.data, where };
  });
}

function parsed(line: string, where: string, expected: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw unreadable(where, `is not JSON: ${messageOf(error)}`, expected);
  }
}

export const unreadable = (where: string, problem: string, expected: string) =>
  new UserError({ happened: `${where}: ${problem}`, expected, mend: "correct the line, or name another trace format" });

export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
