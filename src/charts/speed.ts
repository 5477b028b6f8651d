/** Times against context: TTFT and the speed of decoding, calls that found a cache apart from calls that did not. */
import * as Plot from "@observablehq/plot";
import { formatMs, formatTokens, formatTokensPerSecond } from "../units/index.ts";
import { amountScale, contextScale, dodged, tickText } from "./axes.ts";
import { baseOptions, type Chart, type Frame, panels } from "./chart.ts";

export interface SpeedPoint {
  readonly candidate: string;
  readonly variant: string;
  readonly contextTokens: number;
  readonly cache: "cold" | "warm";
  /** Ms or tokens/s as the chart says. */
  readonly median: number;
  /** Of the median; null where the values are too few. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly href: string | null;
}

export const ttftByContext = (points: readonly SpeedPoint[], frame: Frame): Chart =>
  speed(points, frame, {
    title: "Time to the first token",
    axis: "TTFT, median",
    format: (ms) => tickText(formatMs(ms)),
    words: formatMs,
  });

export const decodeByContext = (points: readonly SpeedPoint[], frame: Frame): Chart =>
  speed(points, frame, {
    title: "Speed of decoding",
    axis: "Decoding, median (tokens/s)",
    format: (rate) => `${Number(rate.toPrecision(3))}`,
    words: formatTokensPerSecond,
  });

interface Quantity {
  readonly title: string;
  readonly axis: string;
  readonly format: (value: number) => string;
  readonly words: (value: number) => string;
}

function speed(points: readonly SpeedPoint[], frame: Frame, quantity: Quantity): Chart {
  const order = new Map(frame.series.map(({ id }, index) => [id, index]));
  const placed = [...points]
    .sort((a, b) => a.contextTokens - b.contextTokens)
    .map((point) => ({ ...point, x: dodged(point.contextTokens, order.get(point.candidate) ?? 0, order.size) }));
  const { channel, options } = panels(points, 300);
  const values = points.flatMap(({ median, low, high }) => [
    median,
    ...(low === null ? [] : [low]),
    ...(high === null ? [] : [high]),
  ]);
  const scale = amountScale(values, quantity.format);
  const n = points.reduce((sum, point) => sum + point.n, 0);
  const title = (point: SpeedPoint) =>
    `${point.candidate} at ${formatTokens(point.contextTokens)}, ${point.cache}: ${quantity.words(point.median)} (n ${point.n})`;
  const of = (cache: SpeedPoint["cache"]) => placed.filter((point) => point.cache === cache);
  return {
    title: quantity.title,
    caption: `Median with its 95% interval, ${n} scored trials; no interval where fewer than six. Filled and solid: cold. Hollow and dashed: warm, at least half of the input read from the cache.`,
    options: {
      ...baseOptions(frame),
      ...options,
      ariaLabel: quantity.title,
      x: contextScale(
        points.map(({ contextTokens }) => contextTokens),
        frame.width,
      ),
      y: { ...scale, grid: true, label: `${quantity.axis}${scale.type === "log" ? ", log" : ""}` },
      marks: (["cold", "warm"] as const).flatMap((cache) => [
        Plot.lineY(of(cache), {
          ...channel,
          x: "x",
          y: "median",
          stroke: "candidate",
          z: "candidate",
          ...(cache === "warm" ? { strokeDasharray: "4,3" } : {}),
        }),
        Plot.ruleX(
          of(cache).filter(({ low, high }) => low !== null && high !== null),
          { ...channel, x: "x", y1: "low", y2: "high", stroke: "candidate", strokeOpacity: 0.6, strokeWidth: 1.5 },
        ),
        Plot.dot(of(cache), {
          ...channel,
          x: "x",
          y: "median",
          stroke: "candidate",
          fill: cache === "cold" ? "candidate" : "var(--paper)",
          symbol: "candidate",
          r: 4,
          href: "href",
          title,
        }),
      ]),
    },
  };
}
