/** A job's arms in tables: against all of the material, what was missed, what preparing took, by length. */
import type { ArmsOf, ByLength, Change, Decision } from "../../decision/index.ts";
import type { Interval } from "../../stats/index.ts";
import { formatCount, formatRange, formatShare, formatShareRange, formatTokens, formatUsd } from "../../units/index.ts";
import type { DocumentCell, DocumentTable } from "../tables-document.ts";
import { cell, pointsCell, pText, ratioLines } from "./cells.ts";
import { comparisonRow } from "./comparison-row.ts";

const withoutCaching = " without caching";

export function armTables({ candidate, runId, arms, againstWhole }: ArmsOf, decision: Decision): DocumentTable[] {
  const inRun = decision.arms.filter((one) => one.candidate === candidate).length > 1 ? ` · ${runId}` : "";
  const of = decision.arms.length > 1 ? `, ${candidate}${inRun}` : "";
  return [
    {
      title: `${againstWhole.length === 1 ? againstWhole[0]!.arm : "Other arms"} against all of the material${of}`,
      note: "The arm less all of the material, or as a multiple of it; p is Holm's, over the arms.",
      head: ["Arm", "Quality", "Verdict", "Cost", "Cost of a right answer", "Length"],
      rows: againstWhole.map(({ arm, comparison, costPerCorrect, costPerCorrectWithoutCache, byLength }) => {
        const [, quality = [], verdict = [], cost = []] = comparisonRow(comparison, decision.careAbout);
        return [
          cell(arm),
          quality,
          verdict,
          [...cost, ...ratioLines(comparison.costWithoutCacheUsd, withoutCaching)],
          [...ratioLines(costPerCorrect), ...ratioLines(costPerCorrectWithoutCache, withoutCaching)],
          byLength === null ? [] : lengthLines(byLength),
        ];
      }),
    },
    {
      title: `What was missed${of}`,
      note: "Scored trials. Of wrong answers: the right one stood in what the model was given, or only elsewhere in the material, or that cannot be told. Right all the same: without having been given it.",
      head: [
        "Arm",
        "Right",
        "The model missed it",
        "Retrieval missed it",
        "Wrong, cannot be told",
        "Right all the same",
      ],
      rows: arms.map(({ arm, misses: { right, wrong, retrievalShare } }) => [
        cell(arm),
        cell(formatCount(right.held + right.notHeld + right.unknown)),
        cell(formatCount(wrong.held)),
        [
          {
            text: formatCount(wrong.notHeld),
            marks:
              retrievalShare === null || arm === "whole"
                ? []
                : [
                    `${formatShare(retrievalShare.value)}${retrievalShare.interval === null ? "" : ` (${formatShareRange(retrievalShare.interval)})`} of those known`,
                  ],
          },
        ],
        cell(formatCount(wrong.unknown)),
        cell(formatCount(right.notHeld)),
      ]),
    },
    {
      title: `To prepare${of}`,
      note: "Embedding all of the material, once, however many questions follow: in the cost of no answer. Embedding a question, and reranking for it, is in the cost of its answers.",
      head: ["Arm", "Cost", "Tokens"],
      rows: arms.flatMap(({ arm, toPrepare }) =>
        toPrepare === null || toPrepare.tokens === 0
          ? []
          : [[cell(arm), cell(formatUsd(toPrepare.usd)), cell(formatTokens(toPrepare.tokens))]],
      ),
    },
    ...againstWhole.flatMap(({ arm, byLength }) =>
      byLength === null || byLength.bins.length < 2 ? [] : [lengthTable(`By length: ${arm}${of}`, byLength)],
    ),
  ];
}

function lengthTable(title: string, { bins }: ByLength): DocumentTable {
  return {
    title,
    note: "By the tokens of the prompt with all of the material. p is Holm's over the bins; cost intervals hold in all bins at once.",
    head: ["Tokens", "Quality", "p", "Cost of a right answer", "Without caching"],
    rows: bins.map(({ fromTokens, toTokens, quality, costPerCorrect, costPerCorrectWithoutCache }) => [
      cell(`${formatTokens(fromTokens)}–${formatTokens(toTokens)}`),
      pointsCell(quality),
      cell(pText(quality.adjustedP)),
      ratioLines(costPerCorrect),
      ratioLines(costPerCorrectWithoutCache),
    ]),
  };
}

/** Where the better arm changes, by quality and by cost. */
function lengthLines(byLength: ByLength): DocumentCell {
  const { bins, quality, costPerCorrect, costPerCorrectWithoutCache } = byLength;
  const range = `${formatTokens(bins[0]!.fromTokens)}–${formatTokens(bins.at(-1)!.toTokens)} tokens`;
  if (bins.length < 2) return [{ text: `too few documents or lengths to tell lengths apart, ${range}` }];
  return [
    { text: changeText("quality", quality, range) },
    ...(bins.every((bin) => bin.costPerCorrect === null)
      ? []
      : [
          { text: changeText("cost of a right answer", costPerCorrect, range) },
          { text: changeText("the same without caching", costPerCorrectWithoutCache, range) },
        ]),
  ];
}

function changeText(of: string, { better, at }: Change, range: string): string {
  const name = (side: 1 | -1) => (side === 1 ? "this arm" : "all of the material");
  if (at === null) {
    const sides = new Set(better.filter((side) => side !== 0));
    const said =
      sides.size === 1
        ? `; ${name([...sides][0]!)} is better in ${formatCount(better.filter((side) => side !== 0).length)} of ${formatCount(better.length)} bins`
        : "";
    return `${of}: no change seen within ${range}${said}`;
  }
  const { below, betweenTokens, estimateTokens, intervalTokens } = at;
  const place =
    estimateTokens === null
      ? `between ${formatRange(rounded(betweenTokens), formatTokens)} tokens`
      : `at about ${formatTokens(Math.round(estimateTokens))} tokens${intervalTokens === null ? "" : ` (${formatRange(rounded(intervalTokens), formatTokens)})`}`;
  return `${of}: ${name(below)} is better below, ${name(below === 1 ? -1 : 1)} above; it changes ${place}`;
}

const rounded = ({ low, high }: Interval): Interval => ({ low: Math.round(low), high: Math.round(high) });
