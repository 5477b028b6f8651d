/**
 * Word documents: mammoth turns them into HTML, which is then read like any other. Only the parts with text are unpacked,
 * and no further than a limit: a ZIP archive of a megabyte can claim to hold a gigabyte, or hold it and claim less.
 */
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import mammoth from "mammoth";
import { messageOf, UserError } from "../errors.ts";
import type { Content } from "./extract.ts";
import { htmlContent } from "./html.ts";
import { withoutUnseen } from "./unseen-runs.ts";

const mend = "open it in a word processor, and save it as .docx or PDF";

/** @throws UserError where it is no Word document, is broken, or holds more than `limitBytes` of XML */
export async function docxContent(path: string, bytes: Uint8Array, limitBytes: number): Promise<Content> {
  const names: string[] = [];
  const parts = unpacked(path, bytes, limitBytes, names);
  const document = parts["word/document.xml"];
  if (document === undefined)
    throw new UserError({
      happened: `${path} is a ZIP archive without a Word document in it`,
      expected: "a Word document (.docx)",
      mend,
    });
  const removed = new Map<string, number>();
  for (const name of texts) {
    if (parts[name] === undefined) continue;
    const seen = withoutUnseen(strFromU8(parts[name]));
    if (seen.removed.length > 0) parts[name] = strToU8(seen.xml);
    for (const what of seen.removed) removed.set(what, (removed.get(what) ?? 0) + 1);
  }
  const html = await asHtml(path, zipSync(parts, { level: 0 }));
  const content = htmlContent(html, removed);
  return { ...content, notes: [...content.notes, ...notesOn(names, strFromU8(document))] };
}

/** Parts with text that is read. */
const texts = ["word/document.xml", "word/footnotes.xml", "word/endnotes.xml"];

function unpacked(path: string, bytes: Uint8Array, limitBytes: number, names: string[]): Record<string, Uint8Array> {
  let xmlBytes = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        names.push(name);
        if (!/\.(xml|rels)$/.test(name)) return false;
        xmlBytes += originalSize;
        if (xmlBytes > limitBytes) throw tooLarge(path, limitBytes);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw broken(path, error);
  }
}

async function asHtml(path: string, archive: Uint8Array): Promise<string> {
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: Buffer.from(archive) },
      { convertImage: mammoth.images.imgElement(async () => ({ src: "" })) },
    );
    return value;
  } catch (error) {
    throw broken(path, error);
  }
}

const lost: readonly (readonly [part: RegExp, note: string])[] = [
  [/^word\/(header|footer)\d*\.xml$/, "headers and footers are left out"],
  [/^word\/comments\.xml$/, "comments are left out"],
  [/^word\/vbaProject\.bin$/, "macros are left out"],
  [/^word\/charts\//, "charts are left out"],
  [/^word\/diagrams\//, "diagrams are left out"],
  [/^word\/embeddings\//, "embedded files are left out"],
];

function notesOn(names: readonly string[], document: string): string[] {
  const notes = lost.filter(([part]) => names.some((name) => part.test(name))).map(([, note]) => note);
  if (/<w:(del|moveFrom) /.test(document)) notes.push("tracked changes are read as if they were accepted");
  if (/<m:oMath[ >]/.test(document)) notes.push("formulas are left out");
  return notes;
}

const tooLarge = (path: string, limitBytes: number) =>
  new UserError({
    happened: `${path} unpacks to more than ${limitBytes / 2 ** 20} MiB of XML`,
    expected: "a Word document of some thousand pages at most",
    mend: "split it, or save it as PDF",
  });

const broken = (path: string, error: unknown) =>
  new UserError(
    { happened: `${path} cannot be read: ${messageOf(error)}`, expected: "a whole Word document (.docx)", mend },
    { cause: error },
  );
