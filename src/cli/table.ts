/**
 * A plain table: columns as wide as they need, the last one folded into the room that is left. Columns that do not fit
 * beside the first ones stand below them with their names, so that nothing is cut and the terminal folds nothing itself.
 */
import { widthOf, wrapped } from "../units/index.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const widths = head.map((title, column) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[column]!))));
  const before = (column: number) => widths.slice(0, column).reduce((sum, one) => sum + one + gap, 0);
  const last = widths.length - 1;
  const fits = (column: number) =>
    before(column) + (column === last ? Math.min(widths[last]!, leastRoom) : widths[column]!) <= width;
  const tooFar = widths.findIndex((_, column) => column > 0 && !fits(column));
  const beside = tooFar < 0 ? last : tooFar;
  const line = (cells: readonly string[]) => {
    const start = cells
      .slice(0, beside)
      .map((cell, column) => cell + " ".repeat(widths[column]! - widthOf(cell) + gap))
      .join("");
    if (tooFar < 0) return start + wrapped(cells[last]!, width - before(last)).join(`\n${" ".repeat(before(last))}`);
    const below = cells.flatMap((cell, column) =>
      column < beside || cell === "" ? [] : wrapped(`${head[column]}: ${cell}`, width - belowIndent.length),
    );
    return [start, ...below.map((text) => belowIndent + text)].join("\n");
  };
  const heading = tooFar < 0 ? head : head.map((title, column) => (column < beside ? title : ""));
  return [heading, ...rows].map(line).join("\n").replaceAll(/ +$/gm, "");
}

const gap = 2;
const belowIndent = "    ";
/** The fewest columns in which a folded text can still be read. */
const leastRoom = 24;
