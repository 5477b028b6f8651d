/** A decision in tables: the same rows for the terminal, for Markdown, for a page of its own and for a run's report. */
import {
  type ArmsOf,
  axisNames,
  type ByLength,
  basis,
  type Change,
  type Check,
  type Comparison,
  type Decision,
  type Estimate,
  factor,
  listed,
  namesOrCount,
  type Option,
  points,
  rangeText,
  sizeInPoints,
} from "../../decision/index.ts";
import {
  formatBytes,
  formatCount,
  formatMs,
  formatRange,
  formatShare,
  formatShareRange,
  formatTokens,
  formatUsd,
  unknown,
} from "../../units/index.ts";
import type { CellLine, DocumentCell, DocumentTable, TablesDocument } from "../tables-document.ts";

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
  const open = named(["not told apart", null]);
  const better = named(["better"]);
  const best = [
    open.length + better.length === 0
      ? `${reference} has the highest quality, and every other option is worse.`
      : `${reference} has the highest quality measured.`,
    open.length === 0 ? "" : ` ${namesOrCount(open, "other option")} cannot be told apart from it.`,
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
      note: `The option with the highest quality measured${isBaseline ? ", and the baseline that was named" : ""}${options.length > 2 ? `; the highest of several leans upwards, so p is Holm's, over all ${formatCount((options.length * (options.length - 1)) / 2)} pairs of options` : ""}. The same samples on both sides; differences are the option's quality less the other's.`,
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
          {
            text: option.reliability === null ? unknown : formatShare(option.reliability.value),
            marks: markOf(option.reliability, shareRange),
          },
          ...(option.failed > 0 ? [{ text: `${formatCount(option.failed)} failed`, marks: paidMarks(option) }] : []),
          ...(option.skipped > 0 ? [{ text: `${formatCount(option.skipped)} skipped` }] : []),
        ],
        option.quality === null
          ? []
          : [
              {
                text: formatShare(option.quality.value),
                marks: [...markOf(option.quality, shareRange), basis(option.quality)],
              },
            ],
        [
          ...estimateLine(paid, formatUsd),
          ...(paid === null
            ? [{ text: unknown, marks: costMarks(option) }]
            : bare === null || isAlike(bare.value, paid.value)
              ? []
              : [
                  {
                    text: `${formatUsd(bare.value)} without caching`,
                    marks: markOf(bare, (interval) => rangeText(interval, formatUsd)),
                  },
                ]),
        ],
        [...estimateLine(option.costUsd.perCorrectAnswer, formatUsd)],
        [...estimateLine(option.ttftMs.median, formatMs), ...tail(option.ttftMs.p95)],
        [...estimateLine(option.e2eMs.median, formatMs), ...tail(option.e2eMs.p95)],
        [...estimateLine(option.kvCacheBytes, (bytes) => formatBytes(bytes))],
      ];
    }),
  };
}

const tail = (p95: Estimate | null): CellLine[] =>
  p95 === null
    ? []
    : [{ text: `p95 ${formatMs(p95.value)}`, marks: markOf(p95, (interval) => rangeText(interval, formatMs)) }];

const paidMarks = ({ failedPaid }: Option): string[] =>
  failedPaid === 0 ? [] : [`${formatCount(failedPaid)} paid for`];

/** But for rounding. */
const isAlike = (one: number, other: number) => Math.abs(one - other) <= 1e-9 * other;

const costMarks = ({ costKnown, costUnknown, scored }: Option): string[] =>
  costKnown === 0 ? [] : [`${formatCount(costUnknown)} of ${formatCount(scored)} not known`];

type Range = NonNullable<Estimate["interval"]>;
const shareRange = (interval: Range) => formatShareRange(interval);

const estimateLine = (
  estimate: Estimate | null,
  format: (value: number) => string,
  range: (interval: Range) => string = (interval) => rangeText(interval, format),
): CellLine[] => (estimate === null ? [] : [{ text: format(estimate.value), marks: markOf(estimate, range) }]);

const markOf = (estimate: Estimate | null, range: (interval: Range) => string): string[] =>
  estimate === null ? [] : [estimate.interval === null ? noInterval(estimate) : range(estimate.interval)];

const noInterval = ({ n, documents }: Estimate): string =>
  documents < 2 ? `one document, n ${formatCount(n)}` : "no interval";

const comparisonHead = ["Option", "Quality", "Verdict", "Cost", "TTFT", "KV cache"];

function comparisonRow(comparison: Comparison, careAbout: number): DocumentCell[] {
  const { option, quality, leftOut } = comparison;
  const ratio = (estimate: Comparison["costUsd"]): DocumentCell =>
    estimate === null ? [] : [{ text: `× ${factor(estimate.value)}`, marks: ratioMarks(estimate) }];
  return [
    cell(option),
    quality === null
      ? []
      : [
          {
            text: `${points(quality.value)} points`,
            marks: [
              ...markOf(quality, pointRange),
              `${basis(quality)}${leftOut === 0 ? "" : `, ${formatCount(leftOut)} left out`}`,
            ],
          },
        ],
    [
      {
        text: verdictText(comparison, careAbout),
        marks: quality === null ? [] : [`p ${pText(quality.adjustedP)}`],
      },
      ...moreText(comparison, careAbout),
    ],
    ratio(comparison.costUsd),
    ratio(comparison.ttftMs),
    ratio(comparison.kvCacheBytes),
  ];
}

const ratioMarks = ({ value, interval, n, documents }: Estimate): string[] => [
  value === Number.POSITIVE_INFINITY
    ? "the other costs nothing"
    : interval === null
      ? documents < 2
        ? `one document, n ${formatCount(n)}`
        : "the same in every sample"
      : formatRange(interval, factor),
];

/** In one piece where lines are folded. */
const pointRange = (range: Range) => formatRange(range, points).replaceAll(" ", "\u00a0");

export const pText = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

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

function armTables({ candidate, runId, arms, againstWhole }: ArmsOf, decision: Decision): DocumentTable[] {
  const inRun = decision.arms.filter((one) => one.candidate === candidate).length > 1 ? ` · ${runId}` : "";
  const of = decision.arms.length > 1 ? `, ${candidate}${inRun}` : "";
  return [
    {
      title: `${againstWhole.length === 1 ? againstWhole[0]!.arm : "Other arms"} against all of the material${of}`,
      note: "The arm less all of the material, or as a multiple of it; p is Holm's, over the arms.",
      head: ["Arm", "Quality", "Verdict", "Cost", "Cost of a right answer", "Length"],
      rows: againstWhole.map(({ arm, comparison, costPerCorrect, costPerCorrectWithoutCache, byLength }) => {
        const [, quality = [], verdict = [], cost = []] = comparisonRow(comparison, decision.careAbout);
        const bare = comparison.costWithoutCacheUsd;
        return [
          cell(arm),
          quality,
          verdict,
          [
            ...cost,
            ...(bare === null ? [] : [{ text: `× ${factor(bare.value)} without caching`, marks: ratioMarks(bare) }]),
          ],
          [
            ...(costPerCorrect === null
              ? []
              : [{ text: `× ${factor(costPerCorrect.value)}`, marks: ratioMarks(costPerCorrect) }]),
            ...(costPerCorrectWithoutCache === null
              ? []
              : [
                  {
                    text: `× ${factor(costPerCorrectWithoutCache.value)} without caching`,
                    marks: ratioMarks(costPerCorrectWithoutCache),
                  },
                ]),
          ],
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
  const ratio = (estimate: Estimate | null): DocumentCell =>
    estimate === null ? [] : [{ text: `× ${factor(estimate.value)}`, marks: ratioMarks(estimate) }];
  return {
    title,
    note: "By the tokens of the prompt with all of the material. p is Holm's over the bins; cost intervals hold in all bins at once.",
    head: ["Tokens", "Quality", "p", "Cost of a right answer", "Without caching"],
    rows: bins.map(({ fromTokens, toTokens, quality, costPerCorrect, costPerCorrectWithoutCache }) => [
      cell(`${formatTokens(fromTokens)}–${formatTokens(toTokens)}`),
      [
        {
          text: `${points(quality.value)} points`,
          marks: [...markOf(quality, pointRange), basis(quality)],
        },
      ],
      cell(pText(quality.adjustedP)),
      ratio(costPerCorrect),
      ratio(costPerCorrectWithoutCache),
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

const rounded = ({ low, high }: Range): Range => ({ low: Math.round(low), high: Math.round(high) });

/** A run's tables show the two apart, and only the first as the headline. */
export const groundingRemark =
  "Quality here: grounded answers and right abstentions together. Grounded, in the tables of a run, leaves abstentions out.";

export function remarksOf(decision: Decision): string[] {
  const { scenario, callsPerMonth, careAbout, options, sequentialRuns, isPairedByName } = decision;
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
    ...(callsPerMonth === null ? ["No volume was given: say with --volume how many calls a month there are."] : []),
    ...(unknownAxes.length === 0
      ? []
      : [
          `Not known of any option, so no reason for or against one: ${unknownAxes.map((axis) => axisNames[axis]).join(", ")}.`,
        ]),
    "Costs are those of a sample's first asking, retries included, where it was answered, or failed and is known to have cost something; with embedding the question and reranking for it, without what embedding the material or a judge costs. A cost is unknown where that of one answered call is.",
    `${unknown}: unknown, which is not 0. No interval: all values are alike, or too few.`,
  ];
}

const cell = (text: string): DocumentCell => [{ text }];
const lines = (texts: readonly string[]): DocumentCell => texts.map((text) => ({ text }));
