/** Importers of one file with a sample on each row: what they share is the reading. */
import { dirname } from "node:path";
import { openRows } from "../rows.ts";
import type { SampleInput } from "../sample.ts";
import type { Imported, ImportSource, UnsupportedList } from "./imported.ts";

/** @param sampleOf null where the row was left out, which it tells the list */
export async function importRows(
  source: ImportSource,
  sampleOf: (value: unknown, where: string, unsupported: UnsupportedList) => SampleInput | null,
): Promise<Imported> {
  const rows = await openRows(source.path, source.name);
  return {
    folder: dirname(source.path),
    *samples(unsupported) {
      for (const { value, where } of rows.read()) {
        const sample = sampleOf(value, where, unsupported);
        if (sample !== null) yield { sample, where };
      }
    },
    instructions: null,
    candidates: [],
    files: [{ path: source.path, sha256: rows.sha256 }],
  };
}
