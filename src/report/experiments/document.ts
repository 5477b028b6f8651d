/** An experiment in the words, tables and plots that a reader sees. */
import { recallByDistance, seriesOf, tradeOff, trainingCurves } from "../../charts/index.ts";
import { formatValue } from "../../ledger/index.ts";
import {
  type Analysis,
  type ArmSummary,
  type ExperimentFigure,
  type Finding,
  type Form,
  type Measure,
  meanByDistance,
  meanCurve,
  measures,
  type Outcome,
  type Preregistration,
  summariesOf,
  type TrialRecord,
} from "../../reproduce/index.ts";
import type { MeanEstimate } from "../../stats/index.ts";
import { formatCount, formatMs, formatShare, formatSignificant, unknown } from "../../units/index.ts";
import { figure, legendOf } from "../figure.ts";
import { html, type Markup } from "../markup.ts";
import type { DocumentTable, TablesDocument } from "../tables-document.ts";

export interface Experiment {
  readonly registered: Preregistration;
  readonly trials: readonly TrialRecord[];
  readonly analysis: Analysis;
}

export function experimentDocument({ registered, trials, analysis }: Experiment): TablesDocument {
  const { protocol, form, text } = registered;
  const arms = summariesOf(form, trials);
  const machines = [
    ...new Set(
      trials.map(
        ({ machine: { device, processor, node, onnxruntime, assay } }) =>
          `${device === undefined ? "" : `${device}, `}${processor}, Node ${node}, onnxruntime ${onnxruntime}${assay === undefined ? "" : `, Assay ${assay}`}`,
      ),
    ),
  ];
  return {
    title: protocol.title,
    lede: protocol.question,
    headline: verdictWords(registered, analysis),
    tables: [
      findingsTable(analysis),
      armsTable(arms),
      ...(arms.some(({ tried }) => tried.length > 0) ? [tuningTable(arms)] : []),
    ],
    remarks: [
      ...(protocol.claims.length === 0 ? [] : [`Claims of the ledger: ${protocol.claims.join(", ")}.`]),
      `Scope: ${protocol.scope}`,
      `Method: ${protocol.method}`,
      ...untuned(form),
      `What a negative result means: ${protocol.ifNegative}`,
      ...(protocol.caveats ?? []).map((caveat) => `Found out later: ${caveat}`),
      ...(form.arms.some(({ training }) => training.task === "language")
        ? [`Text: ${text.name}, SHA-256 ${text.sha256}.`]
        : []),
      `To run it again: assay reproduce ${protocol.name}${registered.isQuick ? " --quick" : ""} --output <folder>`,
      `Run on: ${machines.length === 0 ? "nothing yet" : machines.join("; ")}. ${cpuText(trials)}`,
    ],
    figures: form.figures.map((one) => figureOf(one, form, arms)),
  };
}

/** Arms with one rate pass as tuned alike, and are not tuned at all. */
function untuned({ arms }: Form): string[] {
  const trained = arms.filter(({ training }) => training.task !== "reading");
  const given = trained.filter(({ rates }) => "length" in rates && rates.length === 1).map(({ name }) => name);
  return given.length === 0 ? [] : [`Not tuned: one learning rate, the protocol's own, for ${given.join(", ")}.`];
}

/** Older records have the CPU time of training alone, which leaves out what judged it. */
function cpuText(trials: readonly TrialRecord[]): string {
  const sum = (seconds: readonly number[]) => formatMs(1000 * seconds.reduce((total, one) => total + one, 0));
  const totals = trials.flatMap(({ totalCpuSeconds }) => totalCpuSeconds ?? []);
  return totals.length === trials.length
    ? `CPU time in all: ${sum(totals)}.`
    : `CPU time of training alone: ${sum(trials.map(({ measures: { cpuSeconds } }) => cpuSeconds ?? 0))}.`;
}

/** The verdict with what it rests on. */
export function verdictSentence(registered: Pick<Preregistration, "protocol" | "form">, analysis: Analysis): string {
  const figures = analysis.findings
    .filter(({ outcome }) => outcome.isPrimary)
    .map(
      (finding) => `${sentence(finding.outcome.name)}: ${findingText(finding)} (rule: ${ruleText(finding.outcome)}).`,
    );
  const { claims } = registered.protocol;
  return [
    verdictWords(registered, analysis),
    ...(analysis.verdict === null ? [] : figures),
    ...(claims.length === 0 ? [] : [`Claims: ${claims.join(", ")}.`]),
  ].join(" ");
}

const verdictWords = ({ form }: Pick<Preregistration, "form">, { verdict }: Analysis): string =>
  verdict === null
    ? "Not finished: more trials have to be run."
    : `${{ supported: "Supported at this scale", "not supported": "Not supported at this scale", inconclusive: "Inconclusive" }[verdict]}, ${form.seeds.length} seeds an arm.`;

/** How values of one kind are printed: a number, and the unit that stands once behind it and its interval. */
interface Print {
  readonly number: (value: number) => string;
  readonly unit: string;
}

/** `0.71 (0.66 to 0.76) nats/byte`. */
const estimateText = (estimate: MeanEstimate | null, { number, unit }: Print): string => {
  if (estimate === null) return unknown;
  const range =
    estimate.interval === null ? "" : ` (${number(estimate.interval.low)} to ${number(estimate.interval.high)})`;
  return number(estimate.mean) + range + unit;
};

export const findingText = ({ outcome, estimate, allEqual, outside, diverged, seeds, values }: Finding): string => {
  const mean = allEqual
    ? `${estimateText(estimate && { ...estimate, interval: null }, printOf(outcome))} (all ${values.length} seeds equal)`
    : estimateText(estimate, printOf(outcome));
  const remarks = [
    outside > 0 && `, ${outside} of ${values.length} seeds at the end of what was tried`,
    diverged > 0 && `, ${diverged} of ${seeds} seeds diverged`,
  ];
  return [mean, ...remarks.filter((remark) => remark !== false)].join("");
};

function detectableText({ detectable, outcome }: Finding): string {
  if (detectable === null) return unknown;
  const { number, unit } = printOf(outcome);
  return `±${number(detectable).replace(/^\+/, "")}${unit}`;
}

export function ruleText({ rule, of, name }: Outcome): string {
  if (rule === null) return "reported";
  const { number, unit } = printOf({ of, name, rule, isPrimary: false });
  return `${rule.relation} ${number(rule.value).replace(/\.0+(?=%|$)/, "")}${unit}`;
}

function printOf({ of }: Outcome): Print {
  switch (of.kind) {
    case "costToMatch":
    case "recallAt":
      return { number: (value) => formatShare(value, 1), unit: "" };
    case "ratio":
      return { number: (value) => `${formatSignificant(value)}×`, unit: "" };
    case "level":
      return prints[measures[of.measure].unit];
    case "difference": {
      const { number, unit } = prints[measures[of.measure].unit];
      return { number: (value) => (value > 0 ? "+" : value < 0 ? "−" : "") + number(Math.abs(value)), unit };
    }
  }
}

const prints: Readonly<Record<(typeof measures)[Measure]["unit"], Print>> = {
  share: { number: (value) => formatShare(value, 1), unit: "" },
  seconds: { number: formatSignificant, unit: " s" },
  FLOPs: { number: (value) => formatValue(value, "flops"), unit: "" },
  parameters: { number: (value) => formatValue(value, "parameters"), unit: "" },
  steps: { number: formatCount, unit: "" },
  "nats/byte": { number: (value) => value.toFixed(3), unit: " nats/byte" },
  "bytes/token": { number: formatSignificant, unit: " bytes/token" },
  logit: { number: formatSignificant, unit: "" },
};

const findingsTable = ({ findings }: Analysis): DocumentTable => ({
  title: "What was found",
  note: "Means over seeds with 95 % intervals; arms are compared seed by seed. A rule is decided only where the whole interval lies on one side of it; told apart is how far from it the true mean would have to be for so many seeds, with the spread they have, to decide with a probability of 80 %.",
  head: ["Outcome", "Verdict", "Mean (95 % interval)", "Rule", "Seeds", "Told apart"],
  rows: findings.map((finding) => [
    [{ text: sentence(finding.outcome.name), marks: finding.outcome.isPrimary ? ["decides"] : [] }],
    [{ text: finding.outcome.rule === null ? unknown : (finding.verdict ?? "not finished") }],
    [{ text: findingText(finding) }],
    [{ text: ruleText(finding.outcome) }],
    [{ text: String(finding.values.length) }],
    [{ text: detectableText(finding) }],
  ]),
});

const armColumns: readonly Measure[] = [
  "parameters",
  "kvBytesPerToken",
  "steps",
  "heldOutLoss",
  "recall",
  "abstention",
  "largestLogit",
  "loadExcess",
  "trainingFlops",
  "cpuSeconds",
];

function armsTable(arms: readonly ArmSummary[]): DocumentTable {
  const columns = armColumns.filter((measure) => arms.some(({ of }) => of(measure) !== null));
  return {
    title: "Arms",
    note: null,
    head: ["Arm", "Rate", ...columns.map((measure) => sentence(measures[measure].says))],
    rows: arms.map(({ arm, rate, of, trials, diverged }) => [
      [{ text: arm.name, marks: diverged === 0 ? [] : [`${diverged} of ${trials.length} seeds diverged`] }],
      [{ text: rate === null || arm.training.task === "reading" ? unknown : formatSignificant(rate) }],
      ...columns.map((measure) => [{ text: estimateText(exact(of(measure)), prints[measures[measure].unit]) }]),
    ]),
  };
}

/** Without an interval where all seeds have the same value. */
const exact = (estimate: MeanEstimate | null): MeanEstimate | null =>
  estimate?.interval != null && estimate.interval.low === estimate.interval.high
    ? { ...estimate, interval: null }
    : estimate;

function tuningTable(arms: readonly ArmSummary[]): DocumentTable {
  const tuned = arms.filter(({ tried }) => tried.length > 0);
  const most = Math.max(...tuned.map(({ tried }) => tried.length));
  return {
    title: "Learning rates tried",
    note: "With a seed that is used for nothing else; the best of each arm is marked.",
    head: ["Arm", ...Array.from({ length: most }, (_, index) => `Rate ${index + 1}`)],
    rows: tuned.map(({ arm, rate, isAtEnd, tried }) => [
      [{ text: arm.name }],
      ...tried
        .toSorted((a, b) => a.rate - b.rate)
        .map(({ rate: one, trial }) => {
          const measure = arm.training.task === "language" ? "heldOutLoss" : "recall";
          const value = trial.measures[measure];
          return [
            {
              text: `${formatSignificant(one)}: ${value === undefined ? unknown : value === null ? "diverged" : prints[measures[measure].unit].number(value)}`,
              marks:
                one !== rate
                  ? []
                  : isAtEnd
                    ? ["chosen", "at the end of the list: a better one may lie beyond"]
                    : ["chosen"],
            },
          ];
        }),
    ]),
  };
}

function figureOf(one: ExperimentFigure, form: Form, arms: readonly ArmSummary[]): Markup {
  if (one.kind === "tradeOff") return tradeOffFigures(one, arms);
  const shown = one.arms.map((name) => arms.find(({ arm }) => arm.name === name)!);
  const series = seriesOf(one.arms);
  switch (one.kind) {
    case "curves": {
      const points = shown.flatMap(({ arm, trials }) =>
        meanCurve(trials, one.measure).map(({ step, ...point }) => ({ arm: arm.name, x: step, ...point })),
      );
      return figure(
        (width) => trainingCurves(points, { width, series }, one.title, measures[one.measure], form.seeds.length),
        wide,
        legendOf(series),
      );
    }
    case "byDistance": {
      const points = shown.flatMap(({ arm, trials }) =>
        meanByDistance(trials, one.tokens).map(({ from, to, n, estimate }) => ({
          arm: arm.name,
          distance: Math.sqrt(from * to),
          share: estimate.mean,
          low: Math.max(0, estimate.interval?.low ?? estimate.mean),
          high: Math.min(1, estimate.interval?.high ?? estimate.mean),
          n,
        })),
      );
      return figure((width) => recallByDistance(points, { width, series }, one.title), wide, legendOf(series));
    }
  }
}

const wide = 880;
const halfWide = 430;

/** Panels side by side; a label has the same mark in all of them. */
function tradeOffFigures(
  { title, x, panels }: Extract<ExperimentFigure, { kind: "tradeOff" }>,
  arms: readonly ArmSummary[],
): Markup {
  const series = seriesOf([...new Set(panels.flatMap((panel) => panel.arms.map(({ label }) => label)))]);
  const drawn = panels.map((panel) => {
    const points = panel.arms.flatMap(({ arm: name, label }) => {
      const found = arms.find(({ arm }) => arm.name === name);
      const [at, value] = [found?.of(x) ?? null, found?.of(panel.y) ?? null];
      if (at === null || value === null) return [];
      return [
        {
          arm: label,
          x: at.mean,
          y: value.mean,
          low: value.interval?.low ?? value.mean,
          high: value.interval?.high ?? value.mean,
        },
      ];
    });
    const heading = `${title}: ${measures[panel.y].says}`;
    return figure(
      (width) => tradeOff(points, { width, series }, heading, measures[x], measures[panel.y]),
      panels.length > 1 ? halfWide : wide,
    );
  });
  return html`${legendOf(series)}<div class="pair">${drawn}</div>`;
}

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
