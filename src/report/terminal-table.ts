/** A table of plain text: columns as wide as what is in them, the first to the left and the others to the right. */
import { widthOf } from "../units/index.ts";

export function textTable(heading: readonly string[], rows: readonly (readonly string[])[], gap = 2): string[] {
  const table = [heading, ...rows];
  const columns = heading.map((_, column) =>
    table.reduce((width, cells) => Math.max(width, widthOf(cells[column] ?? "")), 0),
  );
  return table.map((cells) =>
    columns
      .map((width, column) => padded(cells[column] ?? "", width, column === 0))
      .join(" ".repeat(gap))
      .trimEnd(),
  );
}

/** Width of a table, in columns of the terminal. */
export const widestOf = (lines: readonly string[]) => lines.reduce((width, line) => Math.max(width, widthOf(line)), 0);

function padded(text: string, width: number, left: boolean): string {
  const padding = " ".repeat(Math.max(0, width - widthOf(text)));
  return left ? text + padding : padding + text;
}
