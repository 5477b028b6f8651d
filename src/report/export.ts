/** A run's trials for other programs. JSON lines and CSV are made record by record; Parquet is made whole. */
import type { TrialRecord } from "../evals/index.ts";
import type { InferredHit } from "../routes/index.ts";
import { type ColumnValue, columns } from "./export-columns.ts";

/** By the ids of trials; see `inferredHitsOf`. */
type InferredHits = ReadonlyMap<string, InferredHit>;
type Records = Iterable<TrialRecord> | AsyncIterable<TrialRecord>;

/** A line of JSON for each trial, with every column. */
export async function* exportJsonl(records: Records, inferred: InferredHits = new Map()): AsyncGenerator<string> {
  for await (const record of records)
    yield `${JSON.stringify(Object.fromEntries(columns.map(({ name, of }) => [name, of(record, inferred.get(record.trial.id))])))}\n`;
}

/**
 * CSV by RFC 4180, with a header line and CRLF. Null is an empty field and an empty text is `""`. A text that a
 * spreadsheet would run as a formula is exported as it is: this is data, and changing it would make it another answer.
 */
export async function* exportCsv(records: Records, inferred: InferredHits = new Map()): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => name).join(",")}\r\n`;
  for await (const record of records)
    yield `${columns.map(({ of }) => csvField(of(record, inferred.get(record.trial.id)))).join(",")}\r\n`;
}

/** By RFC 4180. */
export function csvField(value: ColumnValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  return value === "" || /[",\r\n]/.test(value) || value !== value.trim() ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A Parquet file with one row a trial; the whole table is held in memory. */
export async function exportParquet(records: Records, inferred: InferredHits = new Map()): Promise<Uint8Array> {
  const table = columns.map((column) => ({ column, data: [] as ColumnValue[] }));
  for await (const record of records)
    for (const { column, data } of table) data.push(column.of(record, inferred.get(record.trial.id)));
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: table.map(({ column: { name, type }, data }) => ({ name, type, data: [...data], nullable: true })),
      kvMetadata: columns.map(({ name, meaning }) => ({ key: name, value: meaning })),
    }),
  );
}
