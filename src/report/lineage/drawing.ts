/** A lineage as a file. What draws is loaded only when there is something to draw. */
import type { Ledger, Lineage } from "../../ledger/index.ts";

/** @returns an HTML file that needs nothing else: picture, evidence a click away, numbers */
export const lineagePage = async (lineage: Lineage, ledger: Ledger): Promise<string> =>
  (await import("./page.ts")).pageOf(lineage, ledger);

/** @returns an SVG file that needs nothing else; a click on a line or a box opens its source */
export const lineageSvg = async (lineage: Lineage, ledger: Ledger): Promise<string> =>
  (await import("./page.ts")).svgFileOf(lineage, ledger);
