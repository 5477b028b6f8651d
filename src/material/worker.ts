/** The thread in which PDF, Word and HTML are read: a file that takes too long or too much ends it, not the program. */
import { parentPort } from "node:worker_threads";
import { type Mistake, UserError } from "../errors.ts";
import { decodeText } from "./decode.ts";
import type { Content } from "./extract.ts";

export interface ToReader {
  readonly path: string;
  readonly kind: "pdf" | "docx" | "html";
  readonly bytes: Uint8Array;
  readonly docxXmlBytes: number;
}

export type FromReader = { readonly content: Content } | { readonly mistake: Mistake };

parentPort!.on("message", async (message: ToReader) => {
  try {
    answer({ content: await contentOf(message) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    answer({ mistake: error.mistake });
  }
});

async function contentOf({ path, kind, bytes, docxXmlBytes }: ToReader): Promise<Content> {
  switch (kind) {
    case "pdf":
      return (await import("./pdf.ts")).pdfContent(path, bytes);
    case "docx":
      return (await import("./docx.ts")).docxContent(path, bytes, docxXmlBytes);
    case "html": {
      const { declaredEncoding, htmlContent } = await import("./html.ts");
      return htmlContent(decodeText(path, bytes, declaredEncoding(bytes)));
    }
  }
}

const answer = (message: FromReader) => parentPort!.postMessage(message);
