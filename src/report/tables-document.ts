/** Tables that compare things: one document, written as Markdown or as a page that needs nothing else. */
import { htmlDocument } from "./document.ts";
import { html, type Markup } from "./markup.ts";
import { pageStyle } from "./page-style.ts";

export interface TablesDocument {
  readonly title: string;
  readonly lede: string;
  /** What it comes down to, in a sentence; printed large. */
  readonly headline?: string;
  readonly tables: readonly DocumentTable[];
  readonly remarks: readonly string[];
  /** Drawn before the tables; on pages only. */
  readonly figures?: readonly Markup[];
}

export interface DocumentTable {
  readonly title: string;
  readonly note: string | null;
  readonly head: readonly string[];
  /** The first cell names its row. */
  readonly rows: readonly (readonly DocumentCell[])[];
}

/** Values that stand side by side; none is unknown. */
export type DocumentCell = readonly CellLine[];

export interface CellLine {
  readonly text: string;
  /** What has to be read with it: a ratio, a host, its age, that nobody verified it. */
  readonly marks?: readonly string[];
  readonly source?: { readonly title: string; readonly url: string | null; readonly observed: string } | null;
}

export const lineText = ({ text, marks = [] }: CellLine): string =>
  marks.length === 0 ? text : `${text} (${marks.join(", ")})`;

export function tablesMarkdown({ title, lede, headline, tables, remarks }: TablesDocument): string {
  const blocks = tables.map(({ title: heading, note, head, rows }) => {
    const lines = [head, head.map(() => "---"), ...rows.map((cells) => cells.map(markdownCell))];
    const table = lines.map((cells, index) => `| ${(index === 0 ? cells.map(inMarkdown) : cells).join(" | ")} |`);
    return [`## ${inMarkdown(heading)}`, ...(note === null ? [] : [inMarkdown(note)]), table.join("\n")].join("\n\n");
  });
  const list = remarks.map((remark) => `- ${inMarkdown(remark)}`).join("\n");
  const opening = [
    `# ${inMarkdown(title)}`,
    inMarkdown(lede),
    ...(headline === undefined ? [] : [`**${inMarkdown(headline)}**`]),
  ];
  return `${[...opening, ...blocks, ...(list === "" ? [] : [list])].join("\n\n")}\n`;
}

const markdownCell = (cell: DocumentCell): string =>
  cell.length === 0
    ? unknown
    : cell
        .map((line) => {
          const text = inMarkdown(lineText(line));
          const url = line.source?.url ?? null;
          return url === null ? text : `${text} [source](${encodeURI(decoded(url)).replaceAll(/[()|]/g, percent)})`;
        })
        .join("<br>");

const unknown = "—";
const percent = (character: string) => `%${character.charCodeAt(0).toString(16)}`;
const decoded = (url: string) => {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
};
const inMarkdown = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_<>[\]|#]/g, (character) => `\\${character}`);

export const tablesPage = ({ title, lede, headline, tables, remarks, figures = [] }: TablesDocument): string =>
  htmlDocument({
    title: `${title} · Assay`,
    style: tablesStyle,
    script: "",
    body: html`<a class="skip" href="#tables">Skip to the tables</a>
<header>
<p class="brand"><b>Assay</b> · claims in, evidence out</p>
<h1>${title}</h1>
<p class="lede">${lede}</p>${headline === undefined ? null : html`<p class="headline">${headline}</p>`}
</header>
<main id="tables">
${figures}
${tables.map(tableMarkup)}
</main>
<footer>${remarks.map((remark) => html`<p>${withCode(remark)}</p>`)}</footer>
`,
  });

/** What stands between backticks is typed as it stands. */
const withCode = (text: string): Markup =>
  html`${text.split(/`([^`]*)`/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

const tableMarkup = ({ title, note, head, rows }: DocumentTable, index: number): Markup => {
  const id = `table-${index + 1}`;
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${note === null ? null : html`<p class="lede">${note}</p>`}
<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}"><table>
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  ([
    first = [],
    ...cells
  ]) => html`<tr><th scope="row">${linesMarkup(first)}</th>${cells.map((cell) => html`<td>${linesMarkup(cell)}</td>`)}</tr>
`,
)}</tbody>
</table></div>
</section>
`;
};

const linesMarkup = (cell: DocumentCell): Markup =>
  cell.length === 0 ? html`${unknown}` : html`${cell.map(lineMarkup)}`;

const lineMarkup = ({ text, marks = [], source = null }: CellLine): Markup =>
  html`<div class="line">${text}${marks.map((mark) => html`<span class="${markClass(mark)}">${mark}</span>`)}${source === null ? null : html`<span class="sub">${source.url === null ? source.title : html`<a href="${source.url}">${source.title}</a>`}, ${source.observed}</span>`}</div>`;

const markClass = (mark: string) => (/^unverified|stale$/.test(mark) ? "sub warn" : "sub");

const tablesStyle = `${pageStyle}
section { margin-top: 44px; } figure + figure { margin-top: 36px; } .pair figure + figure { margin-top: 0; } section .lede { margin-bottom: 12px; }
.headline { margin-top: 14px; max-width: 46em; font-size: 19px; font-weight: 600; line-height: 1.35; }
th, td { text-align: left; white-space: normal; min-width: 6em; overflow-wrap: break-word; }
thead th { font-size: 13px; color: var(--ink); font-weight: 600; }
tbody th { min-width: 9em; font-weight: 500; }
th:first-child { position: sticky; left: 0; background: var(--paper); z-index: 1; padding-right: 8px; }
.line + .line { margin-top: 8px; } .sub.warn { color: var(--wrong); font-weight: 600; }
@media (max-width: 720px) { th:first-child { min-width: 8em; max-width: 9em; } td, thead th { min-width: 9em; } }
@media print { th:first-child { position: static; } th, td { min-width: 0; } }
`;
