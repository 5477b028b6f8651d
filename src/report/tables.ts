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
import { hasArms, optionRows } from "./option-rows.ts";
import { type QualityWords, qualityWords } from "./quality-words.ts";
import type { CandidateSummary, RunSummary } from "./summary.ts";
import { cacheShare, type Measures, type Total } from "./tally.ts";

export function candidateTable(summary: RunSummary): Markup {
  const { scored } = summary;
  const words = qualityWords(summary);
  const rows = optionRows(summary).map(
    ({ candidate, arm, measures }) =>
      html`<tr><th scope="row">${breakable(candidate.id)}${sub(arm ?? "")}<span class="sub">${kindOf(candidate)}</span></th>${measureCells(measures, words)}</tr>`,
  );
  return tableOf(
    `${hasArms(summary) ? "Each candidate in each arm" : "Each candidate over all its cells"}, ${formatCount(scored)} ${words.done} trials.${words.isJudged ? " Shares with 95% intervals;" : ""} KV cache and times are medians of a call.`,
    "Candidate",
    rows,
    words,
  );
}

export function cellTables(summary: RunSummary): Markup | null {
  if (hasArms(summary)) return null;
  const words = qualityWords(summary);
  return html`${summary.candidates.map(({ candidate, cells }) => {
    const rows = cells.map((cell) => html`<tr><th scope="row">${cell.label}</th>${measureCells(cell, words)}</tr>`);
    return html`<details><summary>${candidate.id}, cell by cell</summary>${tableOf(`${candidate.id}: each cell of the matrix.`, cells[0]?.contextTokens == null ? "Cell" : "Context", rows, words)}</details>`;
  })}`;
}

function tableOf(
  caption: string,
  first: string,
  rows: readonly Markup[],
  { title, scores, isJudged }: QualityWords,
): Markup {
  const headings = [
    "Trials",
    ...(isJudged ? [title] : []),
    ...scores.map((score) => score.title),
    "KV cache",
    "TTFT",
    "Decoding",
    "From cache",
    "Cost",
  ];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption><span>${caption}</span></caption>
<thead><tr><th scope="col">${first}</th>${headings.map((heading) => (heading === title ? html`<th scope="col" class="shares">${heading}</th>` : html`<th scope="col">${heading}</th>`))}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function measureCells(of: Measures, { scores, isJudged }: QualityWords): Markup {
  const ttft = of.ttftMs.all;
  const decode = of.decodeTokensPerSecond.all.median;
  return html`<td>${formatCount(of.scored)}${sub(of.failed === 0 ? "" : `${formatCount(of.failed)} failed`)}${sub(of.skipped === 0 ? "" : `${formatCount(of.skipped)} skipped`)}</td>
${isJudged ? html`<td class="shares">${shareOf(of.quality)}${bar(of.quality)}</td>` : null}
${scores.map((score) => html`<td>${shareOf(score.of(of))}</td>`)}
<td>${formatBytes(of.kvCacheBytes.median)}</td>
<td>${formatMs(ttft.median)}${sub(ttft.n === 0 ? "" : `p95 ${formatMs(ttft.p95)}`)}${sub(ttft.n === 0 ? "" : `n ${formatCount(ttft.n)}`)}</td>
<td>${decode === null ? unknown : formatSignificant(decode)}${sub(decode === null ? "" : "tokens/s")}</td>
<td>${formatShare(cacheShare(of))}${sub(of.cache === null ? "" : "of expected")}</td>
<td>${formatUsd(of.costUsd.sum)}${sub(of.costUsd.isAtMost ? "at most" : "")}${sub(unknownCost(of.costUsd))}</td>`;
}

function shareOf(share: Proportion | null): Markup {
  if (share === null) return html`${unknown}`;
  return html`${formatShare(share.share)}${sub(formatShareRange(share.interval))}${sub(`n ${formatCount(share.n)}`)}`;
}

/** A route and its model may stand on two lines. */
const breakable = (id: string) => html`${id.split(/(?<=\/)/).map((part) => html`${part}<wbr>`)}`;

export const unknownCost = ({ sum, unknown: missing }: Total) =>
  sum === null || missing === 0 ? "" : `+ ${formatCount(missing)} unknown`;

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

/** What each candidate read from its cache, beside what its rule predicts. */
export function cacheTable({ candidates }: RunSummary): Markup {
  const rows = candidates.map(({ candidate, total, hiddenCache }) => {
    const { cache } = total;
    return html`<tr><th scope="row">${breakable(candidate.id)}${sub(candidate.cacheRule ?? "no cache rule known")}${sub(candidate.cacheRuleBy === "words" ? "expected tokens are estimated from words" : "")}</th>
<td>${formatCount(cache?.expectedTokens ?? null)}</td><td>${formatCount(cache?.readTokens ?? null)}</td><td>${formatShare(cacheShare(total))}${sub(hiddenCache === null ? "" : `${formatShareRange(hiddenCache.interval)} of calls hit, inferred`)}</td>
<td>${cache === null || candidate.cacheRuleBy === "words" ? unknown : `${formatCount(cache.asExpected)} of ${formatCount(cache.n)}`}</td></tr>`;
  });
  const caption = "Tokens over all trials that have both counts.";
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption><span>${caption}</span></caption>
<thead><tr><th scope="col">Candidate</th><th scope="col">Expected</th><th scope="col">Read</th><th scope="col">Share</th><th scope="col">Equal in</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

const mostFailures = 12;

/** How many trials ended in the same way, the most frequent first; null where all were answered. */
export function failureTable({ failures }: RunSummary): Markup | null {
  if (failures.length === 0) return null;
  const rows = failures
    .slice(0, mostFailures)
    .map(
      ({ candidate, outcome, class: kind, count, message }) =>
        html`<tr><th scope="row">${breakable(candidate)}</th><td>${formatCount(count)}${sub(outcome)}</td><td class="words">${kind}${sub(message)}</td></tr>`,
    );
  const others = failures.slice(mostFailures).reduce((sum, { count }) => sum + count, 0);
  const caption = `Why trials failed or were skipped. Messages that differ in numbers alone are taken together; the first one stands here.${others === 0 ? "" : ` ${formatCount(others)} trials of rarer kinds are left out.`}`;
  return html`<h3>What failed</h3>
<div class="scroll" tabindex="0" role="region" aria-label="What failed"><table><caption><span>${caption}</span></caption>
<thead><tr><th scope="col">Candidate</th><th scope="col">Trials</th><th scope="col" class="words">Why</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
