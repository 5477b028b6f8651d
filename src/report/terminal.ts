/** The summary on a terminal: what the run shows, the candidates, their cells, what to know of them, and the words. */
import type { Proportion } from "../stats/index.ts";
import {
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
  formatShareRange,
  formatSignificant,
  formatUsd,
  plain,
  unknown,
  widthOf,
  wrapped,
} from "../units/index.ts";
import { groundingRemark, shortlistText } from "./decision/index.ts";
import { findingSentences } from "./finding-words.ts";
import { findings } from "./findings.ts";
import { loopText } from "./loops/text.ts";
import { hasArms, type OptionRow, optionName, optionRows } from "./option-rows.ts";
import { type QualityWords, qualityWords } from "./quality-words.ts";
import { boundOf, isWithoutMoney, judgeSentences, overCapSentence, spentText } from "./spending-words.ts";
import type { CandidateSummary, RunSummary } from "./summary.ts";
import { type CostTotal, cacheShare } from "./tally.ts";
import { textTable, widestOf } from "./terminal-table.ts";

export interface TerminalOptions {
  /** False when the output is piped or the user said so. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Where the page was written; null where it was not. */
  readonly reportPath?: string | null;
}

/** @returns lines joined by newlines, with a newline at the end */
export function terminalSummary(summary: RunSummary, { colour, width, reportPath = null }: TerminalOptions): string {
  const columns = Math.max(60, Math.min(width, 120));
  const ink = colour ? inks : plainInks;
  const words = qualityWords(summary);
  const lines = [
    ...folded(summary.run.scenario.question, columns).map(ink.strong),
    ...folded(outcomeLine(summary, words), columns).map(ink.soft),
    "",
    ...findings(summary).flatMap((finding) => wrapped(plain(`· ${finding}`), columns, "  ")),
    "",
    ...candidateLines(summary, columns, ink, words),
    "",
    ...spentLines(summary, columns, ink),
    ...cellLines(summary, columns, ink, words),
    ...decisionLines(summary, columns),
    ...loopText(summary.loops, columns),
    ...noticeLines(summary, columns, ink),
    ...failureLines(summary, columns, ink),
    ...wrapped(definitionLine(words), columns).map(ink.soft),
    ...(reportPath === null ? [] : ["", `Report: ${reportPath}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** Text from outside, in lines. */
const folded = (text: string, width: number) => wrapped(plain(text, 600), width, "  ");

const definitionLine = ({ title, inShort, isJudged }: QualityWords) =>
  `${isJudged ? `${title}: ${inShort}. In brackets the 95% Wilson interval, then n. ` : ""}TTFT: request sent to first byte of the first event, median / p95. KV cache: median bytes of a call, 1 KB = 1000 bytes. Cached: tokens read from the cache over those its rule predicts. —: unknown, which is not 0.`;

function outcomeLine({ run, scored, failed, skipped }: RunSummary, { done }: QualityWords): string {
  return [
    run.id,
    `${formatCount(scored)} ${done}`,
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
    ...(skipped === 0 ? [] : [`${formatCount(skipped)} skipped`]),
    `${formatCount(run.plannedTrials)} planned`,
    ...(run.status === "finished" ? [] : [run.status]),
  ].join(" · ");
}

/** The widest set of columns that fits. What is known of no option goes before anything that is known. */
function candidateLines(summary: RunSummary, width: number, ink: Inks, words: QualityWords): string[] {
  const options = optionRows(summary);
  const title = words.isJudged ? [words.title] : [];
  const beside = words.beside === null ? [] : [words.beside.title];
  const all = ["Candidate", ...title, ...beside, "KV cache", "TTFT", "Tokens/s", "Cached", "Cost"];
  const cellsOf = new Map(options.map((option) => [option, candidateCells(option, words)]));
  const isKnown = (name: string) =>
    ["Candidate", ...title].includes(name) || [...cellsOf.values()].some((cells) => cells[name] !== unknown);
  const narrower = [
    all,
    ["Candidate", ...title, ...beside, "KV cache", "TTFT", "Cost"],
    ["Candidate", ...title, "KV cache", "TTFT", "Cost"],
    ["Candidate", ...title, "KV cache", "TTFT"],
    ["Candidate", ...title],
  ];
  const layouts = [all, ...narrower.map((names) => names.filter(isKnown))];
  // Names of arms that are cut are no longer told apart: they are folded.
  const isFolded = hasArms(summary);
  const longest = Math.max(...options.map((option) => widthOf(optionName(option))));
  for (const names of layouts)
    for (const room of isFolded ? [longest, 34, 24].filter((room) => room <= longest) : [34, 24]) {
      const rows = options.flatMap((option) => {
        const cells = cellsOf.get(option)!;
        const name = plain(optionName(option), isFolded ? undefined : room);
        const [first, ...below] = isFolded ? wrapped(name, room, "  ") : [name];
        const values = names.slice(1).map((name) => cells[name]!);
        return [[first!, ...values], ...below.map((line) => [line])].map((row) => ({ option, row }));
      });
      const [heading, ...body] = textTable(
        names,
        rows.map(({ row }) => row),
      );
      if (widestOf([heading!, ...body]) <= width)
        return [
          ink.soft(heading!),
          ...body.map((line, index) => (isNoise(rows[index]!.option) ? ink.soft(line) : line)),
        ];
    }
  return options.map((option) => `${plain(optionName(option), width - 24)}  ${shareText(option.measures.quality)}`);
}

function candidateCells({ measures: total }: OptionRow, { title, beside }: QualityWords): Record<string, string> {
  const decode = total.decodeTokensPerSecond.all.median;
  const ttft = total.ttftMs.all;
  return {
    [title]: shareText(total.quality),
    ...(beside !== null && { [beside.title]: shareText(beside.of(total)) }),
    "KV cache": formatBytes(total.kvCacheBytes.median),
    TTFT: ttft.n === 0 ? unknown : `${formatMs(ttft.median)} / ${formatMs(ttft.p95)}`,
    "Tokens/s": decode === null ? unknown : formatSignificant(decode),
    Cached: formatShare(cacheShare(total)),
    Cost: costText(total.costUsd),
  };
}

/** What refused calls alone are known to cost, which is nothing, is no part of an unknown sum. */
const costText = ({ sum, unknown: missing, isAtMost }: CostTotal) =>
  missing > 0 && sum === 0
    ? unknown
    : `${sum !== null && isAtMost ? "≤" : ""}${formatUsd(sum)}${sum !== null && missing > 0 ? "+" : ""}`;

/** The headline by cell, as many cells as fit side by side; the last ones are those a longer context makes hard. */
function cellLines({ candidates }: RunSummary, width: number, ink: Inks, { title, isJudged }: QualityWords): string[] {
  const cells = candidates[0]?.cells ?? [];
  if (cells.length < 2 || !isJudged || hasArms({ candidates })) return [];
  const room = Math.min(34, Math.floor(width / 3));
  const lines: string[] = [];
  const columnWidth = candidates
    .flatMap((candidate) =>
      candidate.cells.map(({ quality, label }) => Math.max(label.length, shareText(quality).length)),
    )
    .reduce((most, one) => Math.max(most, one), 0);
  const side = Math.max(1, Math.floor((width - room) / (columnWidth + 2)));
  for (let first = 0; first < cells.length; first += side) {
    const shown = cells.slice(first, first + side);
    const rows = candidates.map((candidate) => [
      plain(candidate.candidate.id, room),
      ...candidate.cells.slice(first, first + side).map(({ quality }) => shareText(quality)),
    ]);
    const [heading, ...body] = textTable(
      [`${title} by ${cells[0]!.contextTokens === null ? "cell" : "context"}`, ...shown.map(({ label }) => label)],
      rows,
    );
    lines.push(
      ink.soft(heading!),
      ...body.map((line, index) => (isNoise(candidates[index]!) ? ink.soft(line) : line)),
      "",
    );
  }
  return lines;
}

function spentLines(summary: RunSummary, width: number, ink: Inks): string[] {
  if (isWithoutMoney(summary)) return [];
  const { run, spent } = summary;
  const paid = `The run paid ${boundOf(spent)}${spentText(summary)}.`;
  const sentences = [paid, ...judgeSentences(run), ...findingSentences(run)];
  const overCap = spent.overCap === null ? [] : folded(overCapSentence(spent.overCap), width).map(ink.warning);
  return [...sentences.flatMap((sentence) => folded(sentence, width)), ...overCap, ""];
}

const fixedNumberRemark =
  "Differences in this table are means over samples, and hold for a number of samples fixed beforehand.";

function decisionLines({ run, decision, sequential }: RunSummary, width: number): string[] {
  if (decision.options.length < 2 || decision.reference === null) return [];
  const more = `\`assay compare-runs ${run.id}\` compares them in full: costs, times, domination, when to check again.`;
  const said = [
    ...(sequential === null ? [] : [fixedNumberRemark]),
    ...(run.scenario.name === "grounding" ? [groundingRemark] : []),
    more,
  ];
  return [shortlistText(decision, width), "", ...said.flatMap((sentence) => wrapped(sentence, width, "  ")), ""];
}

const isNoise = ({ candidate }: Pick<CandidateSummary, "candidate">) => candidate.kind === "calibration specimen";

function noticeLines({ candidates }: RunSummary, width: number, ink: Inks): string[] {
  const noted = candidates.filter(({ candidate }) => candidate.notice !== null);
  if (noted.length === 0) return [];
  const lines = noted.flatMap(({ candidate }) => folded(`! ${candidate.id}: ${candidate.notice}`, width));
  return [...lines.map(ink.warning), ""];
}

const mostFailures = 5;
const trialsOf = (failures: RunSummary["failures"]) => failures.reduce((sum, { count }) => sum + count, 0);

function failureLines({ failures }: RunSummary, width: number, ink: Inks): string[] {
  if (failures.length === 0) return [];
  const lines = failures
    .slice(0, mostFailures)
    .flatMap((failure) =>
      folded(`${formatCount(failure.count)} × ${failure.class}, ${failure.candidate}: ${failure.message}`, width),
    );
  const others = failures.slice(mostFailures);
  const more =
    others.length > 0 ? [`${formatCount(trialsOf(others))} × ${formatCount(others.length)} other kinds`] : [];
  return [...[...lines, ...more].map(ink.failure), ""];
}

/** `94% [88–97] 120`. */
function shareText(share: Proportion | null): string {
  return share === null ? unknown : `${formatShare(share.share)} [${rangeText(share)}] ${formatCount(share.n)}`;
}

const rangeText = ({ interval }: Proportion) => formatShareRange(interval).replace(/%$/, "");

interface Inks {
  readonly strong: (text: string) => string;
  readonly soft: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly failure: (text: string) => string;
}

const ansi = (open: number, close: number) => (text: string) => `\u001b[${open}m${text}\u001b[${close}m`;

const inks: Inks = { strong: ansi(1, 22), soft: ansi(2, 22), warning: ansi(33, 39), failure: ansi(31, 39) };

const same = (text: string) => text;
const plainInks: Inks = { strong: same, soft: same, warning: same, failure: same };
