/** What a training experiment shows: curves over steps, one measure against another, recall by distance. */
import * as Plot from "@observablehq/plot";
import { formatSignificant, formatTokens } from "../units/index.ts";
import { logScale } from "./axes.ts";
import { baseOptions, type Chart, type Frame } from "./chart.ts";

/** A mean over seeds and the least and greatest of them. */
export interface CurveMean {
  readonly arm: string;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface Axis {
  readonly says: string;
  readonly unit: string;
}

export const trainingCurves = (
  points: readonly CurveMean[],
  frame: Frame,
  title: string,
  y: Axis,
  seeds: number,
): Chart => {
  const values = points.flatMap(({ low, high }) => [low, high]);
  // The first points tower over those that matter.
  const last = Math.min(...points.map(({ mean }) => mean));
  const isFalling = y.unit.startsWith("nats");
  const top = isFalling ? Math.min(Math.max(...values), last * 1.8) : Math.max(...values) * 1.05;
  const isCut = Math.max(...values) > top;
  return {
    title,
    caption: `Mean of ${y.says} over ${seeds} seeds, with the range from the least to the greatest seed.${isCut ? ` Values above ${formatSignificant(top)} are not drawn.` : ""}`,
    options: {
      ...baseOptions(frame),
      height: 320,
      clip: true,
      insetRight: 6,
      ariaLabel: title,
      x: { label: "Step", zero: true, ticks: 5 },
      y: {
        grid: true,
        label: `${sentence(y.says)} (${y.unit})`,
        domain: [isFalling ? last * 0.97 : 0, top],
      },
      marks: [
        Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: "arm", fillOpacity: 0.18 }),
        Plot.lineY(points, { x: "x", y: "mean", stroke: "arm", z: "arm" }),
        Plot.dot(points, { x: "x", y: "mean", stroke: "arm", symbol: "arm", fill: "arm", r: 3, title: pointTitle(y) }),
      ],
    },
  };
};

const pointTitle = (y: Axis) => (point: CurveMean) =>
  `${point.arm}, step ${point.x}: ${formatSignificant(point.mean)} ${y.unit} (${formatSignificant(point.low)} to ${formatSignificant(point.high)})`;

export interface TradeOffPoint {
  readonly arm: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

export function tradeOff(points: readonly TradeOffPoint[], frame: Frame, title: string, x: Axis, y: Axis): Chart {
  const values = points.flatMap(({ low, high }) => [low, high]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = (most - least || 1) * 0.1;
  return {
    title,
    caption: `Mean of ${y.says} with its 95% interval over seeds, against ${x.says}.`,
    options: {
      ...baseOptions(frame),
      height: 320,
      // Room for the names of what stands at the right edge.
      insetRight: 80,
      ariaLabel: title,
      x: {
        ...logScale(
          points.map((point) => point.x),
          4,
          formatSignificant,
        ),
        label: `${sentence(x.says)} (${x.unit}, log)`,
      },
      y: { grid: true, label: `${sentence(y.says)} (${y.unit})`, domain: [least - air, most + air] },
      marks: [
        Plot.ruleX(points, { x: "x", y1: "low", y2: "high", stroke: "arm", strokeWidth: 1.5 }),
        Plot.dot(points, {
          x: "x",
          y: "y",
          stroke: "arm",
          fill: "arm",
          symbol: "arm",
          r: 5,
          title: ({ arm, y: mean }: TradeOffPoint) => `${arm}: ${formatSignificant(mean)} ${y.unit}`,
        }),
        Plot.text(named(points, (most - least || 1) / 20), {
          x: "x",
          y: "y",
          text: "names",
          dx: 9,
          textAnchor: "start",
          fill: "currentColor",
          stroke: "var(--paper)",
          strokeWidth: 3,
        }),
      ],
    },
  };
}

/** Names beside the points; what lies on top of each other is named together. */
function named(points: readonly TradeOffPoint[], near: number): { x: number; y: number; names: string }[] {
  const together: TradeOffPoint[][] = [];
  for (const point of points.toSorted((a, b) => a.x - b.x || a.y - b.y)) {
    const last = together.at(-1)?.at(-1);
    if (last !== undefined && last.x === point.x && point.y - last.y < near) together.at(-1)!.push(point);
    else together.push([point]);
  }
  return together.map((group) => ({
    x: group[0]!.x,
    y: (group[0]!.y + group.at(-1)!.y) / 2,
    names: group.map(({ arm }) => arm).join("\n"),
  }));
}

export interface DistancePoint {
  readonly arm: string;
  /** Tokens, the middle of a bin. */
  readonly distance: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export const recallByDistance = (points: readonly DistancePoint[], frame: Frame, title: string): Chart => ({
  title,
  caption: `Share of values told right, by how many tokens back they stood, ${points.reduce((sum, { n }) => sum + n, 0)} questions; mean over seeds with its 95% interval.`,
  options: {
    ...baseOptions(frame),
    height: 320,
    ariaLabel: title,
    x: {
      ...logScale(
        points.map(({ distance }) => distance),
        8,
        formatTokens,
      ),
      label: "Tokens back (log)",
    },
    y: { grid: true, label: "Recall", domain: [0, 1], tickFormat: "%" },
    marks: [
      Plot.lineY(points, { x: "distance", y: "share", stroke: "arm", z: "arm" }),
      Plot.ruleX(points, { x: "distance", y1: "low", y2: "high", stroke: "arm", strokeOpacity: 0.6 }),
      Plot.dot(points, { x: "distance", y: "share", stroke: "arm", fill: "arm", symbol: "arm", r: 4 }),
    ],
  },
});

const sentence = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
