/** What promptfoo's files point at: `file://` paths, globs, and `$ref` into the same config. */
import { existsSync, statSync } from "node:fs";
import { extname, relative, resolve, sep } from "node:path";
import { UserError } from "../../../errors.ts";
import { findFiles } from "../../../material/index.ts";
import { readText, readYaml } from "../../yaml-file.ts";
import type { ImportedFile, UnsupportedList } from "../imported.ts";
import { isObject } from "../json-value.ts";

/** A folder of promptfoo's files, and what was read of it. */
export interface Folder {
  readonly path: string;
  readonly files: Map<string, ImportedFile>;
  readonly unsupported: UnsupportedList;
}

/** A path without `file://`; for `file://tests.py:make` the path is `tests.py`. */
export const pathOf = (reference: string): string =>
  reference.replace(/^file:\/\//, "").replace(/\.(py|[cm]?[jt]s|rb|go):[\w.]+$/, ".$1");

export const isProgram = (path: string) => /\.([cm]?[jt]sx?|py|rb|go|sh|bash|exe|bat|cmd|ps1|pl)$/.test(path);

/** Relative to the folder, with `/`, or null where there is no such file. */
export function existing(folder: Folder, path: string): string | null {
  const absolute = resolve(folder.path, path);
  return existsSync(absolute) && statSync(absolute).isFile() ? nameOf(folder, absolute) : null;
}

const nameOf = (folder: Folder, absolute: string) => relative(folder.path, absolute).split(sep).join("/");

/** @throws UserError where it cannot be read */
export function readTextFile(folder: Folder, path: string): string {
  const absolute = resolve(folder.path, path);
  const { text, sha256 } = readText(absolute, path);
  folder.files.set(absolute, { path: absolute, sha256 });
  return text;
}

/** YAML or JSON. @throws UserError where it cannot be read */
export function readDataFile(folder: Folder, path: string): unknown {
  const absolute = resolve(folder.path, path);
  const { value, sha256 } = readYaml(absolute, path);
  folder.files.set(absolute, { path: absolute, sha256 });
  return value;
}

/** The files of a path or glob. @throws UserError where there are none */
export const filesAt = (folder: Folder, reference: string): Promise<string[]> =>
  findFiles([pathOf(reference)], folder.path);

/** A value, or what the YAML, JSON or text file holds that it points at. Null where that is a program; the list says so. */
export function loaded(folder: Folder, value: unknown, what: string, where: string): unknown {
  if (typeof value !== "string" || !value.startsWith("file://")) return value;
  const path = pathOf(value);
  if (isProgram(path)) {
    folder.unsupported.add(`${what} that a program makes (${extname(path)})`, where);
    return null;
  }
  return /\.(ya?ml|json)$/.test(path) ? readDataFile(folder, path) : readTextFile(folder, path);
}

/**
 * The config with `{$ref: "#/…"}` replaced by what it points at.
 *
 * @throws UserError where a reference leads nowhere, or to itself
 */
export function withoutReferences(config: unknown, name: string): unknown {
  const follow = (value: unknown, depth: number): unknown => {
    if (depth > 100)
      throw new UserError({
        happened: `${name} refers to itself without end`,
        expected: "references ($ref, &anchors) that end",
        mend: "write one of them out",
      });
    if (Array.isArray(value)) return value.map((one) => follow(one, depth + 1));
    if (!isObject(value)) return value;
    const { $ref } = value;
    if (typeof $ref === "string" && $ref.startsWith("#/")) return follow(pointed($ref), depth + 1);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, follow(one, depth + 1)]));
  };
  const pointed = (reference: string): unknown => {
    const keys = reference
      .slice(2)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const value = keys.reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], config);
    if (value !== undefined) return value;
    throw new UserError({
      happened: `${name}: ${reference} leads nowhere`,
      expected: "a $ref to a key of the same file",
      mend: "correct it",
    });
  };
  return follow(config, 0);
}
