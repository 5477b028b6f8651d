/** How good answers are as the context grows, with the context that a model was trained for as a rule. */
import * as Plot from "@observablehq/plot";
import { formatShare, formatShareRange, formatTokens } from "../units/index.ts";
import { contextScale, dodged } from "./axes.ts";
import { baseOptions, type Chart, type Frame, panels } from "./chart.ts";
import { capitalised, type ShareWords, shareScale } from "./frontier.ts";

export interface QualityPoint {
  readonly candidate: string;
  readonly variant: string;
  readonly contextTokens: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly href: string | null;
}

export interface TrainedContext {
  readonly candidate: string;
  readonly contextTokens: number;
}

export function qualityByContext(
  points: readonly QualityPoint[],
  trained: readonly TrainedContext[],
  words: ShareWords,
  frame: Frame,
): Chart {
  const order = new Map(frame.series.map(({ id }, index) => [id, index]));
  const placed = [...points]
    .sort((a, b) => a.contextTokens - b.contextTokens)
    .map((point) => ({ ...point, x: dodged(point.contextTokens, order.get(point.candidate) ?? 0, order.size) }));
  const contexts = points.map(({ contextTokens }) => contextTokens);
  const range = [contexts.reduce((a, b) => Math.min(a, b), Infinity), contexts.reduce((a, b) => Math.max(a, b), 0)];
  const rules = [...Map.groupBy(trained, ({ contextTokens }) => contextTokens)]
    .filter(([tokens]) => tokens >= range[0]! && tokens <= range[1]!)
    .map(([contextTokens, of]) => ({ contextTokens, label: `trained to ${formatTokens(contextTokens)}`, of }));
  const { channel, options } = panels(points, 320);
  const n = points.reduce((sum, point) => sum + point.n, 0);
  return {
    title: `${capitalised(words.answers)} by context length`,
    caption: [
      `${words.share} with its 95% Wilson interval, ${n} scored samples.`,
      ...rules.map(({ of, label }) => `Dashed: ${of.map(({ candidate }) => candidate).join(", ")} ${label} tokens.`),
    ].join(" "),
    options: {
      ...baseOptions(frame),
      ...options,
      marginTop: 44,
      ariaLabel: `${capitalised(words.answers)} by context length`,
      x: contextScale(contexts, frame.width),
      y: shareScale(words),
      marks: [
        Plot.ruleX(rules, { x: "contextTokens", stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "3,4" }),
        Plot.text(rules, {
          x: "contextTokens",
          text: "label",
          frameAnchor: "top",
          dy: -14,
          fill: "currentColor",
          fillOpacity: 0.8,
        }),
        Plot.lineY(placed, { ...channel, x: "x", y: "share", stroke: "candidate", z: "candidate", strokeWidth: 1.75 }),
        Plot.ruleX(placed, {
          ...channel,
          x: "x",
          y1: "low",
          y2: "high",
          stroke: "candidate",
          strokeWidth: 1.5,
          strokeOpacity: 0.6,
        }),
        Plot.dot(placed, {
          ...channel,
          x: "x",
          y: "share",
          fill: "candidate",
          symbol: "candidate",
          r: 4.5,
          href: "href",
          title: (point: QualityPoint) =>
            `${point.candidate} at ${formatTokens(point.contextTokens)}: ${formatShare(point.share)} ${words.title.toLowerCase()} (${formatShareRange(point)}, n ${point.n})`,
        }),
      ],
    },
  };
}
