/** A test's vars: lists make several tests of one, files stand for what they hold, and vars may name each other. */
import { extname, resolve } from "node:path";
import { openExtractor } from "../../../material/index.ts";
import type { JsonObject } from "../json-value.ts";
import { type Folder, filesAt, isProgram, pathOf, readDataFile, readTextFile } from "./references.ts";
import { namesIn, type Rendered, render } from "./template.ts";

const isFile = (value: unknown): value is string => typeof value === "string" && value.startsWith("file://");
/** An image stays a reference, which an image part of a chat takes for its address. */
export const isImage = (value: unknown): value is string => isFile(value) && /\.(png|jpe?g|gif|webp)$/i.test(value);
const unreadable = /\.(mp3|wav|ogg|flac|mp4|mov|webm|avi|bmp|svg|tiff?|ico|avif|hei[cf])$/i;

/** What stands behind `file://` in vars, read before tests are. */
export interface VarFiles {
  /** Finds and reads what the vars name. @throws UserError where there is no such file */
  prepare(vars: JsonObject): Promise<void>;
  /** All combinations, in promptfoo's order: the last var runs fastest. */
  combinations(vars: JsonObject, isExpanded: boolean): JsonObject[];
}

/** A file's text cannot be had. */
class Lost {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

export function varFiles(folder: Folder): VarFiles {
  /** The files of a reference, as references. */
  const found = new Map<string, readonly string[]>();
  const texts = new Map<string, string | Lost>();

  async function textOf(path: string): Promise<string | Lost> {
    const reference = `file://${path}`;
    if (isProgram(path)) return new Lost("a var that a program makes");
    if (isImage(reference)) return reference;
    if (unreadable.test(path)) return new Lost(`a var with a file of type ${extname(path)}`);
    if (/\.ya?ml$/i.test(path)) return JSON.stringify(readDataFile(folder, path));
    if (!/\.pdf$/i.test(path)) return readTextFile(folder, path).trim();
    const extractor = openExtractor();
    const { text, sha256 } = await extractor.extract(path, folder.path).finally(() => extractor.close());
    folder.files.set(resolve(folder.path, path), { path: resolve(folder.path, path), sha256 });
    return text ?? new Lost("a var with a PDF without text");
  }

  return {
    async prepare(vars) {
      for (const value of Object.values(vars).flat())
        if (isFile(value) && !found.has(value)) {
          const files = isProgram(pathOf(value)) ? [pathOf(value)] : await filesAt(folder, value);
          found.set(value, files);
          for (const file of files) if (!texts.has(file)) texts.set(file, await textOf(file));
        }
    },
    combinations(vars, isExpanded) {
      let all: JsonObject[] = [{}];
      for (const [name, value] of Object.entries(vars)) {
        const values = isExpanded ? valuesOf(value, found) : [value];
        all = all.flatMap((before) =>
          values.map((one) => ({ ...before, [name]: isFile(one) ? (texts.get(fileOf(one)) ?? one) : one })),
        );
      }
      return all;
    },
  };
}

const fileOf = (reference: string) => pathOf(reference).replace(/^\.\//, "");

/** A list of texts is a test for each of them; a list of anything else is one value. */
function valuesOf(value: unknown, found: ReadonlyMap<string, readonly string[]>): readonly unknown[] {
  if (isFile(value)) return found.get(value)!.map((file) => `file://${file}`);
  return Array.isArray(value) && typeof value[0] === "string" ? value : [value];
}

/** The vars with each other's values in them; or why they cannot be had. */
export function resolved(vars: JsonObject): { readonly vars: JsonObject } | { readonly unsupported: string } {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(vars)) {
    if (value instanceof Lost) return { unsupported: value.why };
    // A line end after the last line of a file is no part of a text.
    values[name] = typeof value === "string" ? value.replace(/\n$/, "") : value;
  }
  for (let round = 0; round < 5 && Object.values(values).some((value) => names(value, values)); round++)
    for (const [name, value] of Object.entries(values)) {
      if (!names(value, values)) continue;
      const rendered: Rendered = render(value as string, values, null);
      if ("unsupported" in rendered) return rendered;
      values[name] = rendered.text;
    }
  return { vars: values };
}

/** Whether a text names vars that there are, or the environment. A text that names others is taken as it is, as promptfoo does. */
function names(value: unknown, vars: JsonObject): boolean {
  if (typeof value !== "string") return false;
  const found = namesIn(value);
  const has = (name: string) => Object.hasOwn(vars, name);
  return (found.includes("env") && !has("env")) || (found.length > 0 && found.every(has));
}
