/** Settings that are a program: the default export of a module. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { defaultExportOf } from "../user-module.ts";
import type { Located } from "./yaml-file.ts";

export const isModule = (path: string) => /^\.[cm]?[jt]s$/.test(extname(path));

/**
 * Runs the module.
 *
 * @param path absolute
 * @throws UserError where it cannot be loaded
 */
export async function readModule(path: string, name: string): Promise<Located> {
  try {
    const value = await defaultExportOf(path);
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    return { value, sha256, place: () => name };
  } catch (error) {
    throw new UserError(
      {
        happened: `${name} cannot be loaded: ${messageOf(error)}`,
        expected: "a module with a default export, in TypeScript that Node.js can strip of its types",
        mend: "run it with `node` to see where it fails",
      },
      { cause: error },
    );
  }
}
