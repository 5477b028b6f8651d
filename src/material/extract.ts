/** What a file of material says, as text: the record that everything else about a user's own documents hangs on. */

/** How a file is read. A file of any other extension is `text` where it decodes as such. */
export type MaterialKind = "text" | "markdown" | "html" | "pdf" | "docx" | "csv" | "jsonl" | "image";

/** A part of a text; `start` and `end` count UTF-16 units of it, the end excluded. */
export interface Section {
  /** A page of a PDF, what stands under a heading, or a record of a table. */
  readonly kind: "page" | "heading" | "record";
  /** The heading's words, `page 3`, `record 17`. */
  readonly title: string;
  readonly start: number;
  readonly end: number;
}

/** An image as a request carries it. */
export interface ImageData {
  readonly mediaType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  readonly widthPixels: number;
  readonly heightPixels: number;
  /** `data:<media type>;base64,…` */
  readonly dataUrl: string;
}

/** What an extractor finds in the bytes of one file. */
export interface Content {
  /** With `\n` at the ends of lines. Null where there is no text to read: an image, a scanned PDF. */
  readonly text: string | null;
  /** In their order; none where the file has no such parts. */
  readonly sections: readonly Section[];
  /** What the file holds and the text does not, a sentence each. */
  readonly notes: readonly string[];
  readonly image: ImageData | null;
}

export interface Extract extends Content {
  /** As the job names it: relative to its folder, with `/`. */
  readonly path: string;
  /** Of the file's bytes, in hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: MaterialKind;
}

/** What a file may take, so that a hostile or a wrong one ends in a sentence and not in a dead process. */
export interface MaterialLimits {
  /** Of a file, bytes. */
  readonly fileBytes: number;
  /** Of the XML in a Word document once it is unpacked, bytes: reading it takes some fifty times as much memory. */
  readonly docxXmlBytes: number;
  /** To read one PDF, Word document or page of HTML, ms. */
  readonly timeMs: number;
}

export const materialLimits: MaterialLimits = {
  fileBytes: 64 * 2 ** 20,
  docxXmlBytes: 16 * 2 ** 20,
  timeMs: 120_000,
};
