/** A decision in tables: the same rows for the terminal, for Markdown, for a page of its own and for a run's report. */
import {
  axisNames,
  type Check,
  type Comparison,
  type Decision,
  isHighest,
  listed,
  namesOrCount,
  type Option,
  sizeInPoints,
} from "../../decision/index.ts";
import { formatBytes, formatCount, formatMs, formatUsd, unknown } from "../../units/index.ts";
import type { DocumentCell, DocumentTable, TablesDocument } from "../tables-document.ts";
import { armTables } from "./arm-tables.ts";
import { amountLines, cell, lines, shareCell, shareLines } from "./cells.ts";
import { comparisonHead, comparisonRow } from "./comparison-row.ts";

export function decisionDocument(decision: Decision): TablesDocument {
  const { scenario, runs } = decision;
  return {
    title: scenario.question,
    lede: `${scenario.name}, version ${scenario.version}; ${runs.length === 1 ? "run" : "runs"} ${listed(runs.map(({ id }) => id))}`,
    headline: headlineOf(decision),
    tables: decisionTables(decision),
    remarks: remarksOf(decision),
  };
}

/** What it comes down to, in a sentence; of a run that stopped when it was clear, as far as it may be said. */
export function headlineOf(decision: Decision): string {
  const { options, reference, sequentialRuns } = decision;
  if (reference === null) return "Nothing was scored, so nothing can be said.";
  if (options.length === 1) return `${reference} is the only option.`;
  const verdict = verdictOf(decision, reference);
  return sequentialRuns.length === 0
    ? verdict
    : `Had the number of samples been fixed beforehand, which it was not: ${verdict}`;
}

function verdictOf({ options, pareto, comparisons, careAbout }: Decision, reference: string): string {
  const named = (verdicts: readonly Comparison["verdict"][]) =>
    comparisons.filter(({ verdict }) => verdicts.includes(verdict)).map(({ option }) => option);
  if (comparisons.every(({ quality }) => quality === null))
    return "No two options answered the same sample, so nothing can be said between them.";
  const open = named(["not told apart"]);
  const apart = named([null]);
  const better = named(["better"]);
  const own = options.find(({ id }) => id === reference)!;
  const equal = comparisons
    .filter(({ quality, leftOut }) => leftOut === 0 && quality !== null && Math.abs(quality.value) < 1e-12)
    .map(({ option }) => option);
  const lead = !isHighest(own, options)
    ? "does best on the samples that options share"
    : open.length + apart.length + better.length === 0
      ? "has the highest quality, and every other option is worse"
      : `has the highest quality measured${
          equal.length === 0 ? "" : `, and ${namesOrCount(equal, "other option")} the same`
        }`;
  const best = [
    `${reference} ${lead}.`,
    open.length === 0 ? "" : ` ${namesOrCount(open, "other option")} cannot be told apart from it.`,
    apart.length === 0 ? "" : ` With ${namesOrCount(apart, "other option")} it shares no answered sample.`,
    better.length === 0
      ? ""
      : ` On the samples that both answered, ${namesOrCount(better, "other option")} did better.`,
  ].join("");
  const asGood = comparisons.filter(({ isNotWorse }) => isNotWorse).map(({ option }) => option);
  const good =
    asGood.length === 0 ? "" : ` Not worse by ${sizeInPoints(careAbout)}: ${namesOrCount(asGood, "option")}.`;
  const left =
    pareto.length === options.length
      ? " No option is dominated."
      : ` Not dominated: ${namesOrCount(pareto, "option")}.`;
  return best + good + left;
}

export const shortlistTable = ({ shortlist }: Pick<Decision, "shortlist">): DocumentTable => ({
  title: "Shortlist",
  note: null,
  head: ["Option", "For it", "Against it"],
  rows: shortlist.map(({ option, reasons, against }) => [cell(option), lines(reasons), lines(against)]),
});

const mostNamed = 20;

export function decisionTables(decision: Decision): DocumentTable[] {
  const { options, calibration, comparisons, baseline, checks, arms, dominated, differences, runs } = decision;
  const { changedSamples } = decision;
  const filled = (table: DocumentTable) => (table.rows.length === 0 ? [] : [table]);
  const isBaseline = baseline?.option === decision.reference;
  return [
    ...filled(shortlistTable(decision)),
    ...filled(optionTable(decision, [...options, ...calibration])),
    ...filled({
      title: "Samples that ask different things",
      note: "They have one name in several runs, and another question, right answer or material there: they are in no comparison between these runs.",
      head: ["Sample"],
      rows: [
        ...changedSamples.slice(0, mostNamed).map((name) => [cell(name)]),
        ...(changedSamples.length > mostNamed
          ? [[cell(`and ${formatCount(changedSamples.length - mostNamed)} more`)]]
          : []),
      ],
    }),
    ...filled({
      title: decision.reference === null ? "Compared" : `Compared with ${decision.reference}`,
      note: `The option that does best on the samples that options share${isBaseline ? ", and the baseline that was named" : ""}${options.length > 2 ? `; the highest of several leans upwards, so p is Holm's, over all ${formatCount((options.length * (options.length - 1)) / 2)} pairs of options` : ""}. The same samples on both sides; differences are the option's quality less the other's.`,
      head: comparisonHead,
      rows: comparisons.map((comparison) => comparisonRow(comparison, decision.careAbout)),
    }),
    ...filled({
      title: baseline === null ? "" : `Compared with ${baseline.option}`,
      note: "The baseline that was named; p is Holm's, over these comparisons.",
      head: comparisonHead,
      rows: (isBaseline ? [] : (baseline?.comparisons ?? [])).map((comparison) =>
        comparisonRow(comparison, decision.careAbout),
      ),
    }),
    ...filled({
      title: "Dominated",
      note: "Not worse in quality by what matters, surely better in something, worse in nothing.",
      head: ["Option", "By", "Because"],
      rows: dominated.map(({ option, by, because }) => [cell(option), cell(by), lines(because)]),
    }),
    ...arms.flatMap((one) => armTables(one, decision)).flatMap(filled),
    ...filled({
      title: "When to check again",
      note: null,
      head: ["When", "Because", "Do"],
      rows: checks.map((check) => [cell(whenText(check)), cell(check.because), cell(check.action)]),
    }),
    ...filled({
      title: "Where the runs differ",
      note: "Settings and versions besides the candidates.",
      head: ["Setting", ...runs.map(({ id }) => id)],
      rows: differences.map(({ name, values }) => [
        cell(name),
        ...values.map((value) => (value === null ? [] : cell(value.length > 60 ? `${value.slice(0, 59)}…` : value))),
      ]),
    }),
  ];
}

export const whenText = ({ by, isDue }: Check): string =>
  by === null ? (isDue ? "now" : "on change") : isDue ? `since ${by}` : `by ${by}`;

/** Before a cost that is no more than that. */
const bound =
  ({ costIsAtMost }: Option) =>
  (usd: string) =>
    costIsAtMost ? `≤ ${usd}` : usd;

function optionTable(decision: Decision, options: readonly Option[]): DocumentTable {
  const { callsPerMonth, pareto } = decision;
  const volume = callsPerMonth === null ? "1,000 calls" : `a month, ${formatCount(callsPerMonth)} calls`;
  const amount = ({ costUsd, costWithoutCacheUsd }: Option) => {
    const of = callsPerMonth === null ? "perThousandCalls" : "perMonth";
    return { paid: costUsd[of], bare: costWithoutCacheUsd[of] };
  };
  return {
    title: "Options",
    note: `Means with 95% intervals, clustered by document. Costs and times are those of a sample's first asking, times its median; KV cache that of a call.${callsPerMonth === null ? " No volume was given, so costs are those of 1,000 calls." : ""}`,
    head: ["Option", "Answered", "Quality", `Cost, ${volume}`, "Cost of a right answer", "TTFT", "E2E", "KV cache"],
    rows: options.map((option) => {
      const { paid, bare } = amount(option);
      const isPareto = pareto.includes(option.id);
      return [
        [
          {
            text: option.id,
            marks:
              option.kind === "calibration specimen" ? ["calibration: no choice"] : isPareto ? ["not dominated"] : [],
          },
        ],
        [
          ...(option.reliability === null ? cell(unknown) : shareLines(option.reliability)),
          ...(option.failed > 0 ? [{ text: `${formatCount(option.failed)} failed`, marks: paidMarks(option) }] : []),
          ...(option.skipped > 0 ? [{ text: `${formatCount(option.skipped)} skipped` }] : []),
        ],
        shareCell(option.quality),
        [
          ...amountLines(paid, formatUsd, bound(option)),
          ...(paid === null
            ? [{ text: unknown, marks: costMarks(option) }]
            : bare !== null && isAlike(bare.value, paid.value)
              ? []
              : amountLines(bare, formatUsd, (usd) => `${usd} without caching`)),
        ],
        amountLines(option.costUsd.perCorrectAnswer, formatUsd, bound(option)),
        timesCell(option.ttftMs),
        timesCell(option.e2eMs),
        amountLines(option.kvCacheBytes, (bytes) => formatBytes(bytes)),
      ];
    }),
  };
}

const timesCell = ({ median, p95 }: Option["ttftMs"]): DocumentCell => [
  ...amountLines(median, formatMs),
  ...amountLines(p95, formatMs, (ms) => `p95 ${ms}`),
];

const paidMarks = ({ failedPaid }: Option): string[] =>
  failedPaid === 0 ? [] : [`${formatCount(failedPaid)} paid for`];

/** But for rounding. */
const isAlike = (one: number, other: number) => Math.abs(one - other) <= 1e-9 * other;

const costMarks = ({ costKnown, costUnknown, scored }: Option): string[] =>
  costKnown === 0 ? [] : [`${formatCount(costUnknown)} of ${formatCount(scored)} not known`];

/** A run's tables show the two apart, and only the first as the headline. */
export const groundingRemark =
  "Quality here: grounded answers and right abstentions together. Grounded, in the tables of a run, leaves abstentions out.";

export function remarksOf(decision: Decision): string[] {
  const { scenario, callsPerMonth, careAbout, options, sequentialRuns, isPairedByName, differences } = decision;
  const unknownAxes = (["costUsd", "ttftMs", "kvCacheBytes"] as const).filter((axis) =>
    options.every(
      (option) =>
        (axis === "costUsd"
          ? option.costUsd.perCall
          : axis === "ttftMs"
            ? option.ttftMs.median
            : option.kvCacheBytes) === null,
    ),
  );
  return [
    ...(sequentialRuns.length === 0
      ? []
      : [
          `${listed(sequentialRuns)} stopped as soon as it was clear, or could have: what holds at whatever look it stopped is the difference that its own report puts first, a mean over documents, for which it was planned. Differences, p and verdicts here are means over samples, of a number of samples fixed beforehand; they may say more than the run does.`,
        ]),
    ...(scenario.name === "grounding" ? [groundingRemark] : []),
    `Quality: the mean of an answer's worst score, or of the scenario's headline; failed trials count in none, but as not answered. Intervals hold with 95%, with samples of one document taken together. ${sizeInPoints(careAbout)} of quality is what was said to matter.`,
    ...(isPairedByName
      ? ["Some records do not tell what was asked: there, samples of one name are taken as the same question."]
      : []),
    ...options
      .filter(({ costIsAtMost }) => costIsAtMost)
      .map(
        ({ id }) =>
          `${id} does not say what it reads from its cache: its costs are the most that they can be, as if nothing had been read.`,
      ),
    ...(callsPerMonth === null
      ? [
          `${differences.some(({ name }) => name === "volume") ? "The runs were given different volumes" : "No volume was given"}: say with --volume how many calls a month there are.`,
        ]
      : []),
    ...(unknownAxes.length === 0
      ? []
      : [
          `Not known of any option, so no reason for or against one: ${unknownAxes.map((axis) => axisNames[axis]).join(", ")}.`,
        ]),
    "Costs are those of a sample's first asking, retries included, where it was answered, or failed and is known to have cost something; with embedding the question and reranking for it, without what embedding the material or a judge costs. A cost is unknown where that of one answered call is.",
    `${unknown}: unknown, which is not 0. No interval: all values are alike, or too few.`,
  ];
}
