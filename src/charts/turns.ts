/** What a loop read from the cache as it went on, against what any cache could have given back. */
import * as Plot from "@observablehq/plot";
import { formatCount, formatTokens } from "../units/index.ts";
import { baseOptions, type Chart, type Frame } from "./chart.ts";

export interface TurnPoint {
  readonly candidate: string;
  /** From 1. */
  readonly turn: number;
  readonly calls: number;
  /** Tokens a call, as is the ceiling; null where no server said. */
  readonly cachedTokens: number | null;
  readonly ceilingTokens: number;
}

export function readByTurn(points: readonly TurnPoint[], frame: Frame): Chart {
  const most = points.reduce((high, point) => Math.max(high, point.cachedTokens ?? 0, point.ceilingTokens), 64) * 1.08;
  const turns = points.reduce((last, { turn }) => Math.max(last, turn), 1);
  const calls = points.reduce((sum, point) => sum + point.calls, 0);
  const isLong = turns > 60;
  return {
    title: "Read from the cache, turn by turn",
    caption: `Means over the calls of a turn, ${formatCount(calls)} calls. Solid: read. Dashed: the most that any cache could have given back; between the two is what was evaluated again.`,
    options: {
      ...baseOptions(frame),
      height: Math.min(300, frame.width * 0.8),
      ariaLabel: "Tokens read from the cache by turn",
      x: {
        domain: [1, Math.max(2, turns)],
        inset: 8,
        label: "Turn",
        ticks: turnTicks(turns, frame.width < 400 ? 6 : 12),
        tickFormat: (turn: number) => `${turn}`,
      },
      y: {
        domain: [0, most],
        grid: true,
        ticks: 5,
        label: "Tokens a call",
        tickFormat: (t: number) => formatTokens(t),
      },
      marks: [
        Plot.lineY(points, {
          x: "turn",
          y: "ceilingTokens",
          stroke: "candidate",
          strokeDasharray: "4,3",
          strokeOpacity: 0.75,
        }),
        Plot.lineY(points, { x: "turn", y: "cachedTokens", stroke: "candidate" }),
        Plot.dot(
          points.filter(({ cachedTokens }) => cachedTokens !== null),
          {
            x: "turn",
            y: "cachedTokens",
            stroke: "candidate",
            fill: "candidate",
            symbol: "candidate",
            r: isLong ? 1.5 : 4,
            title: ({ candidate, turn, cachedTokens, ceilingTokens, calls: n }: TurnPoint) =>
              `${candidate}, turn ${turn}: read ${formatCount(cachedTokens)} of at most ${formatCount(ceilingTokens)} tokens a call (${formatCount(n)} calls)`,
          },
        ),
      ],
    },
  };
}

/** Every so many turns, at a round number of them, and the first. */
function turnTicks(turns: number, most: number): number[] {
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((step) => turns / step <= most) ?? Math.ceil(turns / most);
  const round = Array.from({ length: Math.floor(turns / every) }, (_, index) => (index + 1) * every);
  return round[0] === 1 ? round : [1, ...round];
}
