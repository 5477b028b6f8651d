/** A run on the terminal: what it shows in sentences, the candidates side by side, and what every number means. */
import {
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
  formatShareRange,
  formatTokensPerSecond,
  formatUsd,
} from "../units/index.ts";
import { definitions } from "./definitions.ts";
import { findings } from "./findings.ts";
import type { CandidateSummary, RunSummary } from "./summary.ts";
import { cacheShare, kindOf } from "./tables.ts";

export interface TerminalOptions {
  readonly colour: boolean;
  /** Characters a line may have. */
  readonly width: number;
  /** Null where no report was written. */
  readonly reportPath: string | null;
}

export function terminalSummary(summary: RunSummary, { colour, width, reportPath }: TerminalOptions): string {
  const { run, scored, failed, skipped } = summary;
  const paint = painter(colour);
  const counts = [
    `${formatCount(scored)} of ${formatCount(run.plannedTrials)} trials scored`,
    failed > 0 ? paint.bad(`${formatCount(failed)} failed`) : "none failed",
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
    ...(run.status === "finished" ? [] : [paint.bad(run.status)]),
  ];
  const sections = [
    `${paint.strong(run.scenario.question)}\n${run.id} · ${counts.join(" · ")}`,
    findings(summary)
      .map((finding) => wrapped(finding, width, "  ").replace(/^ /, "·"))
      .join("\n"),
    candidateTable(summary, paint, width),
    groundedByCell(summary, paint, width),
    noticesOf(summary, paint, width),
    definitionLines(width).map(paint.quiet).join("\n"),
    ...(reportPath === null ? [] : [`Report: ${paint.strong(reportPath)}`]),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** The terms that the two tables use; the page has all of them. */
const termsShown = ["Grounded", "Abstains", "KV cache", "TTFT", "Expected from cache", "—"];

const definitionLines = (width: number) =>
  definitions.filter(({ term }) => termsShown.includes(term)).flatMap(({ term, meaning }) => wrapped(`${term}: ${meaning}.`, width, "  ", "").split("\n"));

function candidateTable({ candidates }: RunSummary, paint: Painter, width: number): string {
  const rows = candidates.map(({ candidate, total }) => [
    candidate.id,
    kindOf(candidate),
    judged(candidate, `${formatShare(total.grounded?.share ?? null)} ${total.grounded === null ? "" : formatShareRange(total.grounded.interval)}`),
    judged(candidate, formatShare(total.abstained?.share ?? null)),
    formatBytes(total.kvCacheBytes.median),
    formatMs(total.ttftMs.cold.median),
    formatMs(total.ttftMs.warm.median),
    formatTokensPerSecond(total.decodeTokensPerSecond.all.median),
    formatShare(cacheShare(total)),
    formatUsd(total.costUsd.sum),
  ]);
  const head = ["candidate", "kind", "grounded 95 %", "abstains", "KV cache", "TTFT cold", "warm", "decoding", "of expected", "cost"];
  return [paint.strong("Each candidate, over all contexts (medians of a call)"), ...columns(head, rows, paint, width)].join("\n");
}

/** Random weights have nothing to be right with: their share would only invite a comparison. */
const judged = ({ kind }: CandidateSummary["candidate"], text: string) => (kind === "calibration specimen" ? "·" : text.trim());

function groundedByCell({ candidates }: RunSummary, paint: Painter, width: number): string {
  const able = candidates.filter(({ candidate }) => candidate.kind !== "calibration specimen");
  const labels = able[0]?.cells.map(({ label }) => label) ?? [];
  if (labels.length === 0) return "";
  const rows = able.map(({ candidate, cells }) => [
    candidate.id,
    ...cells.map(({ grounded, contextTokens }) => {
      const trained = candidate.trainedContextTokens;
      const beyond = trained !== null && contextTokens !== null && contextTokens > trained ? "*" : "";
      return grounded === null ? "—" : `${formatShare(grounded.share)}${beyond} ${formatShareRange(grounded.interval)} n ${grounded.n}`;
    }),
  ]);
  const remark = rows.some((row) => row.some((cell) => cell.includes("*"))) ? [paint.quiet("* beyond the context that it was trained for")] : [];
  return [paint.strong("Grounded, by context"), ...columns(["candidate", ...labels], rows, paint, width), ...remark].join("\n");
}

function noticesOf({ candidates }: RunSummary, paint: Painter, width: number): string {
  const byNotice = Map.groupBy(
    candidates.filter(({ candidate }) => candidate.notice !== null),
    ({ candidate }) => candidate.notice!,
  );
  return [...byNotice]
    .map(([notice, of]) => {
      const ids = of.map(({ candidate }) => candidate.id).join(", ");
      return paint.warn(wrapped(`${ids}: ${notice}`, width, "  ", ""));
    })
    .join("\n");
}

/** As many columns as fit side by side; the rest follow below under the same first column. */
function columns(head: readonly string[], rows: readonly (readonly string[])[], paint: Painter, width: number): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const blocks: number[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (let column = 1; column < head.length; column++) {
    const wanted = widths[column]! + 2;
    if (used + wanted > width) {
      blocks.push([0]);
      used = widths[0]!;
    }
    blocks.at(-1)!.push(column);
    used += wanted;
  }
  return blocks.flatMap((block, index) => {
    const line = (cells: readonly string[]) => block.map((column) => cells[column]!.padEnd(widths[column]!)).join("  ").trimEnd();
    return [...(index > 0 ? [""] : []), paint.quiet(line(head)), ...rows.map(line)];
  });
}

interface Painter {
  readonly strong: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

function painter(colour: boolean): Painter {
  const with_ = (code: number) => (text: string) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  return { strong: with_(1), quiet: with_(2), warn: with_(33), bad: with_(31) };
}

/** @param first what the first line begins with; the others begin with `indent` */
function wrapped(text: string, width: number, indent: string, first = indent): string {
  const lines = [first];
  for (const word of text.split(" ")) {
    const last = lines.at(-1)!;
    const isStart = last.trim() === "" && (last === first || last === indent);
    if (!isStart && last.length + 1 + word.length > width) lines.push(indent + word);
    else lines[lines.length - 1] = isStart ? last + word : `${last} ${word}`;
  }
  return lines.join("\n");
}
