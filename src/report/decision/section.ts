/** A decision as a section of a run's page. */
import type { Decision } from "../../decision/index.ts";
import { unknown } from "../../units/index.ts";
import { html, type Markup } from "../markup.ts";
import type { CellLine, DocumentCell, DocumentTable } from "../tables-document.ts";
import { decisionTables, headlineOf, remarksOf } from "./document.ts";

export function decisionSection(decision: Decision): Markup {
  return html`<section id="decision" aria-labelledby="decision-title">
<h2 id="decision-title">Which to choose</h2>
<p class="lede">${headlineOf(decision)}</p>
${decisionTables(decision).map(tableMarkup)}
<p class="sub decision-words">${remarksOf(decision).join(" ")}</p>
</section>`;
}

function tableMarkup({ title, note, head, rows }: DocumentTable): Markup {
  return html`<h3 class="decision-table">${title}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="decision">${note === null ? null : html`<caption><span>${note}</span></caption>`}
<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([first = [], ...cells]) => html`<tr><th scope="row">${cellMarkup(first)}</th>${cells.map((cell) => html`<td${isProse(cell) ? html` class="prose"` : null}>${cellMarkup(cell)}</td>`)}</tr>`)}</tbody></table></div>
`;
}

const cellMarkup = (cell: DocumentCell): Markup =>
  cell.length === 0 ? html`${unknown}` : html`${cell.map((line, index) => lineMarkup(line, index))}`;

const lineMarkup = ({ text, marks = [] }: CellLine, index: number): Markup =>
  html`<div${index === 0 ? null : html` class="more"`}>${breakable(text)}${marks.map((mark) => html`<span class="sub">${mark}</span>`)}</div>`;

const isProse = (cell: DocumentCell) => cell.some(({ text }) => text.length > 40);

/** A route and its model may stand on two lines. */
const breakable = (text: string) => html`${text.split(/(?<=\/)/).map((part) => html`${part}<wbr>`)}`;

/** To be put behind the page's own style: sentences in cells stand to the left and are folded. */
export const decisionStyle = `
table.decision th, table.decision td { text-align: left; white-space: normal; min-width: 5.5em; overflow-wrap: break-word; }
table.decision td.prose { min-width: 15em; } table.decision td .sub { white-space: nowrap; }
table.decision tbody th { min-width: 9em; } table.decision .more { margin-top: 6px; } table.decision td { max-width: 26em; }
h3.decision-table { margin: 30px 0 6px; } .decision-words { margin-top: 18px; max-width: 70ch; }
`;
