/** `--output` of commands whose result is tables: Markdown, a page, or JSON, by the file's ending. */
import { extname, resolve } from "node:path";
import { z } from "zod";
import { type TablesDocument, tablesMarkdown, tablesPage } from "../report/index.ts";
import type { Io } from "./command.ts";
import { writeOutput } from "./result.ts";

export const tablesFlag = {
  output: z
    .string()
    .regex(/\.(md|html|json)$/i, "expected a file that ends in .md, .html or .json")
    .optional()
    .describe("File to write as well: Markdown (.md), a page (.html) or JSON (.json)"),
};

/** @param result  what `--json` prints */
export function writeTables(file: string, document: TablesDocument, result: unknown, io: Io): void {
  const path = resolve(io.cwd, file);
  const written = { ".md": () => tablesMarkdown(document), ".html": () => tablesPage(document) }[
    extname(path).toLowerCase() as ".md" | ".html"
  ];
  writeOutput(path, written?.() ?? `${JSON.stringify(result, null, 2)}\n`);
  io.note(`written to ${path}`);
}
