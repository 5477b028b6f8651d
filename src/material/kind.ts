/** Which kind a file is: what its extension says, held against what its first bytes say. */
import { extname } from "node:path";
import { UserError } from "../errors.ts";
import type { MaterialKind } from "./extract.ts";

const extensions: Readonly<Record<string, MaterialKind>> = {
  ".md": "markdown",
  ".markdown": "markdown",
  ".html": "html",
  ".htm": "html",
  ".xhtml": "html",
  ".pdf": "pdf",
  ".docx": "docx",
  ".docm": "docx",
  ".csv": "csv",
  ".tsv": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".png": "image",
  ".jpg": "image",
  ".jpeg": "image",
  ".gif": "image",
  ".webp": "image",
};

interface Format {
  readonly name: string;
  readonly kind: MaterialKind | null;
  readonly begins: (bytes: Uint8Array) => boolean;
}

const ascii = (bytes: Uint8Array, start: number, end: number) =>
  String.fromCharCode(...bytes.subarray(start, Math.min(end, bytes.length)));
const startsWith =
  (...first: readonly number[]) =>
  (bytes: Uint8Array) =>
    first.every((byte, index) => bytes[index] === byte);

/** Formats that no text begins like. A Word document is a ZIP archive; only its parts tell it from others. */
const formats: readonly Format[] = [
  { name: "a PDF", kind: "pdf", begins: (bytes) => ascii(bytes, 0, 5) === "%PDF-" },
  { name: "a ZIP archive", kind: "docx", begins: startsWith(0x50, 0x4b, 0x03, 0x04) },
  { name: "an old Office file, or one with a password", kind: null, begins: startsWith(0xd0, 0xcf, 0x11, 0xe0) },
  { name: "a PNG image", kind: "image", begins: startsWith(0x89, 0x50, 0x4e, 0x47) },
  { name: "a JPEG image", kind: "image", begins: startsWith(0xff, 0xd8, 0xff) },
  { name: "a GIF image", kind: "image", begins: (bytes) => ascii(bytes, 0, 4) === "GIF8" },
  {
    name: "a WebP image",
    kind: "image",
    begins: (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP",
  },
];

const expected: Readonly<Partial<Record<MaterialKind, string>>> = {
  pdf: "a PDF, which begins with %PDF-",
  docx: "a Word document (.docx)",
  image: "a PNG, JPEG, GIF or WebP image",
};

/**
 * The kind of a file.
 *
 * @param path its name, which says what the user takes it for
 * @throws UserError where its first bytes are those of another format: a page saved as `report.pdf` would otherwise be
 *   read as something that nobody meant
 */
export function kindOf(path: string, bytes: Uint8Array): MaterialKind {
  const kind = extensions[extname(path).toLowerCase()] ?? "text";
  const found = formats.find(({ begins }) => begins(bytes));
  if (found === undefined ? expected[kind] === undefined : found.kind === kind) return kind;
  const holds = found?.name ?? (bytes.length === 0 ? "nothing" : "something else");
  throw new UserError({
    happened: `${path} holds ${holds}`,
    expected: expected[kind] ?? "text",
    mend:
      found === undefined
        ? "save it again"
        : "give it the extension of what it holds, or save it as text, PDF or .docx",
  });
}
