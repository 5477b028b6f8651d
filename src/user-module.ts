/** Modules that users write: jobs, scorers, settings. */
import { registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Runs the module. What it imports as `assay` is this program, where no package of that name is installed around the file.
 *
 * @param path absolute
 * @returns its default export
 * @throws whatever keeps it from being loaded
 */
export async function defaultExportOf(path: string): Promise<unknown> {
  const own = new URL(`./index${extname(import.meta.url)}`, import.meta.url).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== "assay") throw error;
        return { url: own, shortCircuit: true };
      }
    },
  });
  try {
    const module: { default?: unknown } = await import(pathToFileURL(path).href);
    return module.default;
  } finally {
    hooks.deregister();
  }
}
