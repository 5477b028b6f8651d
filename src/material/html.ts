/** HTML as the text that a reader sees: blocks on lines of their own, tables row by row, scripts and styles left out. */
import { Parser } from "htmlparser2";
import type { Content } from "./extract.ts";
import { type Heading, sectionsBetween } from "./markdown.ts";
import { RunningText } from "./running-text.ts";

/** What stands in them is not for readers, or is no text. */
const unread = new Set(["script", "style", "template", "noscript", "svg", "math", "iframe", "object", "canvas"]);
const headings = new Set(["h1", "h2", "h3", "h4", "h5", "h6"]);
const paragraphs = new Set([
  ...headings,
  ...(
    "address article aside blockquote body caption details dialog div dl fieldset figcaption figure footer form " +
    "header hr html legend main nav ol p pre section summary table title ul"
  ).split(" "),
]);
const ownLine = new Set(["br", "dd", "dt", "li", "option", "tr"]);

/** Counted, because the text does not carry them. */
const leftOut: Readonly<Record<string, string>> = {
  audio: "recordings",
  canvas: "drawings",
  iframe: "embedded pages",
  img: "images",
  math: "formulas",
  object: "embedded objects",
  script: "scripts",
  svg: "drawings",
  video: "videos",
};

/** @param html already decoded, see {@link declaredEncoding} */
export function htmlContent(html: string): Content {
  const reader = new Reader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (text) => reader.text(text),
      onclosetag: (name) => reader.close(name),
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return reader.content();
}

/**
 * The encoding that a page names in its first kilobyte, where browsers look for it.
 *
 * @see https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding
 */
export function declaredEncoding(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(1024, bytes.length)).toString("latin1");
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1]?.toLowerCase() ?? null;
}

interface List {
  /** Of the next entry; null in a list without numbers. */
  next: number | null;
}

class Reader {
  readonly #text = new RunningText();
  readonly #headings: { start: number; end: number }[] = [];
  readonly #lists: List[] = [];
  readonly #leftOut = new Map<string, number>();
  /** The element whose contents are passed over, and how many of its name are open inside it. */
  #unread: { readonly name: string; nested: number } | null = null;
  #preformatted = 0;
  /** Cells of the row so far; a table in a cell is read as part of the cell. */
  #cells = 0;
  #openCells = 0;
  #headingStart: number | null = null;

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const what = leftOut[name];
    if (what !== undefined) this.#leftOut.set(what, (this.#leftOut.get(what) ?? 0) + 1);
    if (this.#unread !== null) {
      if (name === this.#unread.name) this.#unread.nested += 1;
      return;
    }
    if (unread.has(name) || "hidden" in attributes) {
      this.#unread = { name, nested: 0 };
      return;
    }
    this.#separate(name);
    if (name === "tr" && this.#openCells === 0) this.#cells = 0;
    if (name === "td" || name === "th") this.#openCell();
    if (name === "pre") this.#preformatted += 1;
    if (name === "ol") this.#lists.push({ next: Number(attributes.start ?? 1) || 1 });
    if (name === "ul") this.#lists.push({ next: null });
    if (name === "li") this.#openEntry();
    if (headings.has(name)) this.#headingStart = this.#text.position;
  }

  text(words: string): void {
    if (this.#unread !== null) return;
    if (this.#preformatted > 0) this.#text.writeRaw(words.replaceAll("\u00a0", " "));
    else this.#text.write(words);
  }

  close(name: string): void {
    if (this.#unread !== null) {
      if (name !== this.#unread.name) return;
      if (this.#unread.nested > 0) this.#unread.nested -= 1;
      else this.#unread = null;
      return;
    }
    if (name === "pre") this.#preformatted -= 1;
    if (name === "td" || name === "th") this.#openCells -= 1;
    if (name === "ol" || name === "ul") this.#lists.pop();
    if (headings.has(name) && this.#headingStart !== null) {
      this.#headings.push({ start: this.#headingStart, end: this.#text.position });
      this.#headingStart = null;
    }
    if (name !== "br") this.#separate(name);
  }

  content(): Content {
    const text = this.#text.toString();
    const notes = [...this.#leftOut].map(([what, count]) => `${what} are left out: ${count}`);
    if (text === "") return { text: null, sections: [], notes: ["there is no text", ...notes], image: null };
    const titled: Heading[] = this.#headings
      .map(({ start, end }) => ({ start, title: text.slice(start, end).replace(/\s+/g, " ").trim() }))
      .filter(({ title }) => title !== "");
    return {
      text,
      sections: sectionsBetween(titled, text.length),
      notes,
      image: null,
    };
  }

  #separate(name: string): void {
    const breaks = paragraphs.has(name) ? 2 : ownLine.has(name) ? 1 : null;
    if (breaks === null) return;
    if (this.#openCells > 0) this.#text.write(" ");
    else this.#text.breakLine(breaks);
  }

  #openCell(): void {
    if (this.#openCells === 0 && this.#cells > 0) this.#text.lead(" | ");
    if (this.#openCells === 0) this.#cells += 1;
    this.#openCells += 1;
  }

  #openEntry(): void {
    const list = this.#lists.at(-1);
    const number = list?.next ?? null;
    this.#text.lead(number === null ? "- " : `${number}. `);
    if (list !== undefined && number !== null) list.next = number + 1;
  }
}
