/** Draws charts to SVG text without a browser. Each is drawn for wide and for narrow screens; the style shows one. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Chart, Series } from "../charts/index.ts";
import { html, type Markup, trusted } from "./markup.ts";

const narrowWidth = 342;

/** @param draw  the chart at a width in pixels */
export function figure(draw: (width: number) => Chart, wideWidth: number, legend: Markup | null = null): Markup {
  const { title, caption } = draw(wideWidth);
  return html`<figure>
<h3>${title}</h3>${legend}
<div class="wide">${drawn(draw(wideWidth))}</div>
<div class="narrow">${drawn(draw(narrowWidth))}</div>
<figcaption>${caption}</figcaption>
</figure>`;
}

const drawn = (chart: Chart): Markup =>
  html`${svgOf(chart)}${chart.key === undefined ? null : html`<ol class="key">${chart.key.map((meaning) => html`<li>${meaning}</li>`)}</ol>`}`;

export function svgOf({ options }: Pick<Chart, "options">): Markup {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ ...options, document });
  // The page's own style sheet does what Plot's would, and the page allows no other.
  for (const style of (
    svg as unknown as { querySelectorAll(of: string): Iterable<{ remove(): void }> }
  ).querySelectorAll("style"))
    style.remove();
  svg.setAttribute("role", "group");
  return trusted(svg.outerHTML);
}

export function legendOf(series: readonly Series[]): Markup {
  const items = series.map(({ id, colour, symbol }) => {
    const mark = Plot.dot([0], { x: 8, y: 8, r: 5, fill: colour, symbol, frameAnchor: "top-left" });
    const swatch = svgOf({
      options: {
        marks: [mark],
        width: 16,
        height: 16,
        margin: 0,
        axis: null,
        className: "swatch",
        x: { type: "identity" },
        y: { type: "identity" },
      },
    });
    return html`<li>${swatch}${id}</li>`;
  });
  return html`<ul class="legend" aria-label="Candidates">${items}</ul>`;
}
