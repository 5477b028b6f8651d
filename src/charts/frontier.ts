/** What good answers cost: their share against what a call took, a mark for each candidate and cell. */
import * as Plot from "@observablehq/plot";
import { formatBytes, formatMs, formatShare, formatShareRange } from "../units/index.ts";
import { logScale, tickText } from "./axes.ts";
import { baseOptions, type Chart, type Frame } from "./chart.ts";

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
  return {
    title: amount.title,
    caption: [
      `${words.share} with its 95% interval against the median ${amount.inWords}; a mark for each candidate and cell, ${n} scored trials. Up and to the left is better.`,
      missing.size === 0 ? "" : `Not measured, so not drawn: ${[...missing].join(", ")}.`,
    ]
      .filter(Boolean)
      .join(" "),
    options: {
      ...baseOptions(frame),
      height: 300,
      marginTop: drawn.some(({ contextTokens }) => contextTokens === null) ? 44 : 24,
      ariaLabel: amount.title,
      x: { ...logScale(amounts, most, (value) => tickText(amount.format(value))), label: amount.axis },
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
        ...inRows(ends(byContext)).map((row, index) =>
          Plot.text(row, {
            x: "amount",
            y: "share",
            text: "label",
            dx: 8,
            dy: -9 - 11 * index,
            textAnchor: "start",
            fill: "currentColor",
            stroke: "var(--paper)",
            strokeWidth: 4,
            pointerEvents: "none",
          }),
        ),
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

/** Names of contexts are short. Others would hide their neighbours', so that they take turns in three rows. */
function inRows(points: readonly FrontierPoint[]): FrontierPoint[][] {
  const fromLeft = points.toSorted((a, b) => a.amount! - b.amount!);
  return [0, 1, 2].map((row) =>
    fromLeft.filter(({ contextTokens }, index) => (contextTokens === null ? index % 3 : 0) === row),
  );
}

/** The vertical axis of every chart of shares. */
export const shareScale = ({ answers }: ShareWords): Plot.ScaleOptions => ({
  domain: [0, 1],
  ticks: 5,
  tickFormat: (share: number) => formatShare(share),
  grid: true,
  label: `${capitalised(answers)} (share of scored trials)`,
  clamp: true,
});
