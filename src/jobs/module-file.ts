/** Settings that are a program: the default export of a module. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, UserError } from "../errors.ts";
import type { Located } from "./yaml-file.ts";

export const isModule = (path: string) => /^\.[cm]?[jt]s$/.test(extname(path));

/**
 * Runs the module.
 *
 * @param path absolute
 * @throws UserError where it cannot be loaded
 */
export async function readModule(path: string, name: string): Promise<Located> {
  const hooks = withOwnName();
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    return { value: module.default, sha256, place: () => name };
  } catch (error) {
    throw new UserError(
      {
        happened: `${name} cannot be loaded: ${messageOf(error)}`,
        expected: "a module with a default export, in TypeScript that Node.js can strip of its types",
        mend: "run it with `node` to see where it fails",
      },
      { cause: error },
    );
  } finally {
    hooks.deregister();
  }
}

/** What a file imports as `assay` is this program where no package of that name is installed around the file. */
function withOwnName(): { readonly deregister: () => void } {
  const own = new URL(`../index${extname(import.meta.url)}`, import.meta.url).href;
  return registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier !== "assay") return next(specifier, context);
      try {
        return next(specifier, context);
      } catch {
        return { url: own, shortCircuit: true };
      }
    },
  });
}
