/** Two options side by side in a row: by how much, the verdict, and how many samples would tell more. */
import { type Comparison, sizeInPoints } from "../../decision/index.ts";
import { formatCount } from "../../units/index.ts";
import type { CellLine, DocumentCell } from "../tables-document.ts";
import { cell, pointsCell, pText, ratioLines } from "./cells.ts";

export const comparisonHead = ["Option", "Quality", "Verdict", "Cost", "TTFT", "KV cache"];

export function comparisonRow(comparison: Comparison, careAbout: number): DocumentCell[] {
  const { option, quality, leftOut } = comparison;
  return [
    cell(option),
    pointsCell(quality, leftOut),
    [
      {
        text: verdictText(comparison, careAbout),
        marks: quality === null ? [] : [`p ${pText(quality.adjustedP)}`],
      },
      ...moreText(comparison, careAbout),
    ],
    ratioLines(comparison.costUsd),
    ratioLines(comparison.ttftMs),
    ratioLines(comparison.kvCacheBytes),
  ];
}

export function verdictText({ verdict, isAsGood, isNotWorse }: Comparison, careAbout: number): string {
  if (verdict === null) return "nothing to compare";
  const within = `as good within ${sizeInPoints(careAbout)}`;
  if (isAsGood) return verdict === "not told apart" ? within : `${verdict}, but ${within}`;
  if (verdict === "not told apart" && isNotWorse) return `not told apart; not worse by ${sizeInPoints(careAbout)}`;
  return verdict;
}

/** How many samples it takes, where more of them would help. */
function moreText({ verdict, isAsGood, quality, needed }: Comparison, careAbout: number): CellLine[] {
  if (verdict !== "not told apart" || isAsGood || quality === null) return [];
  if (needed === null) return [{ text: "no number of samples about one document would tell" }];
  if (needed.samples <= quality.n) return [];
  const documents = quality.n === quality.documents ? "" : ` about ${formatCount(needed.clusters)} documents`;
  return [
    {
      text: `${formatCount(needed.samples)} samples${documents} detect ${sizeInPoints(careAbout)} with a power of 0.8`,
    },
  ];
}
