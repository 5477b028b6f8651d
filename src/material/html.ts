/**
 * HTML as the text that a reader sees: blocks on lines of their own, tables row by row, what is raised as `10^6`; scripts,
 * styles, and what is hidden or struck out left out.
 */
import { Parser } from "htmlparser2";
import type { Content } from "./extract.ts";
import { type Heading, sectionsBetween } from "./markdown.ts";
import { RunningText } from "./running-text.ts";
import type { Unseen } from "./unseen-runs.ts";

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

const struckOut = new Set(["del", "s", "strike"]);

/** Why an element's text is not read although it is text; null where it is. */
function unseen(name: string, { style = "", ...attributes }: Readonly<Record<string, string>>): Unseen | null {
  // Pages that show themselves by a script are hidden as a whole.
  if (name === "html" || name === "body") return null;
  const isHidden = "hidden" in attributes || attributes["aria-hidden"] === "true";
  if (isHidden || /(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style)) return "hidden parts";
  if (struckOut.has(name) || /text-decoration(?:-line)?\s*:[^;]*line-through/i.test(style)) return "struck-out parts";
  return null;
}
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

/**
 * @param html already decoded, see {@link declaredEncoding}
 * @param before what was left out already, with its count
 */
export function htmlContent(html: string, before: ReadonlyMap<string, number> = new Map()): Content {
  const reader = new Reader(before);
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

/** Characters; what is longer is text that somebody set small, or was never closed. */
const longestScript = 40;

interface List {
  /** Of the next entry; null in a list without numbers. */
  next: number | null;
}

class Reader {
  readonly #text = new RunningText();
  readonly #headings: { start: number; end: number }[] = [];
  readonly #lists: List[] = [];
  readonly #leftOut: Map<string, number>;
  /** The element whose contents are passed over, how many of its name are open inside it, and what it counts as with text. */
  #unread: { readonly name: string; nested: number; readonly why: Unseen | null; isCounted: boolean } | null = null;
  /** What stands raised or lowered, as far as it was read. */
  #script: { readonly name: "sup" | "sub"; text: string } | null = null;
  #isBehindDigits = false;
  #preformatted = 0;
  /** Cells of the row so far; a table in a cell is read as part of the cell. */
  #cells = 0;
  #openCells = 0;
  #headingStart: number | null = null;

  constructor(before: ReadonlyMap<string, number>) {
    this.#leftOut = new Map(before);
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (leftOut[name] !== undefined) this.#count(leftOut[name]);
    if (this.#unread !== null) {
      if (name === this.#unread.name) this.#unread.nested += 1;
      return;
    }
    const why = unseen(name, attributes);
    if (unread.has(name) || why !== null) {
      this.#unread = { name, nested: 0, why: unread.has(name) ? null : why, isCounted: false };
      return;
    }
    this.#separate(name);
    if (name === "sup" || name === "sub") {
      this.#endScript();
      this.#script = { name, text: "" };
    }
    if (name === "tr" && this.#openCells === 0) this.#cells = 0;
    if (name === "td" || name === "th") this.#openCell();
    if (name === "pre") this.#preformatted += 1;
    if (name === "ol") this.#lists.push({ next: Number(attributes.start ?? 1) || 1 });
    if (name === "ul") this.#lists.push({ next: null });
    if (name === "li") this.#openEntry();
    if (headings.has(name)) this.#headingStart = this.#text.position;
  }

  text(words: string): void {
    if (this.#unread !== null) {
      this.#passOver(words, this.#unread);
      return;
    }
    if (this.#script !== null) {
      this.#script.text += words;
      if (this.#script.text.length > longestScript) this.#endScript();
      return;
    }
    // `log<sub>2</sub>8` is not log28.
    if (this.#isBehindDigits && /^\d/.test(words)) this.#text.write(" ");
    this.#isBehindDigits = false;
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
    if (name === this.#script?.name) this.#endScript();
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
    this.#endScript();
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

  #count(what: string): void {
    this.#leftOut.set(what, (this.#leftOut.get(what) ?? 0) + 1);
  }

  /** What is not read. A space at the edges of struck-out words still parts those around them. */
  #passOver(words: string, element: { readonly why: Unseen | null; isCounted: boolean }): void {
    if (element.why !== null && !element.isCounted && words.trim() !== "") {
      this.#count(element.why);
      element.isCounted = true;
    }
    if (element.why === "struck-out parts" && this.#preformatted === 0 && /^\s|\s$/.test(words)) this.#text.write(" ");
  }

  /** `10^6`, `x^(n+1)`, `10_2`. Ordinals, signs of notes, H2O, and what begins a line stay as they are. */
  #endScript(): void {
    if (this.#script === null) return;
    const { name, text } = this.#script;
    this.#script = null;
    const words = text.trim();
    const before = this.#text.lastCharacter;
    const isMarked =
      name === "sup"
        ? before !== "" && !/^(?:st|nd|rd|th|\[.*\]|[*†‡§™®℠]+)?$/i.test(words)
        : /\d/.test(before) && /^\d/.test(words);
    const inside = /^[-+−–]?[\p{L}\p{N}.,]+$/u.test(words) ? words : `(${words})`;
    if (isMarked && words.length <= longestScript)
      this.text(text.replace(words, () => (name === "sup" ? "^" : "_") + inside));
    else this.text(text);
    this.#isBehindDigits = /\d$/.test(text);
  }

  #separate(name: string): void {
    const breaks = paragraphs.has(name) ? 2 : ownLine.has(name) ? 1 : null;
    if (breaks === null && name !== "td" && name !== "th") return;
    this.#endScript();
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
