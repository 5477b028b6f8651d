/** The report of a run: one HTML file. Charts are drawn when it is made; the only script is the drill-down's. */
import {
  cachedAgainstExpected,
  decodeByContext,
  depthMap,
  kvFrontier,
  qualityByContext,
  seriesOf,
  timeFrontier,
  ttftByContext,
} from "../charts/index.ts";
import type { RunInfo, TrialRecord } from "../evals/index.ts";
import type { InferredHit } from "../routes/index.ts";
import { formatBytes, formatCount, formatMs, formatTokens } from "../units/index.ts";
import { decisionSection, decisionStyle } from "./decision/index.ts";
import { definitionsOf } from "./definitions.ts";
import { htmlDocument } from "./document.ts";
import { type Drilldown, drilldownOf } from "./drilldown.ts";
import { figure, legendOf } from "./figure.ts";
import { findingSentences } from "./finding-words.ts";
import { findings } from "./findings.ts";
import { loopSection } from "./loops/index.ts";
import { html, inertJson, type Markup, trusted } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { cachePoints, depthPoints, frontierPoints, qualityPoints, speedPoints, trainedContexts } from "./points.ts";
import { qualityWords } from "./quality-words.ts";
import { verdicts } from "./selection.ts";
import { boundOf, hasNoPrice, judgeSentences, overCapSentence, priceText, spentText } from "./spending-words.ts";
import type { CandidateSummary, RunSummary } from "./summary.ts";
import { cacheTable, candidateTable, cellTables, failureTable, kindOf } from "./tables.ts";

/**
 * @param shown  the trials that the page carries, with the bodies of their calls
 * @param of  how many trials there are, and what was inferred of them, by their ids
 */
export async function htmlPage(
  summary: RunSummary,
  shown: Iterable<TrialRecord> | AsyncIterable<TrialRecord>,
  of: { readonly recorded: number; readonly inferredHits: ReadonlyMap<string, InferredHit> },
): Promise<string> {
  return page(summary, await drilldownOf(summary, shown, of.inferredHits), of.recorded);
}

function page(summary: RunSummary, drilldown: Drilldown, recorded: number): string {
  const { run } = summary;
  return htmlDocument({
    title: `${run.scenario.name} · ${run.id} · Assay`,
    style: pageStyle + decisionStyle,
    script: pageScript,
    body: html`<a class="skip" href="#summary">Skip to the summary</a>
${headline(summary)}
<main>
${[summarySection(summary), decisionPart(summary), frontierSection(summary), groundingSection(summary), speedSection(summary), cacheSection(summary), loopSection(summary.loops, seriesOf(summary.run.candidates.map(({ id }) => id)))]}
${trialsSection(drilldown, recorded, summary.run)}
${methodSection(summary)}
</main>
<footer><p>Made by Assay ${run.versions.assay ?? ""}. A run measures these candidates on these samples, on its day; it is no ranking of models.</p></footer>
<script type="application/json" id="trial-data">${trusted(inertJson(drilldown))}</script>
`,
  });
}

function headline(summary: RunSummary): Markup {
  const { run, scored, failed, skipped, total } = summary;
  const { done } = qualityWords(summary);
  const outcomes = [
    `${formatCount(scored)} ${done}`,
    `${formatCount(failed)} failed`,
    `${formatCount(skipped)} skipped`,
  ];
  const facts = [
    ["Run", run.id],
    ["Trials", `${outcomes.join(", ")} of ${formatCount(run.plannedTrials)} planned`],
    ["Started", run.startedAt.slice(0, 16).replace("T", " ").concat(" UTC")],
    ["Status", statusOf(run)],
    [summary.spent.isWhole || hasNoPrice(summary) ? "Cost" : "Known cost", boundOf(summary.spent) + spentText(summary)],
    ["Retries", formatCount(total.retries)],
  ] as const;
  const notices = run.candidates.filter(({ notice }) => notice !== null);
  const notes = run.notes ?? [];
  const { overCap } = summary.spent;
  return html`<header>
<p class="brand"><b>Assay</b> · ${run.scenario.name}, version ${run.scenario.version}</p>
<h1>${run.scenario.question}</h1>
<ul class="findings" aria-label="What this run shows">${findings(summary).map((finding) => html`<li>${unbroken(finding)}</li>`)}</ul>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${overCap === null ? null : html`<ul class="notices" aria-label="The cap on cost"><li>${overCapSentence(overCap)}</li></ul>`}
${notices.length === 0 ? null : html`<ul class="notices" aria-label="Notices">${notices.map(({ id, notice }) => html`<li><b>${id}</b> ${notice}</li>`)}</ul>`}
${notes.length === 0 ? null : html`<ul class="notices" aria-label="What was left out">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
</header>`;
}

/** No line breaks inside an interval or between n and its number. */
const unbroken = (sentence: string) => sentence.replaceAll("–", "\u2060–\u2060").replaceAll(/\bn (?=\d)/g, "n\u00a0");

function statusOf({ status, startedAt, finishedAt }: RunInfo): string {
  if (finishedAt === null) return status;
  return `${status} after ${formatMs(Date.parse(finishedAt) - Date.parse(startedAt))}`;
}

const summarySection = (summary: RunSummary): Markup => html`<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title">Candidates side by side</h2>
${qualityWords(summary).isJudged ? html`<p class="lede">Every share stands beside the interval it could as well have been.</p>` : html`<p class="lede">This run judges no answers: what stands here is what they took.</p>`}
${candidateTable(summary)}
${cellTables(summary)}
${spentList(summary)}
${failureTable(summary)}
</section>`;

function spentList({ run }: RunSummary): Markup | null {
  const sentences = [...judgeSentences(run), ...findingSentences(run)];
  return sentences.length === 0
    ? null
    : html`<ul class="notices" aria-label="What judging and finding passages took">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

/** One option is no choice, and a run without scores has nothing to choose by. */
const decisionPart = ({ decision }: RunSummary): Markup | null =>
  decision.options.length > 1 && decision.reference !== null ? decisionSection(decision) : null;

function frontierSection(summary: RunSummary): Markup | null {
  const series = seriesOf(summary.run.candidates.map(({ id }) => id));
  const words = qualityWords(summary);
  const byKv = frontierPoints(summary, ({ kvCacheBytes }) => kvCacheBytes);
  const byTime = frontierPoints(summary, ({ e2eMs }) => e2eMs);
  const figures = [
    byKv.some(({ amount }) => amount !== null)
      ? figure((width) => kvFrontier(byKv, words, { width, series }), 524)
      : null,
    byTime.some(({ amount }) => amount !== null)
      ? figure((width) => timeFrontier(byTime, words, { width, series }), 524)
      : null,
  ];
  if (figures.every((one) => one === null)) return null;
  return html`<section aria-labelledby="frontier-title">
<h2 id="frontier-title">What ${words.noun} costs</h2>
<p class="lede">The best places are up, where answers hold, and to the left, where they take little.</p>
${legendOf(series)}
<div class="pair">${figures}</div>
</section>`;
}

function groundingSection(summary: RunSummary): Markup | null {
  const series = seriesOf(summary.run.candidates.map(({ id }) => id));
  const points = qualityPoints(summary);
  const labels = (summary.candidates[0]?.cells ?? []).map(({ label }) => label);
  const maps = summary.candidates.flatMap(({ candidate }, index) => {
    const of = depthPoints(summary.candidates[index]!, index);
    return of.length === 0 ? [] : figure((width) => depthMap(of, { candidate: candidate.id, labels }, width), 524);
  });
  if (points.length === 0 && maps.length === 0) return null;
  return html`<section aria-labelledby="grounding-title">
<h2 id="grounding-title">Where ${qualityWords(summary).noun} holds</h2>
<p class="lede">Answers by the length of the context, and by where in it the line was that states the answer.</p>
${points.length === 0 ? null : figure((width) => qualityByContext(points, trainedContexts(summary), qualityWords(summary), { width, series }), 880, legendOf(series))}
${maps.length === 0 ? null : html`<div class="maps">${maps}</div>`}
</section>`;
}

function speedSection(summary: RunSummary): Markup | null {
  const series = seriesOf(summary.run.candidates.map(({ id }) => id));
  const ttft = speedPoints(summary, ({ ttftMs }) => ttftMs);
  const decode = speedPoints(summary, ({ decodeTokensPerSecond }) => decodeTokensPerSecond);
  const figures = [
    ttft.length === 0 ? null : figure((width) => ttftByContext(ttft, { width, series }), 524),
    decode.length === 0 ? null : figure((width) => decodeByContext(decode, { width, series }), 524),
  ];
  if (figures.every((one) => one === null)) return null;
  return html`<section aria-labelledby="speed-title">
<h2 id="speed-title">Speed</h2>
<p class="lede">Calls that found their prefix in the cache are told apart from calls that did not.</p>
${legendOf(series)}
<div class="pair">${figures}</div>
</section>`;
}

function cacheSection(summary: RunSummary): Markup | null {
  const series = seriesOf(summary.run.candidates.map(({ id }) => id));
  const points = cachePoints(summary);
  if (points.length === 0) return null;
  return html`<section aria-labelledby="cache-title">
<h2 id="cache-title">The cache, against its own rule</h2>
<p class="lede">What was read from the cache, and what the route's cache rule says should have been.</p>
${legendOf(series)}
<div class="pair">${figure((width) => cachedAgainstExpected(points, { width, series }), 524)}${cacheTable(summary)}</div>
</section>`;
}

function trialsSection({ trials }: Drilldown, recorded: number, { id }: RunInfo): Markup {
  const part =
    trials.length < recorded
      ? `This page carries ${formatCount(trials.length)} of ${formatCount(recorded)} trials: some of every outcome from every cell, then failures, then wrong answers. Shares and charts are of all of them; the exports hold every trial.`
      : `All ${formatCount(recorded)} trials of the run. Open one to see what was asked, what came back and what it took.`;
  const picks = [
    ["candidate", "Candidate", "All candidates"],
    ["cell", "Cell", "All cells"],
    ["depth", "Needle depth", "All depths"],
  ] as const;
  return html`<section id="trials" aria-labelledby="trials-title">
<h2 id="trials-title" tabindex="-1">Every answer</h2>
<p class="lede screen">${part}</p>
<p class="lede paper">The page on a screen opens trials one by one, and <code>assay export ${id}</code> writes all ${formatCount(recorded)} of them.</p>
<p id="no-script">The list of trials needs JavaScript; all else on this page does not.</p>
<div id="trial-app" hidden>
<div class="filters" role="group" aria-label="Filter trials">
${picks.map(([name, label, all]) => picker(name, label, all, []))}
${picker("verdict", "Outcome", "All outcomes", verdicts)}
<button type="button" id="pick-clear">Clear</button>
</div>
<ul class="trials" id="trial-list"></ul>
<div class="pager"><button type="button" id="page-before">Previous</button><button type="button" id="page-after">Next</button><span id="trial-status" role="status" aria-live="polite"></span></div>
</div>
</section>`;
}

const picker = (name: string, label: string, all: string, options: readonly string[]): Markup =>
  html`<div><label for="pick-${name}">${label}</label><select id="pick-${name}"><option value="">${all}</option>${options.map((option) => html`<option>${option}</option>`)}</select></div>`;

const methodSection = (summary: RunSummary): Markup => html`<section aria-labelledby="method-title">
<h2 id="method-title">Method and definitions</h2>
<p class="lede">${summary.run.scenario.source}.</p>
${pairs(definitionsOf(qualityWords(summary)).map(({ term, meaning }) => [term, meaning]))}
</section>
<section aria-labelledby="candidates-title">
<h2 id="candidates-title">Candidates</h2>
<p class="lede">What was judged, and by which route it was reached.</p>
<div class="columns">${summary.candidates.map(candidateCard)}</div>
</section>
<section aria-labelledby="identity-title">
<h2 id="identity-title">What makes this run this run</h2>
<p class="lede">The identity is a hash of everything that could move these numbers: the same identity asks the same questions the same way.</p>
${pairs([
  ["Identity", summary.run.identity],
  ["Seed", String(summary.run.seed)],
  ...Object.entries(summary.run.options).map(
    ([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const,
  ),
  ...Object.entries(summary.run.versions),
])}
</section>`;

function candidateCard({ candidate, total }: CandidateSummary): Markup {
  const { kvCache, price } = candidate;
  return html`<article class="candidate"><h3>${candidate.id}</h3><p>${kindOf(candidate)}${candidate.notice === null ? "" : `. ${candidate.notice}`}</p>
${pairs([
  ["Model", candidate.model],
  ["Reached at", candidate.baseUrl],
  ["Trained context", formatTokens(candidate.trainedContextTokens)],
  [
    "KV cache",
    kvCache === null
      ? formatBytes(null)
      : `${formatBytes(kvCache.bytesPerToken)} a token, ${formatBytes(kvCache.fixedBytes)} fixed (${kvCache.source})`,
  ],
  ["Cache rule", candidate.cacheRule ?? "unknown"],
  ["Price", price === null ? "unknown" : priceText(price)],
  [
    "Tokens",
    `${formatCount(total.uncachedInputTokens.sum)} uncached, ${formatCount(total.cacheReadTokens.sum)} from cache, ${formatCount(total.cacheWriteTokens.sum)} to cache, ${formatCount(total.outputTokens.sum)} out`,
  ],
])}</article>`;
}

const pairs = (entries: readonly (readonly [string, string])[]) =>
  html`<dl class="definitions">${entries.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
