/** A decision on a terminal. */
import type { Decision } from "../../decision/index.ts";
import { plain, unknown, widthOf, wrapped } from "../../units/index.ts";
import { type DocumentCell, type DocumentTable, lineText, type TablesDocument } from "../tables-document.ts";
import { decisionDocument, shortlistTable } from "./document.ts";

export interface DecisionTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** False when the output is piped or the user said so. */
  readonly colour?: boolean;
}

/** @returns lines of at most `width` columns, 60 to 120, joined by newlines */
export const decisionText = (decision: Decision, options: DecisionTextOptions): string =>
  documentText(decisionDocument(decision), options);

/** Any tables likewise; without title and lede, which a terminal that asked for them does without. */
export function documentText(
  { headline = "", tables, remarks }: Pick<TablesDocument, "headline" | "tables" | "remarks">,
  { width, colour = false }: DecisionTextOptions,
): string {
  const columns = Math.max(60, Math.min(width, 120));
  const strong = (text: string) => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  return [
    ...wrapped(plain(headline), columns).map(strong),
    ...tables.flatMap((table) => [
      "",
      ...wrapped(plain(table.title), columns).map(strong),
      ...tableLines(table, columns),
    ]),
    "",
    ...remarks.flatMap((remark) => wrapped(plain(`· ${remark}`), columns, "  ")),
  ].join("\n");
}

/** The shortlist alone, for a run's summary: lines of at most `width` columns, 60 to 120. */
export const shortlistText = (decision: Decision, width: number): string =>
  tableLines(shortlistTable(decision), Math.max(60, Math.min(width, 120))).join("\n");

/** Columns where there is room for them; else each row as its name, and below it what each column says. */
function tableLines({ note, head, rows }: DocumentTable, width: number): string[] {
  const dropped = droppedFirst.filter(
    (name) => head.includes(name) && !(name === "Answered" && someFailed(head, rows)),
  );
  const layouts = [0, ...dropped.map((_, index) => index + 1)];
  const columns = layouts
    .map((count) => {
      const without = dropped.slice(0, count);
      const lines = columnLines(head, rows, without, width);
      return lines === null || count === 0 ? lines : [...lines, ...leftOut(without, width)];
    })
    .find((lines) => lines !== null);
  return [
    ...(note === null ? [] : wrapped(plain(note), width)),
    ...(columns ?? rows.flatMap((row) => listLines(head, row, width))),
  ];
}

/** Columns that a narrow terminal does without, before it does without columns. */
const droppedFirst: readonly string[] = ["E2E", "Cost of a right answer", "Answered"];

const leftOut = (names: readonly string[], width: number) =>
  wrapped(`No room for: ${names.join(", ")}. A wider terminal, --output and --json have them.`, width);

type Rows = DocumentTable["rows"];

/** What some options failed to answer has to be read beside their quality. */
const someFailed = (head: readonly string[], rows: Rows) =>
  rows.some((row) => row[head.indexOf("Answered")]!.some(({ text }) => text !== "100%"));

/** What has to be read with a value stands below it, so that columns stay narrow. */
const stacked = (cell: DocumentCell): string[] =>
  cell.length === 0 ? [unknown] : cell.flatMap(({ text, marks = [] }) => [text, ...marks].map((line) => plain(line)));

function columnLines(head: readonly string[], rows: Rows, dropped: readonly string[], width: number): string[] | null {
  const cells = [head.map((name) => [name]), ...rows.map((row) => row.map(stacked))].map((row) =>
    row.filter((_, column) => !dropped.includes(head[column]!)),
  );
  const columns = cells[0]!.map((_, column) => cells.slice(1).flatMap((row) => row[column] ?? []));
  const longestWord = (lines: readonly string[]) => widest(lines.flatMap((line) => line.split(" ")));
  const least = columns.map((lines, column) =>
    Math.max(
      longestWord([...lines, ...cells[0]![column]!]),
      Math.min(widest(lines), hasProse(lines) ? leastOfProse : leastOfValues),
    ),
  );
  const widths = columns.map((lines, column) => Math.max(widest(lines), longestWord(cells[0]![column]!)));
  for (let over = widths.reduce((sum, one) => sum + one + gap, -gap) - width; over > 0; over--) {
    const spare = widths.map((one, column) => (one > least[column]! ? one : 0));
    const most = Math.max(...spare);
    if (most === 0) return null;
    widths[spare.indexOf(most)]!--;
  }
  return cells.flatMap((row) => {
    const folded = row.map((lines, column) => lines.flatMap((line) => wrapped(line, widths[column]!)));
    const height = Math.max(...folded.map(({ length }) => length));
    return Array.from({ length: height }, (_, index) =>
      folded
        .map((lines, column) => padded(lines[index] ?? "", widths[column]!))
        .join(" ".repeat(gap))
        .trimEnd(),
    );
  });
}

const widest = (lines: readonly string[]) => lines.reduce((most, line) => Math.max(most, widthOf(line)), 0);
const padded = (text: string, width: number) => text + " ".repeat(width - widthOf(text));
const hasProse = (lines: readonly string[]) => widest(lines) > longestValue;

const gap = 2;
/** The fewest columns in which a folded sentence, or a value with its unit, can still be read. */
const leastOfProse = 22;
const leastOfValues = 12;

function listLines(head: readonly string[], [name = [], ...cells]: Rows[number], width: number): string[] {
  return [
    ...indented(name.map(lineText).join(" "), 2, width),
    ...cells.flatMap((cell, index) => {
      const label = head[index + 1]!;
      const lines = cell.length === 0 ? [unknown] : cell.map(lineText);
      const isProse = lines.some((line) => line.length > longestValue);
      if (!isProse) return indented(`${label}: ${lines.join("; ")}`, 4, width);
      return lines.flatMap((line, place) =>
        place === 0 ? indented(`${label}: ${line}`, 4, width) : indented(line, 6, width),
      );
    }),
  ];
}

/** A longer one is a sentence, and begins a line of its own. */
const longestValue = 40;

const indented = (text: string, by: number, width: number): string[] =>
  wrapped(plain(text), width - by, "  ").map((line) => " ".repeat(by) + line);
