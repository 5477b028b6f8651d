/** promptfoo's tests: in the config, in YAML, JSON, JSON Lines and CSV files, each with vars and assertions. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { UserError } from "../../../errors.ts";
import { openRows } from "../../rows.ts";
import { isObject, type JsonObject, textOf } from "../json-value.ts";
import { assertionOf } from "./assertion-text.ts";
import { type Folder, filesAt, isProgram, loaded, pathOf, readDataFile } from "./references.ts";

export interface Test {
  /** As promptfoo has it: `vars`, `assert`, `options`, `metadata`, … */
  readonly test: JsonObject;
  readonly where: string;
}

/** Tests from one place, read each time they are needed: a CSV file may hold a hundred thousand. */
export type Tests = () => Iterable<Test>;

/** @param given the config's `tests`: a path, a glob, a list of tests and paths */
export async function readTests(given: unknown, folder: Folder, where: string): Promise<Tests> {
  const sources: Tests[] = [];
  for (const [index, entry] of [given ?? []].flat().entries())
    sources.push(await testsOf(entry, folder, Array.isArray(given) ? `${where}, tests[${index}]` : where));
  return function* () {
    for (const source of sources) yield* source();
  };
}

const none: Tests = () => [];

async function testsOf(entry: unknown, folder: Folder, where: string): Promise<Tests> {
  if (isObject(entry) && textOf(entry.path) === null) {
    const test = await withVars(entry, folder, folder.path, where);
    return () => [{ test, where }];
  }
  const path = isObject(entry) ? textOf(entry.path)! : textOf(entry);
  if (path === null) return lost("a test of no known form", folder, where);
  if (/^(https?|huggingface):\/\//.test(path))
    return lost(`tests from ${path.split("/").slice(0, 3).join("/")}`, folder, where);
  if (isProgram(pathOf(path))) return lost(`tests that a program makes (${extname(pathOf(path))})`, folder, where);
  if (/\.xlsx?(#.*)?$/.test(path)) return lost("tests in an Excel sheet: save it as CSV", folder, where);
  const sources: Tests[] = [];
  for (const file of await filesAt(folder, path)) sources.push(await testsIn(file, folder));
  return function* () {
    for (const source of sources) yield* source();
  };
}

async function testsIn(file: string, folder: Folder): Promise<Tests> {
  const name = basename(file);
  if (/\.(csv|jsonl)$/.test(file)) {
    const path = resolve(folder.path, file);
    const rows = await openRows(path, name);
    folder.files.set(path, { path, sha256: rows.sha256 });
    const isTable = file.endsWith(".csv");
    return function* () {
      for (const { value, where } of rows.read())
        if (isObject(value))
          yield { test: isTable ? testOfRow(value as Record<string, string>, folder, where) : value, where };
    };
  }
  const tests = [readDataFile(folder, file) ?? []].flat();
  const read: Test[] = [];
  for (const [index, test] of tests.entries()) {
    if (!isObject(test)) throw noTest(`${name}, [${index}]`);
    const where = `${name}, [${index}]`;
    read.push({ test: await withVars(test, folder, dirname(join(folder.path, file)), where), where });
  }
  return () => read;
}

const noTest = (where: string) =>
  new UserError({
    happened: `${where} is no test`,
    expected: "a mapping with `vars` and `assert`",
    mend: "correct it; promptfoo's documentation describes tests",
  });

/** Vars may stand in files of their own. */
async function withVars(test: JsonObject, folder: Folder, from: string, where: string): Promise<JsonObject> {
  const { vars } = test;
  if (typeof vars !== "string" && !Array.isArray(vars)) return test;
  const merged: Record<string, unknown> = {};
  for (const pattern of [vars].flat())
    for (const file of await filesAt({ ...folder, path: from }, String(pattern))) {
      const read = isProgram(file)
        ? loaded(folder, `file://${file}`, "vars", where)
        : readDataFile({ ...folder, path: from }, file);
      if (isObject(read)) Object.assign(merged, read);
    }
  return { ...test, vars: merged };
}

/**
 * A row: `__expected` columns are assertions, other columns that begin with `__` options, the rest vars.
 *
 * @see https://www.promptfoo.dev/docs/configuration/test-cases/#csv-with-assertions
 */
function testOfRow(row: Readonly<Record<string, string>>, folder: Folder, where: string): JsonObject {
  const vars: Record<string, string> = {};
  const options: Record<string, string> = {};
  const metadata: Record<string, unknown> = {};
  const assert: Record<string, unknown>[] = [];
  let description: string | null = null;
  for (const [column, text] of Object.entries(row)) {
    const name = column.trim();
    if (!name.startsWith("__")) vars[name] = text;
    else if (name.startsWith("__expected")) {
      if (text.trim() !== "")
        assert.push({ ...assertionOf(text.trim()), ...(row.__metric && { metric: row.__metric }) });
    } else if (name === "__prefix" || name === "__suffix") options[name.slice(2)] = text;
    else if (name === "__description") description = text;
    else if (name.startsWith("__metadata:"))
      Object.assign(metadata, metadataOf(name.slice("__metadata:".length), text));
    else if (name !== "__metric" && text.trim() !== "") folder.unsupported.add(`column ${name}`, where);
  }
  return { vars, assert, options, metadata, ...(description && { description }) };
}

/** `tags[]` is a list, with `\,` for a comma that does not separate. */
function metadataOf(key: string, text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  if (!key.endsWith("[]")) return { [key]: text };
  return { [key.slice(0, -2)]: text.split(/(?<!\\),/).map((one) => one.trim().replace("\\,", ",")) };
}

function lost(what: string, folder: Folder, where: string): Tests {
  folder.unsupported.add(what, where);
  return none;
}
