/** Markdown is read as it is written; its headings say where its sections are. */
import type { Content, Section } from "./extract.ts";

const fence = /^ {0,3}(`{3,}|~{3,})/;
/** `## Title ##`: CommonMark 0.31, §4.2. */
const atx = /^ {0,3}#{1,6}(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/;
/** A line of `=` or `-` under a title: CommonMark 0.31, §4.3. */
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
/** Settings of a page's generator, between lines of `---` at the very top. */
const frontMatter = /^---\n(?:.*\n)*?---\n/;

export function markdownContent(text: string): Content {
  return { text, sections: sectionsBetween(headingsOf(text), text.length), notes: [], image: null };
}

export interface Heading {
  readonly title: string;
  readonly start: number;
}

/** A section goes from its heading to the next one. What stands before the first belongs to none. */
export const sectionsBetween = (headings: readonly Heading[], end: number): Section[] =>
  headings.map(({ title, start }, index) => ({
    kind: "heading",
    title,
    start,
    end: headings[index + 1]?.start ?? end,
  }));

function headingsOf(text: string): Heading[] {
  const headings: Heading[] = [];
  /** The marker of the code block that is open. */
  let open: string | null = null;
  /** The line before, where it can be the title over an underline: of a paragraph of several lines the last is taken. */
  let paragraph: Heading | null = null;
  let start = frontMatter.exec(text)?.[0].length ?? 0;
  for (const line of text.slice(start).split("\n")) {
    const marker = fence.exec(line)?.[1];
    const title = open === null ? atx.exec(line) : null;
    if (marker !== undefined && open === null) open = marker;
    else if (marker?.startsWith(open!) && line.trim() === marker) open = null;
    else if (title !== null) headings.push({ title: title[1] ?? "", start });
    else if (paragraph !== null && underline.test(line)) headings.push(paragraph);
    paragraph = open === null && /^ {0,3}[^\s#>*+`~-]/.test(line) ? { title: line.trim(), start } : null;
    start += line.length + 1;
  }
  return headings;
}
