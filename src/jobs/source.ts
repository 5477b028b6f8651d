/** Where a job's samples come from: its own list, a file of them, or an import. All are read the same way. */
import { dirname, extname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import {
  type ImportedFile,
  type ImportSpec,
  importSamples,
  type Unsupported,
  UnsupportedList,
} from "./imports/index.ts";
import type { JobFile } from "./job-file.ts";
import { isRowFile, openRows } from "./rows.ts";
import { SampleSpec } from "./sample.ts";
import { readYaml } from "./yaml-file.ts";

export interface SourceSample {
  /** To be checked against {@link SampleSpec}. */
  readonly value: unknown;
  readonly where: string;
}

export interface SampleSource {
  /** The folder that paths in the samples start from. */
  readonly folder: string;
  readonly read: () => Iterable<SourceSample>;
  readonly files: readonly ImportedFile[];
  /** On the rows of a table. */
  readonly notes: readonly string[];
  /** Null where it is no import. */
  readonly imported: {
    readonly spec: ImportSpec;
    readonly instructions: string | null;
    readonly candidates: readonly string[];
    /** Complete once the samples were read. */
    readonly unsupported: () => Unsupported[];
  } | null;
}

/**
 * @param path of the job's file, absolute
 * @throws UserError where a file of samples or an import cannot be read
 */
export async function sourcesOf({ job, place }: JobFile, path: string): Promise<SampleSource[]> {
  const folder = dirname(path);
  const { samples } = job;
  const imports = job.import === undefined ? [] : [job.import].flat();
  const own =
    typeof samples === "string"
      ? [await fileSource(resolve(folder, samples), samples)]
      : samples === undefined
        ? []
        : [listSource(samples, folder, place)];
  return [...own, ...(await Promise.all(imports.map((spec) => importSource(spec, folder))))];
}

function listSource(samples: readonly SampleSpec[], folder: string, place: JobFile["place"]): SampleSource {
  const read = () => samples.map((value, index) => ({ value, where: place(["samples", index]) }));
  return { folder, read, files: [], notes: [], imported: null };
}

async function fileSource(path: string, name: string): Promise<SampleSource> {
  const folder = dirname(path);
  if (isRowFile(path)) {
    const rows = await openRows(path, name);
    const isTable = /\.[ct]sv$/i.test(path);
    const read = function* () {
      for (const { value, where } of rows.read())
        yield { value: isTable ? sampleOfColumns(value as Record<string, string>, where, name) : value, where };
    };
    return { folder, read, files: [{ path, sha256: rows.sha256 }], notes: rows.notes, imported: null };
  }
  if (!/^\.ya?ml$/i.test(extname(path)))
    throw new UserError({
      happened: `samples is "${name}"`,
      expected: "a file of samples: .jsonl, .json, .csv, .tsv or .yaml",
      mend: "save it as one of these; docs/jobs.md describes the columns",
    });
  const { value, place, sha256 } = readYaml(path, name);
  if (!Array.isArray(value))
    throw new UserError({
      happened: `${name} holds no list`,
      expected: "a list of samples",
      mend: "begin each with `- `",
    });
  const read = () => value.map((one: unknown, index) => ({ value: one, where: place([index]) }));
  return { folder, read, files: [{ path, sha256 }], notes: [], imported: null };
}

const textColumns = ["id", "input", "target", "material", "document"];

/** A row of CSV: the columns that are a sample's texts, `answerable`, and all others as vars. Empty fields are no values. */
function sampleOfColumns(row: Readonly<Record<string, string>>, where: string, name: string): unknown {
  refuseOtherSeparator(Object.keys(row), name);
  const filled = Object.entries(row).filter(([, text]) => text !== "");
  const vars = filled.filter(([column]) => !textColumns.includes(column) && column !== "answerable");
  const structured = vars.find(([column]) => column in SampleSpec.shape);
  if (structured !== undefined)
    throw new UserError({
      happened: `${where}: there is a column "${structured[0]}"`,
      expected: `texts in a table: ${textColumns.join(", ")}, answerable, and names of vars`,
      mend: "keep such samples as JSON Lines",
    });
  return {
    ...Object.fromEntries(filled.filter(([column]) => textColumns.includes(column))),
    ...(row.answerable !== undefined && row.answerable !== "" && { answerable: booleanOf(row.answerable) }),
    ...(vars.length > 0 && { vars: Object.fromEntries(vars) }),
  };
}

/** A spreadsheet separates as its country does. */
function refuseOtherSeparator([column = "", ...others]: readonly string[], name: string): void {
  const isTabbed = /\.tsv$/i.test(name);
  if (others.length > 0 || !(isTabbed ? /[,;]/ : /[;\t]/).test(column)) return;
  const separators = isTabbed ? "tabs" : "commas";
  throw new UserError({
    happened: `${name} has one column alone, ${JSON.stringify(column)}`,
    expected: `a first row that names the columns, separated by ${separators}`,
    mend: `save it with ${separators}${isTabbed || !column.includes("\t") ? "" : ", or name it .tsv"}`,
  });
}

const booleanOf = (text: string) => ({ true: true, false: false })[text.trim().toLowerCase()] ?? text;

async function importSource(spec: ImportSpec, folder: string): Promise<SampleSource> {
  const unsupported = new UnsupportedList();
  const { samples, instructions, candidates, files, folder: start } = await importSamples(spec, folder, unsupported);
  let isTold = false;
  const read = function* () {
    // What is lost is counted in the first reading only.
    const list = isTold ? new UnsupportedList() : unsupported;
    isTold = true;
    for (const { sample, where } of samples(list)) yield { value: sample, where };
  };
  return {
    folder: start,
    read,
    files,
    notes: [],
    imported: { spec, instructions, candidates, unsupported: () => unsupported.entries() },
  };
}
