/** What was read from the cache against what the route's cache rule says should have been. */
import * as Plot from "@observablehq/plot";
import { formatCount, formatTokens } from "../units/index.ts";
import { baseOptions, type Chart, type Frame } from "./chart.ts";

export interface CachePoint {
  readonly candidate: string;
  readonly label: string;
  /** Means over the trials of a cell, tokens. */
  readonly expectedTokens: number;
  readonly readTokens: number;
  readonly n: number;
  /** Trials in which both counts are equal. */
  readonly asExpected: number;
  readonly href: string | null;
}

export function cachedAgainstExpected(points: readonly CachePoint[], frame: Frame): Chart {
  const most = points.reduce((high, point) => Math.max(high, point.expectedTokens, point.readTokens), 64) * 1.3;
  const ticks = [0, ...powersOfTwo(64, most, frame.width < 400 ? 4 : 7)];
  const scale = {
    type: "symlog",
    constant: 32,
    domain: [0, most],
    ticks,
    tickFormat: (t: number) => formatTokens(t),
  } as const;
  const n = points.reduce((sum, point) => sum + point.n, 0);
  const equal = points.reduce((sum, point) => sum + point.asExpected, 0);
  return {
    title: "Cached against expected tokens",
    caption: `Means over the trials of a cell, ${n} scored trials with both counts, equal in ${equal}. On the line the cache did what its rule says; below it, less was read than the rule predicts.`,
    options: {
      ...baseOptions(frame),
      height: Math.min(frame.width, 380),
      ariaLabel: "Cached against expected tokens",
      x: { ...scale, label: "Expected to be read from the cache (tokens a call)" },
      y: { ...scale, grid: true, label: "Read from the cache (tokens a call)" },
      marks: [
        Plot.link([{ low: 0, high: most }], {
          x1: "low",
          y1: "low",
          x2: "high",
          y2: "high",
          stroke: "currentColor",
          strokeOpacity: 0.5,
          strokeDasharray: "3,4",
        }),
        Plot.dot(points, {
          x: "expectedTokens",
          y: "readTokens",
          stroke: "candidate",
          strokeWidth: 2,
          symbol: "candidate",
          r: 5,
          href: "href",
          title: (point: CachePoint) =>
            `${point.candidate}, ${point.label}: read ${formatCount(point.readTokens)} of ${formatCount(point.expectedTokens)} expected tokens a call, equal in ${point.asExpected} of ${point.n} trials`,
        }),
      ],
    },
  };
}

/** Powers of two up to a limit, no more of them than there is room for. */
function powersOfTwo(first: number, limit: number, most: number): number[] {
  const powers: number[] = [];
  for (let power = first; power <= limit; power *= 2) powers.push(power);
  const every = Math.ceil(powers.length / most);
  return powers.filter((_, index) => (powers.length - 1 - index) % every === 0);
}
