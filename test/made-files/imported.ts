/** Imports made-up files, as a job would import real ones. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type ImportSpec, importSamples, type Unsupported, UnsupportedList } from "../../src/jobs/imports/index.ts";
import { type SampleInput, SampleSpec } from "../../src/jobs/sample.ts";

export interface ImportedFiles {
  readonly samples: readonly SampleInput[];
  readonly instructions: string | null;
  readonly candidates: readonly string[];
  readonly unsupported: readonly Unsupported[];
  /** Of `unsupported`, what. */
  readonly lost: readonly string[];
  /** Names of the files that were read. */
  readonly files: readonly string[];
}

/** A folder with these files, gone when the test ends. Objects are written as JSON, lists as JSON Lines. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-import-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytesOf(content));
  }
  return folder;
}

function bytesOf(content: unknown): string | Uint8Array {
  if (typeof content === "string" || content instanceof Uint8Array) return content;
  return Array.isArray(content) ? content.map((row) => JSON.stringify(row)).join("\n") : JSON.stringify(content);
}

/** What the import gives; every sample is held against the schema, and must come the same a second time. */
export async function imported(files: Readonly<Record<string, unknown>>, spec: ImportSpec): Promise<ImportedFiles> {
  const list = new UnsupportedList();
  const found = await importSamples(spec, folderOf(files), list);
  const samples = Array.from(found.samples(list), ({ sample }) => sample);
  for (const sample of samples) SampleSpec.parse(sample);
  const again = Array.from(found.samples(new UnsupportedList()), ({ sample }) => sample);
  if (JSON.stringify(again) !== JSON.stringify(samples)) throw new Error("the samples differ when they are read again");
  const unsupported = list.entries();
  return {
    samples,
    instructions: found.instructions,
    candidates: found.candidates,
    unsupported,
    lost: unsupported.map(({ what }) => what),
    files: found.files.map(({ path }) => path.slice(found.folder.length + 1)),
  };
}
