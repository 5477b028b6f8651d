/** The material of a job and of its samples: every file found, extracted once, and shared by all samples that name it. */
import { relative, resolve, sep } from "node:path";
import { UserError } from "../errors.ts";
import type { Document } from "../evals/index.ts";
import { type Extract, findFiles, openExtractor } from "../material/index.ts";
import type { MaterialEntry } from "./sample.ts";

export type MaterialList = MaterialEntry | readonly MaterialEntry[] | undefined;

export interface Materials {
  /**
   * Finds and extracts what the entries name.
   *
   * @param start the folder that their paths start from
   * @throws UserError where an entry names no file, a file cannot be read, or has no text to give to a model
   */
  prepare(list: MaterialList, start: string): Promise<void>;
  /** What was prepared: each document once, in the entries' order. */
  documents(list: MaterialList, start: string): readonly Document[];
  /** All that was extracted, in the order in which it was first named. */
  extracts(): Extract[];
  close(): Promise<void>;
}

/** @param folder of the job: ids of documents are paths from there */
export function openMaterials(folder: string): Materials {
  const extractor = openExtractor();
  const byPattern = new Map<string, readonly Document[]>();
  const extracts = new Map<string, Extract>();

  const patternOf = (entry: string, start: string) => {
    const path = relative(folder, resolve(start, entry)).split(sep).join("/");
    return path === "" ? "." : path;
  };

  async function documentOf(path: string): Promise<Document> {
    const extract = extracts.get(path) ?? (await extractor.extract(path, folder));
    extracts.set(path, extract);
    if (extract.text !== null && /\S/.test(extract.text)) return { id: path, text: extract.text };
    throw noText(extract);
  }

  return {
    async prepare(list, start) {
      for (const entry of entriesOf(list)) {
        if (typeof entry !== "string") continue;
        const pattern = patternOf(entry, start);
        if (byPattern.has(pattern)) continue;
        const documents: Document[] = [];
        for (const path of await findFiles([pattern], folder)) documents.push(await documentOf(path));
        byPattern.set(pattern, documents);
      }
    },
    documents(list, start) {
      const found = entriesOf(list).flatMap((entry) =>
        typeof entry === "string" ? byPattern.get(patternOf(entry, start))! : [entry],
      );
      return [...new Map(found.map((document) => [document.id, document])).values()];
    },
    extracts: () => [...extracts.values()],
    close: () => extractor.close(),
  };
}

function noText({ path, kind, text, notes }: Extract): UserError {
  const [why, mend] =
    kind === "image"
      ? ["it is an image", "put the image into a message, as {type: image, path: …}"]
      : text === null
        ? [notes.join("; "), "leave it out, or run text recognition on it"]
        : ["it is empty", "leave it out of `material`, or write what was to be in it"];
  return new UserError({
    happened: `${path} has no text: ${why}`,
    expected: "material with text that a model can be given",
    mend,
  });
}

export const entriesOf = (list: MaterialList): readonly MaterialEntry[] =>
  list === undefined ? [] : Array.isArray(list) ? list : [list as MaterialEntry];
