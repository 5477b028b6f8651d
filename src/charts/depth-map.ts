/** Where in the context an answer is found and where it is lost: grounded share by needle depth and cell. */
import * as Plot from "@observablehq/plot";
import { formatShare, formatShareRange } from "../units/index.ts";
import { type Chart, textWidth } from "./chart.ts";

export interface DepthPoint {
  /** The cell's label, e.g. `32K`. */
  readonly label: string;
  /** 0 (first line) to 1 (last); null for questions that no line answers, whose share is that of abstaining. */
  readonly depth: number | null;
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly href: string | null;
}

/** Steps of the scale: the page defines `--heat-0` (nothing) to `--heat-5` (all), and the ink on each. */
export const heatSteps = 6;

export function depthMap(
  points: readonly DepthPoint[],
  of: { readonly candidate: string; readonly labels: readonly string[] },
  width: number,
): Chart {
  const depths = [...new Set(points.flatMap(({ depth }) => (depth === null ? [] : [depth])))].sort((a, b) => a - b);
  const rows = [...depths.map(rowOf), ...(points.some(({ depth }) => depth === null) ? [rowOf(null)] : [])];
  const n = points.reduce((sum, point) => sum + point.n, 0);
  const channels = { x: "label", y: (point: DepthPoint) => rowOf(point.depth) };
  const cellWidth = (width - 80) / Math.max(1, of.labels.length);
  const longest = of.labels.reduce((most, label) => Math.max(most, textWidth(label)), 0);
  const aslant = longest > cellWidth;
  const below = aslant ? 36 + longest * Math.SQRT1_2 : 44;
  const words = (point: DepthPoint) =>
    `${of.candidate}, ${point.label}, ${point.depth === null ? "no answer in the context" : `depth ${formatShare(point.depth)}`}: ${formatShare(point.share)} ${point.depth === null ? "abstained" : "grounded"} (${formatShareRange(point)}, n ${point.n})`;
  return {
    title: of.candidate,
    caption: `Share of grounded answers by where in the context the line was, ${n} scored samples.${points.some(({ depth }) => depth === null) ? " Last row: share that rightly abstained." : ""}`,
    options: {
      className: "chart",
      width,
      height: 18 + rows.length * 40 + below,
      marginLeft: 76,
      marginRight: 4,
      marginTop: 4,
      marginBottom: below,
      ariaLabel: `${of.candidate}: grounded answers by depth and context`,
      x: {
        type: "band",
        domain: [...of.labels],
        label: "Context (tokens)",
        padding: 0.04,
      },
      y: { type: "band", domain: rows, label: null, padding: 0.06 },
      marks: [
        Plot.axisX({ anchor: "bottom", tickSize: 0, tickRotate: aslant ? -45 : 0 }),
        Plot.axisY({ anchor: "left", tickSize: 0 }),
        Plot.cell(points, {
          ...channels,
          fill: { value: (point: DepthPoint) => `var(--heat-${heatStep(point.share)})`, scale: null },
          rx: 3,
          href: "href",
          title: words,
        }),
        Plot.text(points, {
          ...channels,
          text: (point: DepthPoint) =>
            cellWidth < 34 ? formatShare(point.share) : `${formatShare(point.share)}\nn ${point.n}`,
          fill: { value: (point: DepthPoint) => `var(--heat-ink-${heatStep(point.share)})`, scale: null },
          pointerEvents: "none",
          lineHeight: 1.15,
        }),
      ],
    },
  };
}

const heatStep = (share: number) => Math.min(heatSteps - 1, Math.floor(share * (heatSteps - 1) + 0.5));

const rowOf = (depth: number | null) => (depth === null ? "no answer" : `depth ${formatShare(depth)}`);
