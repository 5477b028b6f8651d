/** What every chart here is: Plot options made from points, with the words that have to stand beside the drawing. */
import type * as Plot from "@observablehq/plot";

export interface Chart {
  readonly title: string;
  /** What is drawn, over how many trials, and what could not be drawn. */
  readonly caption: string;
  /** What the numbers in it stand for, from 1; left out where there are none. */
  readonly key?: readonly string[];
  readonly options: Plot.PlotOptions;
}

/** One candidate in every chart of a page: the same colour and the same shape everywhere. */
export interface Series {
  readonly id: string;
  /** CSS colours; the page defines `--series-1` and on, for light and for dark. */
  readonly colour: string;
  /** Tells series apart without colour. */
  readonly symbol: Plot.SymbolType;
}

export interface Frame {
  /** Pixels. */
  readonly width: number;
  readonly series: readonly Series[];
}

const symbols = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "hexagon"] as const;

/** Looks for candidates, in their order; after eight they come round again. */
export function seriesOf(candidates: readonly string[]): Series[] {
  return candidates.map((id, index) => ({
    id,
    colour: `var(--series-${(index % symbols.length) + 1})`,
    symbol: symbols[index % symbols.length]!,
  }));
}

/** What all charts share; marks colour by candidate id. */
export function baseOptions({ width, series }: Frame): Plot.PlotOptions {
  return {
    className: "chart",
    width,
    marginLeft: 52,
    marginRight: 20,
    marginTop: 28,
    marginBottom: 40,
    color: { type: "categorical", domain: series.map(({ id }) => id), range: series.map(({ colour }) => colour) },
    symbol: { domain: series.map(({ id }) => id), range: series.map(({ symbol }) => symbol) },
  };
}

/** Facets for variants of the matrix, a panel under the other; nothing where there is only one. */
export function panels(points: readonly { readonly variant: string }[], height: number) {
  const variants = [...new Set(points.map(({ variant }) => variant))];
  return variants.length < 2
    ? { channel: {}, options: { height } }
    : {
        channel: { fy: "variant" },
        options: {
          height: height * Math.min(variants.length, 6) * 0.8,
          fy: { domain: variants, label: null, padding: 0.15 },
          marginRight: 16 + Math.max(...variants.map(textWidth)),
        },
      };
}

/** About how wide a text of the charts is, pixels: an axis needs the room before it is drawn. */
export const textWidth = (text: string) => text.length * 6.2;
