/** What a benchmark leaves: a table for a person, the same figures for a program, and whether the goals were met. */
import { cpus } from "node:os";

export interface Outcome {
  readonly title: string;
  /** The first row names the columns, with their units. */
  readonly table: readonly (readonly string[])[];
  readonly goals: readonly { readonly goal: string; readonly measured: string; readonly met: boolean }[];
  readonly notes: readonly string[];
  /** For `--json`: plain numbers in the units that their names say. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export function printOutcome({ title, table, goals, notes }: Outcome): void {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ");
  const [head, ...rows] = table;
  const verdicts = goals.map(({ goal, measured, met }) => `${met ? "met   " : "missed"}  ${goal}: ${measured}`);
  const text = [
    title,
    "",
    line(head!),
    line(widths.map((width) => "─".repeat(width))),
    ...rows.map(line),
    "",
    ...verdicts,
    ...notes,
  ];
  process.stdout.write(`${text.join("\n")}\n`);
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
