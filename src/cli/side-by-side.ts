/** Things side by side: a column each where there is room, else a line each below what is compared. */
import { widthOf, wrapped } from "../units/index.ts";
import { table } from "./table.ts";

/** @param rows  what is compared, then the lines of each thing's cell */
export function sideBySide(
  names: readonly string[],
  rows: readonly (readonly [string, ...(readonly string[])[]])[],
  width: number,
): string {
  const label = Math.min(longestLabel, Math.max(...rows.map(([says]) => widthOf(says) + gap)));
  const column = Math.floor((width - label) / names.length) - gap;
  return column >= leastColumn ? columns(names, rows, label, column) : lists(names, rows, width);
}

type Rows = Parameters<typeof sideBySide>[1];

function columns(names: readonly string[], rows: Rows, label: number, column: number): string {
  const line = (cells: readonly (readonly string[])[]) => {
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, index) =>
      cells
        .map((lines, place) => padded(lines[index] ?? "", place === 0 ? label : column))
        .join(" ".repeat(gap))
        .trimEnd(),
    ).join("\n");
  };
  const folded = (lines: readonly string[]) => lines.flatMap((one) => wrapped(brokenWords(one, column), column));
  return [
    line([[], ...names.map((name) => folded([name]))]),
    ...rows.map(([says, ...cells]) => line([wrapped(says, label, "  "), ...cells.map(folded)])),
  ].join("\n");
}

const lists = (names: readonly string[], rows: Rows, width: number): string =>
  rows
    .map(([says, ...cells]) => {
      const list = table(
        ["", ""],
        names.map((name, index) => [`  ${name}`, cells[index]!.join("; ")]),
        width,
      );
      return [...wrapped(says, width), ...list.split("\n").slice(1)].join("\n");
    })
    .join("\n");

/** Words that are too long for a line may end it after a dash or a slash. */
const brokenWords = (text: string, room: number): string =>
  text
    .split(" ")
    .map((word) => (widthOf(word) <= room ? word : broken(word, room)))
    .join(" ");

function broken(word: string, room: number): string {
  const lines = [""];
  for (const piece of word.split(/(?<=[-/])/)) {
    const line = lines.at(-1)! + piece;
    if (widthOf(line) <= room) lines[lines.length - 1] = line;
    else lines.push(piece);
  }
  return lines.filter((line) => line !== "").join(" ");
}

const padded = (text: string, width: number) => text + " ".repeat(Math.max(0, width - widthOf(text)));

const gap = 2;
const longestLabel = 26;
const leastColumn = 16;
