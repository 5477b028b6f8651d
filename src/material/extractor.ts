/** Files to extracts. What reads PDF, Word, HTML and images is loaded when the first such file comes. */
import { createHash } from "node:crypto";
import { extname, resolve } from "node:path";
import { decodeText } from "./decode.ts";
import { type Content, type Extract, type MaterialKind, type MaterialLimits, materialLimits } from "./extract.ts";
import { bytesOf } from "./file-bytes.ts";
import { kindOf } from "./kind.ts";
import { markdownContent } from "./markdown.ts";
import { openReader, type Reader } from "./reader.ts";
import { csvContent, jsonlContent } from "./records.ts";

export interface Extractor {
  /**
   * @param path relative to `folder`, with `/`
   * @throws UserError where the file is missing, beyond a limit, or not what its name says
   */
  extract(path: string, folder: string): Promise<Extract>;
  /** Ends the reading thread, if there is one. */
  close(): Promise<void>;
}

export function openExtractor(limits: MaterialLimits = materialLimits): Extractor {
  const reader = openReader(limits);
  return {
    async extract(path, folder) {
      const bytes = bytesOf(path, resolve(folder, path), limits.fileBytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const kind = kindOf(path, bytes);
      return { path, sha256, bytes: bytes.length, kind, ...(await contentOf(path, kind, bytes, reader)) };
    },
    close: () => reader.close(),
  };
}

async function contentOf(path: string, kind: MaterialKind, bytes: Uint8Array, reader: Reader): Promise<Content> {
  switch (kind) {
    case "pdf":
    case "docx":
    case "html":
      return reader.read(path, kind, bytes);
    case "image":
      return (await import("./image.ts")).imageContent(path, bytes);
    case "markdown":
      return markdownContent(decodeText(path, bytes));
    case "csv":
      return csvContent(path, decodeText(path, bytes), extname(path).toLowerCase() === ".tsv" ? "\t" : ",");
    case "jsonl":
      return jsonlContent(path, decodeText(path, bytes));
    case "text":
      return { text: decodeText(path, bytes), sections: [], notes: [], image: null };
  }
}
