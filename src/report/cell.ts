/** How a cell of the matrix is named on screens, and which of its parts become axes. */
import type { Cell } from "../evals/index.ts";
import { formatShare, formatTokens } from "../units/index.ts";

export interface CellName {
  /** The same for every trial of the cell; cells that differ only in needle depth are one cell. */
  readonly key: string;
  readonly cell: Cell;
  /** Null where the scenario does not vary it. */
  readonly contextTokens: number | null;
  /** What tells this cell from others of the same context, e.g. `needles 2 · retrieval`; empty where nothing does. */
  readonly variant: string;
  /** All of it, e.g. `32K · needles 2`. */
  readonly label: string;
}

/** A trial carries its own depth, so depth is a dimension of the trials of a cell and not of the matrix. */
export function cellKey(cell: Cell): string {
  const names = Object.keys(cell).filter((name) => name !== "depth");
  return JSON.stringify(names.sort().map((name) => [name, cell[name]]));
}

/** Names for all cells of a run, in order of context, then variant; what is the same in every cell is left out. */
export function nameCells(cells: readonly Cell[]): CellName[] {
  const byKey = new Map(cells.map((cell) => [cellKey(cell), cell]));
  const names = new Set([...byKey.values()].flatMap((cell) => Object.keys(cell)));
  const varying = [...names].filter(
    (name) =>
      name !== "contextTokens" &&
      name !== "depth" &&
      new Set([...byKey.values()].map((cell) => JSON.stringify(cell[name]))).size > 1,
  );
  return [...byKey]
    .map(([key, cell]) => {
      const contextTokens = typeof cell.contextTokens === "number" ? cell.contextTokens : null;
      const variant = varying.flatMap((name) => (name in cell ? [partLabel(name, cell[name]!)] : [])).join(" · ");
      const label = [contextTokens === null ? "" : formatTokens(contextTokens), variant].filter(Boolean).join(" · ");
      return { key, cell, contextTokens, variant, label: label || "all trials" };
    })
    .sort((a, b) => (a.contextTokens ?? 0) - (b.contextTokens ?? 0) || compareText(a.variant, b.variant));
}

function partLabel(name: string, value: string | number | boolean): string {
  const words = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();
  if (typeof value === "string") return value;
  if (/share$/i.test(name) && typeof value === "number") return `${words} ${formatShare(value)}`;
  return `${words} ${value}`;
}

const compareText = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
