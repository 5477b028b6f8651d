import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { editedDocx, handbookDocx, withParts, zipBomb } from "../../test/made-files/docx.ts";
import { chinesePdf, pdfOf, scannedPdf } from "../../test/made-files/pdf.ts";
import { UserError } from "../errors.ts";
import { type Extract, type Extractor, materialLimits, openExtractor } from "./index.ts";

let folder: string;
let extractor: Extractor;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-material-"));
  extractor = openExtractor();
});
afterAll(async () => {
  await extractor.close();
  rmSync(folder, { recursive: true });
});

function extracted(name: string, bytes: string | Uint8Array, by = extractor): Promise<Extract> {
  writeFileSync(join(folder, name), bytes);
  return by.extract(name, folder);
}

async function mistakeOf(name: string, bytes: string | Uint8Array, by = extractor): Promise<string> {
  const error = await extracted(name, bytes, by).then(
    (extract) => new Error(`read as ${JSON.stringify(extract)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw error;
  return error.mistake.happened;
}

// The smallest PNG and GIF there are: one pixel.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const gif = Buffer.from("R0lGODlhAQABAAAAACwAAAAAAQABAAA=", "base64");

test("a file is known by the hash of its bytes, whatever is read of them", async () => {
  const bytes = Buffer.from("\ufeffone\r\ntwo\r\n");
  const { sha256, bytes: size, text, kind } = await extracted("notes.txt", bytes);
  expect({ sha256, size, text, kind }).toEqual({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.length,
    text: "one\ntwo\n",
    kind: "text",
  });
});

test("a PDF is read page by page, and the ranges cut its pages out of the text", async () => {
  const pages = ["The refund window is thirty days.", "Shoes cost 40 USD.", "See page one."];
  const { text, sections, notes } = await extracted("handbook.pdf", await pdfOf(pages));
  expect(sections.map(({ title, start, end }) => [title, text!.slice(start, end)])).toEqual(
    pages.map((page, index) => [`page ${index + 1}`, page]),
  );
  expect(notes).toEqual([]);
});

test("a page without text is named, one with an image is not taken for all of it", async () => {
  const { text, notes, sections } = await extracted("mixed.pdf", await pdfOf(["First page.", ""]));
  expect(text).toBe("First page.");
  expect(sections[1]).toMatchObject({ title: "page 2", start: 11, end: 11 });
  expect(notes).toEqual(["page 2 has no text"]);
  const several = await extracted("several.pdf", await pdfOf(["", "Second page.", "", ""]));
  expect(several.notes).toEqual(["pages 1, 3 and 4 have no text"]);
});

test("a scanned PDF has unknown text, not an empty one", async () => {
  const { text, notes } = await extracted("scan.pdf", await scannedPdf(png));
  expect(text).toBeNull();
  expect(notes).toEqual(["there is no text, only 1 images: a scan"]);
});

test("Chinese text is read where the PDF only names its encoding", async () => {
  expect((await extracted("chinese.pdf", chinesePdf("4F60597D4E16754C"))).text).toBe("你好世界");
});

test("a PDF with a password is refused, one that only forbids copying is read", async () => {
  expect(await mistakeOf("locked.pdf", await pdfOf(["secret"], { userPassword: "x" }))).toBe(
    "locked.pdf is protected by a password",
  );
  expect((await extracted("owned.pdf", await pdfOf(["open"], { ownerPassword: "x" }))).text).toBe("open");
});

test("a PDF that is cut off or noise is refused, and the next one is read", async () => {
  const whole = await pdfOf(["whole"]);
  for (const broken of [whole.subarray(0, 200), Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(999, 7)])])
    expect(await mistakeOf("broken.pdf", broken)).toMatch(/^broken.pdf cannot be read: /);
  expect((await extracted("whole.pdf", whole)).text).toBe("whole");
});

test("a Word document is read with its headings, lists and tables; what is left out is said", async () => {
  const { text, sections, notes } = await extracted("handbook.docx", await handbookDocx());
  expect(text).toBe("Refunds\n\nThe refund window is 30 days\n\n- Shoes\n\nPrices\n\nItem | USD\nShoe | 40");
  expect(sections.map(({ title, start, end }) => [title, text!.slice(start, end)])).toEqual([
    ["Refunds", "Refunds\n\nThe refund window is 30 days\n\n- Shoes\n\n"],
    ["Prices", "Prices\n\nItem | USD\nShoe | 40"],
  ]);
  expect(notes).toEqual(["headers and footers are left out"]);
});

test("of a Word document, what is raised is written so, and what is struck out or hidden is left out and said", async () => {
  const { text, notes } = await extracted("edited.docx", await editedDocx());
  expect(text).toBe("About 10^6 l of H2O at 50 USD. All in.");
  expect(notes).toEqual(["struck-out parts are left out: 2", "hidden parts are left out: 1"]);
});

test("macros, comments and tracked changes of a Word document are noted", async () => {
  const plain = await handbookDocx();
  const bytes = withParts(plain, { "word/vbaProject.bin": "macro", "word/comments.xml": "<x/>" });
  expect((await extracted("macros.docm", bytes)).notes).toEqual([
    "headers and footers are left out",
    "comments are left out",
    "macros are left out",
  ]);
});

test("a ZIP bomb is refused by what it says, and harmless when it lies", async () => {
  expect(await mistakeOf("bomb.docx", zipBomb("word/document.xml", 2 ** 26))).toBe(
    "bomb.docx unpacks to more than 16 MiB of XML",
  );
  expect(await mistakeOf("liar.docx", zipBomb("word/document.xml", 2 ** 26, 1_000))).toMatch(
    /^liar.docx cannot be read/,
  );
  expect(await mistakeOf("other.docx", zipBomb("readme.xml", 100))).toBe(
    "other.docx is a ZIP archive without a Word document in it",
  );
});

test("a document that takes too long is given up, and the next one is read", async () => {
  const hasty = openExtractor({ ...materialLimits, timeMs: 1 });
  expect(await mistakeOf("slow.pdf", await pdfOf(["slow"]), hasty)).toBe(
    "slow.pdf cannot be read: it takes more than 0.001 s",
  );
  await hasty.close();
  expect((await extracted("next.pdf", await pdfOf(["next"]))).text).toBe("next");
});

test("a file whose name promises something else is refused", async () => {
  expect(await mistakeOf("page.pdf", "<!doctype html>")).toBe("page.pdf holds something else");
  expect(await mistakeOf("notes.txt", await pdfOf(["x"]))).toBe("notes.txt holds a PDF");
  expect(await mistakeOf("sheet.xlsx", await handbookDocx())).toBe("sheet.xlsx holds a ZIP archive");
  expect(await mistakeOf("old.docx", Buffer.from("d0cf11e0a1b11ae1", "hex"))).toBe(
    "old.docx holds an old Office file, or one with a password",
  );
  expect(await mistakeOf("photo.png", "")).toBe("photo.png holds nothing");
  expect(await mistakeOf("photo.md", png)).toBe("photo.md holds a PNG image");
});

test("bytes that are no text are refused, whatever they are called", async () => {
  expect(await mistakeOf("binary.txt", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]))).toMatch(
    /zero character at place 5/,
  );
  expect(await mistakeOf("latin.txt", Buffer.from("caf\xe9", "latin1"))).toBe("latin.txt is not text in UTF-8");
});

test("an image is kept as a data URL with its true type and its size", async () => {
  // A GIF called .png: the bytes say what it is.
  const { text, image } = await extracted("dot.png", gif);
  expect(text).toBeNull();
  expect(image).toEqual({
    mediaType: "image/gif",
    widthPixels: 1,
    heightPixels: 1,
    dataUrl: `data:image/gif;base64,${gif.toString("base64")}`,
  });
  expect((await extracted("pixel.png", png)).image).toMatchObject({ mediaType: "image/png", widthPixels: 1 });
  expect(await mistakeOf("cut.png", png.subarray(0, 10))).toMatch(/^cut.png cannot be read as an image/);
});

test("a missing file and one beyond the limit are refused before they are read", async () => {
  await expect(extractor.extract("missing.md", folder)).rejects.toThrow("missing.md cannot be read: ENOENT");
  writeFileSync(join(folder, "huge.txt"), "");
  truncateSync(join(folder, "huge.txt"), materialLimits.fileBytes + 1);
  await expect(extractor.extract("huge.txt", folder)).rejects.toThrow("huge.txt is larger than 64 MiB");
});
