/** PDF by PDFium, Chrome's reader, in WebAssembly: it sees no file but this one, and can take 2 GiB at most. */
import { type PDFiumDocument, PDFiumLibrary } from "@hyzyla/pdfium";
import { messageOf, UserError } from "../errors.ts";
import type { Content, Section } from "./extract.ts";

let library: Promise<PDFiumLibrary> | null = null;

/** @throws UserError where it has a password or is broken */
export async function pdfContent(path: string, bytes: Uint8Array): Promise<Content> {
  library ??= PDFiumLibrary.init();
  const document = await opened(path, bytes, await library);
  const content = contentOf(document);
  document.destroy();
  return content;
}

async function opened(path: string, bytes: Uint8Array, pdfium: PDFiumLibrary): Promise<PDFiumDocument> {
  try {
    return await pdfium.loadDocument(bytes);
  } catch (error) {
    const locked = /password/i.test(messageOf(error));
    throw new UserError(
      {
        happened: locked ? `${path} is protected by a password` : `${path} cannot be read: ${messageOf(error)}`,
        expected: locked ? "a PDF that opens without a password" : "a whole PDF",
        mend: locked ? "save a copy without the password" : "open it in a viewer, and print it to a new PDF",
      },
      { cause: error },
    );
  }
}

function contentOf(document: PDFiumDocument): Content {
  const sections: Section[] = [];
  const withoutText: number[] = [];
  let images = 0;
  let text = "";
  for (const page of document.pages()) {
    const words = readable(page.getText());
    if (words === "") withoutText.push(page.number + 1);
    if (text !== "" && words !== "") text += "\n\n";
    sections.push({
      kind: "page",
      title: `page ${page.number + 1}`,
      start: text.length,
      end: text.length + words.length,
    });
    text += words;
    for (const { type } of page.objects()) if (type === "image") images += 1;
  }
  if (text === "")
    return {
      text: null,
      sections: [],
      notes: [images > 0 ? `there is no text, only ${images} images: a scan` : "there is no text"],
      image: null,
    };
  const notes = images > 0 ? [`images are left out: ${images}`] : [];
  if (withoutText.length > 0) notes.push(withoutTextNote(withoutText));
  return { text, sections, notes, image: null };
}

/** Numbers of pages, and not how many. */
function withoutTextNote(pages: readonly number[]): string {
  const last = pages.at(-1)!;
  return pages.length === 1
    ? `page ${last} has no text`
    : `pages ${pages.slice(0, -1).join(", ")} and ${last} have no text`;
}

/** PDFium writes U+FFFE where a line ends in a hyphen; whether the hyphen belongs to the word, it does not know. */
const readable = (text: string) => text.replaceAll("\ufffe", "-\n").replace(/\r\n?/g, "\n").trim();
