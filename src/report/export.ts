/** A run's trials for other programs: one flat row a trial, as JSONL, CSV or Parquet. Unknown is null, or empty in CSV. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { parquetWriteFile } from "hyparquet-writer";
import { messageOf, UserError } from "../errors.ts";
import type { RunInfo, TrialRecord } from "../evals/index.ts";
import { type ExportRow, exportColumns, exportRow } from "./export-columns.ts";

export const exportFormats = ["jsonl", "csv", "parquet"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * Writes all trials of a run. JSONL and CSV are written as they are read; Parquet holds its columns in memory.
 *
 * @param output a file, or `-` for standard output
 * @returns rows written
 * @throws UserError when the file cannot be written, or Parquet is asked for on standard output
 */
export async function exportRun(run: RunInfo, records: AsyncIterable<TrialRecord>, format: ExportFormat, output: string): Promise<number> {
  if (format === "parquet" && output === "-")
    throw new UserError({
      happened: "Parquet was asked for on standard output",
      expected: "a file: its index stands at the end",
      mend: "name one with --output, or choose --format jsonl",
    });
  if (output === "-") return writeText(run, records, format, process.stdout);
  const part = `${output}.part`;
  try {
    const rows = format === "parquet" ? await writeParquet(run, records, part) : await writeTextFile(run, records, format, part);
    await rename(part, output);
    return rows;
  } catch (error) {
    await rm(part, { force: true });
    throw new UserError(
      {
        happened: `${output} cannot be written: ${messageOf(error)}`,
        expected: "a folder that can be written, on a disk with room",
        mend: "name another file with --output",
      },
      { cause: error },
    );
  }
}

async function writeTextFile(run: RunInfo, records: AsyncIterable<TrialRecord>, format: ExportFormat, path: string): Promise<number> {
  const file = createWriteStream(path);
  await once(file, "open");
  const rows = await writeText(run, records, format, file);
  file.end();
  await once(file, "finish");
  return rows;
}

async function writeText(run: RunInfo, records: AsyncIterable<TrialRecord>, format: ExportFormat, to: Writable): Promise<number> {
  let rows = 0;
  const write = async (line: string) => {
    if (!to.write(`${line}\n`)) await once(to, "drain");
  };
  if (format === "csv") await write(exportColumns.map(({ name }) => name).join(","));
  for await (const record of records) {
    const row = exportRow(run, record);
    await write(format === "csv" ? csvLine(row) : JSON.stringify(row));
    rows++;
  }
  return rows;
}

/** RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe in front. */
function csvLine(row: ExportRow): string {
  return exportColumns
    .map(({ name }) => {
      const value = row[name];
      if (value === null || value === undefined) return "";
      if (typeof value !== "string") return String(value);
      const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
      return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
    })
    .join(",");
}

async function writeParquet(run: RunInfo, records: AsyncIterable<TrialRecord>, path: string): Promise<number> {
  const columns = exportColumns.map(({ name, type }) => ({ name, type: parquetTypes[type], nullable: true, data: [] as unknown[] }));
  let rows = 0;
  for await (const record of records) {
    const row = exportRow(run, record);
    for (const column of columns) column.data.push(row[column.name] ?? null);
    rows++;
  }
  await parquetWriteFile({ filename: path, columnData: columns as Parameters<typeof parquetWriteFile>[0]["columnData"] });
  return rows;
}

const parquetTypes = { text: "STRING", number: "DOUBLE", boolean: "BOOLEAN" } as const;
