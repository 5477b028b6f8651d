/** A judge's preferences in tables. */

import { counted, listed, namesOrCount, type Preferences, type PreferredPair } from "../decision/index.ts";
import type { RunInfo } from "../evals/index.ts";
import { formatCount, formatUsd } from "../units/index.ts";
import { pText, shareCell } from "./decision/cells.ts";
import { overCapSentence } from "./spending-words.ts";
import type { DocumentCell, TablesDocument } from "./tables-document.ts";

export function preferencesDocument({ run, judge, pairs, costUsd, knownUsd }: Preferences): TablesDocument {
  const { runs, against, rubric } = run.preference!;
  return {
    title: run.scenario.question,
    lede: `Run ${run.id}: answers of ${runs.length === 1 ? "run" : "runs"} ${listed(runs)}`,
    headline: headlineOf(pairs, judge, against),
    tables: [
      {
        title: `Preferred to ${against}`,
        note: "Share of samples on which the judge prefers the option, ties counted half; each pair is judged twice, with the answers in both places, and verdicts that disagree are a tie.",
        head: ["Option", "Preferred", "Verdict", "Better", "Worse", "Tie", "Same verdict in both places"],
        rows: pairs.map(rowOf),
      },
    ],
    remarks: [
      `Asked: “${rubric}”`,
      "Intervals are 95 %, clustered by document; p is of a sign-flip test by document, after Holm's correction over the options.",
      "A judge is not a person: it favours long answers and those of its own family. Read some of its verdicts with `assay show`.",
      ...pairs.flatMap(remarksOn),
      costText({ costUsd, knownUsd }, run.logged),
      ...(run.logged?.overCap == null ? [] : [overCapSentence(run.logged.overCap)]),
    ],
  };
}

function costText({ costUsd, knownUsd }: Pick<Preferences, "costUsd" | "knownUsd">, logged: RunInfo["logged"]): string {
  const { calls, knownUsd: brokenOffUsd } = logged?.brokenOff ?? { calls: 0, knownUsd: 0 };
  const all =
    costUsd !== null
      ? `The judge cost ${formatUsd(costUsd)}`
      : knownUsd === 0
        ? "What the judge cost is not known"
        : `The judge cost at least ${formatUsd(knownUsd)}`;
  return calls === 0
    ? `${all}.`
    : `${all}; ${costUsd === null ? "at least " : ""}${formatUsd(brokenOffUsd)} of it is for ${counted(calls, "call")} of comparisons that were broken off.`;
}

function headlineOf(pairs: readonly PreferredPair[], judge: string, against: string): string {
  const named = (counts: (pair: PreferredPair) => boolean) =>
    namesOrCount(
      pairs.filter(counts).map(({ option }) => option),
      "option",
    );
  const has = (counts: (pair: PreferredPair) => boolean, sentence: (names: string) => string) =>
    pairs.some(counts) ? [sentence(named(counts))] : [];
  const is = (verdict: PreferredPair["verdict"]) => (pair: PreferredPair) =>
    pair.preferred !== null && pair.verdict === verdict;
  return [
    ...has(is("preferred"), (names) => `${judge} prefers ${names} to ${against}.`),
    ...has(is("not preferred"), (names) => `${judge} prefers ${against} to ${names}.`),
    ...has(is("not told apart"), (names) => `${judge} does not tell ${names} from ${against}.`),
    ...has(
      ({ preferred }) => preferred === null,
      (names) => `Nothing was judged of ${names}.`,
    ),
  ].join(" ");
}

const rowOf = (pair: PreferredPair): DocumentCell[] => [
  [{ text: pair.option }],
  shareCell(pair.preferred),
  [{ text: pair.verdict, marks: pair.preferred === null ? [] : [`p ${pText(pair.adjustedP)}`] }],
  [{ text: formatCount(pair.wins) }],
  [{ text: formatCount(pair.losses) }],
  [
    { text: formatCount(pair.ties + pair.same + pair.contradicted) },
    ...(pair.same > 0 ? [{ text: `${formatCount(pair.same)} the same answer` }] : []),
    ...(pair.contradicted > 0 ? [{ text: `${formatCount(pair.contradicted)} contradicted` }] : []),
  ],
  shareCell(pair.consistency),
];

function remarksOn({ option, failed, open, leftOut }: PreferredPair): string[] {
  const counts = [
    [failed, "on which the judge's call failed or said nothing readable"],
    [open, "not judged yet"],
    [leftOut, "that only one of the two answered"],
  ] as const;
  const parts = counts.flatMap(([count, what]) => (count > 0 ? [`${counted(count, "sample")} ${what}`] : []));
  return parts.length === 0 ? [] : [`Not counted for ${option}: ${listed(parts)}.`];
}
