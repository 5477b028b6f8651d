/** Loops as a section of a run's page. */
import { readByTurn, type Series, type TurnPoint } from "../../charts/index.ts";
import { figure, legendOf } from "../figure.ts";
import { html, type Markup } from "../markup.ts";
import type { CandidateLoops } from "./loops.ts";
import { type LoopTable, loopTables, remarksOf } from "./tables.ts";

export function loopSection(loops: readonly CandidateLoops[] | null, series: readonly Series[]): Markup | null {
  if (loops === null) return null;
  const points = loops.flatMap(turnPoints);
  return html`<section id="turns" class="loops" aria-labelledby="turns-title">
<h2 id="turns-title">Turn by turn</h2>
<p class="lede">A loop sends again what was said before. What of it was read from the cache, what could have been, and why it was not.</p>
${points.length === 0 ? null : figure((width) => readByTurn(points, { width, series }), 880, legendOf(series))}
${loops.map(candidateMarkup)}
</section>`;
}

/** Of probes nothing is drawn: their turns are of different breakers. */
const turnPoints = ({ candidate, summary, probes }: CandidateLoops): TurnPoint[] =>
  probes.length > 0 || summary.turns.length < 2
    ? []
    : summary.turns.map(({ turn, calls, cachedTokens, ceilingTokens }) => ({
        candidate,
        turn,
        calls,
        cachedTokens: cachedTokens === null ? null : cachedTokens / calls,
        ceilingTokens: ceilingTokens / calls,
      }));

function candidateMarkup(loops: CandidateLoops): Markup {
  return html`<article><h3>${loops.candidate}</h3><p class="sub">${remarksOf(loops).join(" ")}</p>
<ul class="findings">${loops.advice.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${loopTables(loops).map(tableMarkup)}</article>`;
}

/** More rows than this are folded away. */
const mostRows = 16;

function tableMarkup(table: LoopTable): Markup {
  const { title, rows } = table;
  return rows.length <= mostRows
    ? html`<h4>${title}</h4>${rowsMarkup(table)}`
    : html`<details><summary>${title}, ${rows.length} rows</summary>${rowsMarkup(table)}</details>`;
}

const rowsMarkup = ({ title, note, head, rows }: LoopTable): Markup =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><caption><span>${note}</span></caption>
<thead><tr>${head.map((column) => html`<th scope="col">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row">${cellMarkup(name!)}</th>${cells.map((cell) => html`<td>${cellMarkup(cell)}</td>`)}</tr>`,
  )}</tbody></table></div>
`;

const cellMarkup = ({ text, below }: LoopTable["rows"][number][number]): Markup =>
  html`${text}${below === undefined ? null : html`<span class="sub">${below}</span>`}`;
