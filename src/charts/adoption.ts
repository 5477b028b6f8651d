/** How an idea spreads: the organisations that use it, one step up for each. */
import * as Plot from "@observablehq/plot";
import type { Chart } from "./chart.ts";

export interface AdoptionPoint {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Organisations that used it by then. */
  readonly orgs: number;
  /** Whose use it is. */
  readonly name: string;
}

export interface AdoptionOf {
  readonly idea: string;
  readonly introducedOn: string;
  readonly undated: number;
  /** Pixels. */
  readonly width: number;
}

export function adoptionChart(
  points: readonly AdoptionPoint[],
  { idea, introducedOn, undated, width }: AdoptionOf,
): Chart {
  const dated = points.map((point) => ({ ...point, at: new Date(point.day) }));
  const steps = [{ at: new Date(introducedOn), orgs: 0 }, ...dated];
  const most = Math.max(...points.map(({ orgs }) => orgs));
  return {
    title: `Other organisations that use ${idea}`,
    caption: `Counted at the first use of each; a dot for each use by a release or organisation. A month or a year counts from its first day.${undated === 0 ? "" : ` Uses without a date, not drawn: ${undated}.`}`,
    options: {
      className: "chart",
      width,
      height: 240,
      marginLeft: 36,
      marginRight: 20,
      marginTop: 28,
      ariaLabel: `Other organisations that use ${idea}, by date`,
      x: { type: "utc", label: null, ticks: Math.floor(width / 90) },
      y: {
        domain: [0, most + 0.4],
        ticks: Array.from({ length: most + 1 }, (_, n) => n),
        tickFormat: "d",
        grid: true,
        label: "Organisations",
      },
      marks: [
        Plot.lineY(steps, { x: "at", y: "orgs", curve: "step-after", stroke: "var(--series-1)", strokeWidth: 2 }),
        Plot.dot(dated, {
          x: "at",
          y: "orgs",
          fill: "var(--series-1)",
          r: 4.5,
          title: ({ name, day }: AdoptionPoint) => `${name}, ${day}`,
        }),
      ],
    },
  };
}
