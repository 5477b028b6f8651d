/** What a benchmark leaves: a table for a person, the same figures for a program, and whether the goals were met. */
import { cpus } from "node:os";

/** The first row names the columns, with their units. */
export type Table = readonly (readonly string[])[];

export interface Outcome {
  readonly title: string;
  readonly table: Table;
  readonly further?: readonly { readonly title: string; readonly table: Table }[];
  readonly goals: readonly { readonly goal: string; readonly measured: string; readonly met: boolean }[];
  readonly notes: readonly string[];
  /** For `--json`: plain numbers in the units that their names say. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export function printOutcome({ title, table, further = [], goals, notes }: Outcome): void {
  const verdicts = goals.map(({ goal, measured, met }) => `${met ? "met   " : "missed"}  ${goal}: ${measured}`);
  const tables = [{ title, table }, ...further].flatMap((one) => [one.title, "", ...linesOf(one.table), ""]);
  process.stdout.write(`${[...tables, ...verdicts, ...notes].join("\n")}\n`);
}

function linesOf(table: Table): string[] {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ");
  const [head, ...rows] = table;
  return [line(head!), line(widths.map((width) => "─".repeat(width))), ...rows.map(line)];
}

export function outcomeJson({ title, goals, figures }: Outcome): string {
  const machine = { platform: process.platform, arch: process.arch, cores: cpus().length, node: process.versions.node };
  return JSON.stringify({ title, machine, figures, goals }, null, 2);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The middle of several rounds with the smallest and the largest. */
export function spreadOf(values: readonly number[], digits = 0): string {
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((value) =>
    value.toFixed(digits),
  );
  return `${middle} (${low}–${high})`;
}
