/** The page's tables: candidates side by side, and each candidate cell by cell. */
import type { Proportion } from "../stats/index.ts";
import {
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
  formatShareRange,
  formatSignificant,
  formatUsd,
  unknown,
} from "../units/index.ts";
import { html, type Markup, trusted } from "./markup.ts";
import type { CandidateSummary, RunSummary } from "./summary.ts";
import type { Measures, Total } from "./tally.ts";

export function candidateTable({ candidates, scored }: RunSummary): Markup {
  const rows = candidates.map(
    ({ candidate, total }) =>
      html`<tr><th scope="row">${candidate.id}<span class="sub">${kindOf(candidate)}</span></th>${measureCells(total)}</tr>`,
  );
  return tableOf(
    `Each candidate over all its cells, ${formatCount(scored)} scored trials. Shares with 95% intervals; KV cache and times are medians of a call.`,
    "Candidate",
    rows,
  );
}

export function cellTables({ candidates }: RunSummary): Markup {
  return html`${candidates.map(({ candidate, cells }) => {
    const rows = cells.map((cell) => html`<tr><th scope="row">${cell.label}</th>${measureCells(cell)}</tr>`);
    return html`<details><summary>${candidate.id}, cell by cell</summary>${tableOf(`${candidate.id}: each cell of the matrix.`, "Context", rows)}</details>`;
  })}`;
}

function tableOf(caption: string, first: string, rows: readonly Markup[]): Markup {
  const headings = [
    "Trials",
    "Grounded",
    "Right answer",
    "Cites its line",
    "Abstains",
    "KV cache",
    "TTFT",
    "Decoding",
    "From cache",
    "Cost",
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">${first}</th>${headings.map((heading) => (heading === "Grounded" ? html`<th scope="col" class="shares">${heading}</th>` : html`<th scope="col">${heading}</th>`))}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function measureCells(of: Measures): Markup {
  const others = [
    of.failed === 0 ? "" : `${formatCount(of.failed)} failed`,
    of.skipped === 0 ? "" : `${formatCount(of.skipped)} skipped`,
  ];
  return html`<td>${formatCount(of.scored)}${sub(others.filter(Boolean).join(", "))}</td>
<td class="shares">${formatShare(of.grounded?.share ?? null)}${sub(of.grounded === null ? "" : `${formatShareRange(of.grounded.interval)}, n ${formatCount(of.grounded.n)}`)}${bar(of.grounded)}</td>
${[of.exact, of.cited, of.abstained].map((share) => html`<td>${formatShare(share?.share ?? null)}${sub(share === null ? "" : `${formatShareRange(share.interval)}, n ${formatCount(share.n)}`)}</td>`)}
<td>${formatBytes(of.kvCacheBytes.median)}</td>
<td>${formatMs(of.ttftMs.all.median)}${sub(of.ttftMs.all.n === 0 ? "" : `p95 ${formatMs(of.ttftMs.all.p95)}`)}</td>
<td>${of.decodeTokensPerSecond.all.median === null ? unknown : formatSignificant(of.decodeTokensPerSecond.all.median)}${sub(of.decodeTokensPerSecond.all.median === null ? "" : "tokens/s")}</td>
<td>${formatCount(of.cacheReadTokens.sum)}${sub(of.cache === null ? "" : `${formatShare(cacheShare(of))} of expected`)}</td>
<td>${formatUsd(of.costUsd.sum)}${sub(unknownCost(of.costUsd))}</td>`;
}

/** Read over expected; null where nothing was expected. */
export const cacheShare = ({ cache }: Measures) =>
  cache === null || cache.expectedTokens === 0 ? null : cache.readTokens / cache.expectedTokens;

export const unknownCost = ({ known, unknown: missing }: Total) =>
  known === 0 || missing === 0 ? "" : `+ ${formatCount(missing)} calls unknown`;

export const kindOf = ({ kind, attention }: CandidateSummary["candidate"]) =>
  [kind, attention].filter(Boolean).join(" · ");

const sub = (text: string) => (text === "" ? null : html`<span class="sub">${text}</span>`);

/** The interval on a line from 0 to 1, with a stroke at the share itself. */
function bar(share: Proportion | null): Markup | null {
  if (share === null) return null;
  const x = (value: number) => (value * 130 + 1).toFixed(1);
  const { low, high } = share.interval;
  return trusted(
    `<svg class="bar" viewBox="0 0 132 10" aria-hidden="true"><rect x="1" y="4.5" width="130" height="1"/><rect class="range" x="${x(low)}" y="3" width="${((high - low) * 130).toFixed(1)}" height="4" rx="2"/><rect class="at" x="${(share.share * 130).toFixed(1)}" y="0" width="2" height="10"/></svg>`,
  );
}
