/** Imports: each format has a file of its own, loaded when a job names it. */
import { basename, resolve } from "node:path";
import type { ImportSpec } from "./import-spec.ts";
import type { Imported, UnsupportedList } from "./imported.ts";

export { ImportSpec } from "./import-spec.ts";
export { type Imported, type ImportedFile, type Unsupported, UnsupportedList } from "./imported.ts";

/**
 * @param folder that the import's path starts from
 * @param unsupported is told what cannot be carried over
 * @throws UserError where the files cannot be read, or are not of that format
 */
export async function importSamples(spec: ImportSpec, folder: string, unsupported: UnsupportedList): Promise<Imported> {
  const source = { path: resolve(folder, spec.path), name: basename(spec.path), unsupported };
  switch (spec.from) {
    case "promptfoo":
      return (await import("./promptfoo/index.ts")).importPromptfoo(source, spec);
    case "inspect":
      return (await import("./inspect.ts")).importInspect(source, spec);
    case "loft":
      return (await import("./loft.ts")).importLoft(source, spec);
    case "openai-batch":
      return (await import("./openai-batch.ts")).importOpenaiBatch(source);
    case "chat":
      return (await import("./chat.ts")).importChat(source);
    case "longbench-v2":
      return (await import("./longbench.ts")).importLongBench(source);
    case "k2vv":
      return (await import("./k2vv.ts")).importK2vv(source);
  }
}
