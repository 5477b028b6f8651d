/** Loops on a terminal. */
import { plain, unknown, wrapped } from "../../units/index.ts";
import { textTable, widestOf } from "../terminal-table.ts";
import type { CandidateLoops } from "./loops.ts";
import { type LoopTable, loopTables, remarksOf } from "./tables.ts";

/** @returns lines of at most `width` columns; none where there are no loops */
export function loopText(loops: readonly CandidateLoops[] | null, width: number): string[] {
  return (loops ?? []).flatMap((of) => [
    ...wrapped(plain(`Turn by turn: ${of.candidate}. ${remarksOf(of).join(" ")}`), width, "  "),
    ...of.advice.flatMap((sentence) => wrapped(plain(`· ${sentence}`), width, "  ")),
    ...loopTables(of).flatMap((table) => ["", ...tableLines(table, width)]),
    "",
  ]);
}

const mostRows = 12;

function tableLines({ title, note, head, rows }: LoopTable, width: number): string[] {
  const shown = rows.length <= mostRows ? rows : spread(rows, mostRows);
  const more = shown.length < rows.length ? ` ${shown.length} of ${rows.length} rows; the page has all.` : "";
  return [...wrapped(`${title}. ${note}${more}`, width), ...columnsWithin(head, shown, width)];
}

/** First, last, and as evenly as can be between. */
const spread = <Item>(items: readonly Item[], count: number): Item[] =>
  Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);

/** Intervals stand in brackets, and go before a column does; columns of which nothing is known have no room here. */
function columnsWithin(head: LoopTable["head"], rows: LoopTable["rows"], width: number): string[] {
  const ranks = [...new Set(head.map(({ rank }) => rank))].sort((a, b) => b - a);
  const isKnown = (column: number) => rows.some((cells) => ![unknown, ""].includes(cells[column]!.text));
  for (const most of ranks)
    for (const withBelow of [true, false]) {
      const columns = [...head.keys()].filter((column) => head[column]!.rank <= most && isKnown(column));
      const lines = textTable(
        columns.map((column) => head[column]!.title),
        rows.map((cells) =>
          columns.map((column) => {
            const { text, below } = cells[column]!;
            return plain(withBelow && below !== undefined && column > 0 ? `${text} [${below}]` : text);
          }),
        ),
      );
      if (widestOf(lines) <= width) return lines;
    }
  return rows.map((cells) => plain(cells.map(({ text }) => text).join("  "), width));
}
