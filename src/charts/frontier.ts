/** What good answers cost: their share against what a call took, a mark for each candidate and cell. */
import * as Plot from "@observablehq/plot";
import { formatBytes, formatMs, formatShare, formatShareRange } from "../units/index.ts";
import { logScale, tickText } from "./axes.ts";
import { baseOptions, type Chart, type Frame } from "./chart.ts";
import { type PlacedLabel, placeLabels, placeNames } from "./labels.ts";

export interface FrontierPoint {
  readonly candidate: string;
  readonly variant: string;
  readonly label: string;
  readonly contextTokens: number | null;
  /** Median; bytes or ms as the chart says. Null where it was not measured. */
  readonly amount: number | null;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Where a click leads. */
  readonly href: string | null;
}

/** How the share that a chart shows is called. */
export interface ShareWords {
  /** `Grounded`. */
  readonly title: string;
  /** `grounding`. */
  readonly noun: string;
  /** `grounded answers`. */
  readonly answers: string;
  /** `Share of grounded answers`. */
  readonly share: string;
}

export const capitalised = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

export const kvFrontier = (points: readonly FrontierPoint[], words: ShareWords, frame: Frame): Chart =>
  frontier(points, words, frame, {
    title: `${capitalised(words.noun)} against KV cache`,
    axis: "KV cache of a call, median (bytes, log)",
    inWords: "KV-cache bytes that a call occupied",
    format: formatBytes,
  });

export const timeFrontier = (points: readonly FrontierPoint[], words: ShareWords, frame: Frame): Chart =>
  frontier(points, words, frame, {
    title: `${capitalised(words.noun)} against time`,
    axis: "E2E time of a call, median (log)",
    inWords: "time of a whole call",
    format: formatMs,
  });

interface Amount {
  readonly title: string;
  readonly axis: string;
  readonly inWords: string;
  readonly format: (amount: number) => string;
}

function frontier(points: readonly FrontierPoint[], words: ShareWords, frame: Frame, amount: Amount): Chart {
  const drawn = points.filter((point) => point.amount !== null && point.amount > 0);
  const missing = new Set(points.map(({ candidate }) => candidate));
  for (const { candidate } of drawn) missing.delete(candidate);
  const n = drawn.reduce((sum, point) => sum + point.n, 0);
  const byContext = [...drawn].sort((a, b) => (a.contextTokens ?? 0) - (b.contextTokens ?? 0));
  const amounts = drawn.map((point) => point.amount!);
  const most = Math.floor(frame.width / 75);
  const x = logScale(amounts, most, (value) => tickText(amount.format(value)));
  const base = { ...baseOptions(frame), height: 300, marginTop: 36 };
  const { placed, numbered } = labelsOf(drawn, ends(byContext), base, x.domain as [number, number]);
  return {
    title: amount.title,
    caption: [
      `${words.share} with its 95% interval against the median ${amount.inWords}; a mark for each candidate and cell, ${n} scored samples. Up and to the left is better.`,
      missing.size === 0 ? "" : `Not measured, so not drawn: ${[...missing].join(", ")}.`,
    ]
      .filter(Boolean)
      .join(" "),
    ...(numbered.length > 0 && { key: numbered }),
    options: {
      ...base,
      ariaLabel: amount.title,
      x: { ...x, label: amount.axis },
      y: shareScale(words),
      marks: [
        Plot.lineY(byContext, {
          x: "amount",
          y: "share",
          stroke: "candidate",
          z: (point: FrontierPoint) => `${point.candidate} ${point.variant}`,
          strokeOpacity: 0.35,
        }),
        Plot.ruleX(drawn, {
          x: "amount",
          y1: "low",
          y2: "high",
          stroke: "candidate",
          strokeOpacity: 0.55,
          strokeWidth: 1.5,
        }),
        ...placed.map((label) => labelMark(label, base)),
        Plot.dot(drawn, {
          x: "amount",
          y: "share",
          fill: "candidate",
          symbol: "candidate",
          r: 4.5,
          href: "href",
          title: (point: FrontierPoint) =>
            `${point.candidate}, ${point.label}: ${formatShare(point.share)} ${words.title.toLowerCase()} (${formatShareRange(point)}, n ${point.n}) at ${amount.format(point.amount!)}`,
        }),
      ],
    },
  };
}

/** The first and the last point of each line; names on all of them would hide each other. */
function ends(points: readonly FrontierPoint[]): FrontierPoint[] {
  return [...Map.groupBy(points, ({ candidate, variant }) => `${candidate} ${variant}`).values()].flatMap((line) =>
    line.length === 1 ? line : [line[0]!, line.at(-1)!],
  );
}

type Placing = Pick<Plot.PlotOptions, "width" | "height" | "marginLeft" | "marginRight" | "marginTop" | "marginBottom">;

/** Labels find their room around the marks, where the scales will put them. A context may go without its label. */
function labelsOf(
  drawn: readonly FrontierPoint[],
  named: readonly FrontierPoint[],
  placing: Placing,
  [least, greatest]: readonly [number, number],
) {
  const { width, height, marginLeft, marginRight, marginTop, marginBottom } = placing as Required<Placing>;
  const x = (amount: number) =>
    marginLeft + (Math.log(amount / least) / Math.log(greatest / least)) * (width - marginLeft - marginRight);
  const y = (share: number) => marginTop + (1 - share) * (height - marginTop - marginBottom);
  const at = (point: FrontierPoint) => ({ ...point, x: x(point.amount!), y: y(point.share) });
  const isOfContexts = named.some(({ contextTokens }) => contextTokens !== null);
  return (isOfContexts ? placeNames : placeLabels)(named.map(at), {
    marks: drawn.map(at),
    lines: drawn.map((point) => ({
      ...{ left: x(point.amount!) - 1, right: x(point.amount!) + 1 },
      ...{ top: y(point.high), bottom: y(point.low) },
    })),
    within: { left: marginLeft + 2, right: width - 4, top: 15, bottom: height - marginBottom - 2 },
  });
}

/** A number has its mark's colour: where it needs one it may stand a little away. */
const labelMark = (
  { mark, text, left, middle }: PlacedLabel<FrontierPoint>,
  { marginLeft = 0, marginTop = 0 }: Plot.PlotOptions,
) =>
  Plot.text([mark], {
    text: () => text,
    frameAnchor: "top-left",
    lineAnchor: "middle",
    dx: left - marginLeft,
    dy: middle - marginTop,
    textAnchor: "start",
    fill: text === mark.label ? "currentColor" : "candidate",
    stroke: "var(--paper)",
    strokeWidth: 4,
    pointerEvents: "none",
  });

/** The vertical axis of every chart of shares. */
export const shareScale = ({ answers }: ShareWords): Plot.ScaleOptions => ({
  domain: [0, 1],
  ticks: 5,
  tickFormat: (share: number) => formatShare(share),
  grid: true,
  label: `${capitalised(answers)} (share of scored samples)`,
  clamp: true,
});
