/** Which files a job's patterns name. */
import { glob, stat } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { UserError } from "../errors.ts";

/**
 * The files that the patterns name, relative to `folder`, with `/`: pattern after pattern, within one in the order of
 * their characters, each file once.
 *
 * @param patterns paths or globs (`*`, `**`, `?`, `[…]`, `{…}`), relative to `folder`
 * @throws UserError where a pattern names no file: a question would be put without its material, and nobody would see it
 */
export async function findFiles(patterns: readonly string[], folder: string): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) for (const path of await filesOf(pattern, folder)) found.add(path);
  return [...found];
}

async function filesOf(pattern: string, folder: string): Promise<string[]> {
  // A name may have brackets in it: what exists is taken as it is written.
  const state = await stat(resolve(folder, pattern)).catch(() => null);
  if (state?.isFile()) return [portable(pattern, folder)];
  if (state?.isDirectory())
    throw new UserError({
      happened: `"${pattern}" is a folder`,
      expected: "a file, or a pattern that names files",
      mend: `write ${pattern.replace(/[\\/]+$/, "")}/**/* for all files in it, or **/*.md for some`,
    });
  const files: string[] = [];
  for await (const entry of glob(pattern, { cwd: folder }))
    if ((await stat(resolve(folder, entry))).isFile()) files.push(portable(entry, folder));
  if (files.length > 0) return files.toSorted();
  const isGlob = /[*?[{]/.test(pattern);
  throw new UserError({
    happened: isGlob ? `"${pattern}" matches no file in ${folder}` : `there is no file "${pattern}" in ${folder}`,
    expected: "paths and patterns relative to the job's file",
    mend: "correct the path, or move the file there",
  });
}

const portable = (path: string, folder: string) => relative(folder, resolve(folder, path)).split(sep).join("/");
