/** A table of plain text: columns as wide as what is in them, the first to the left and the others to the right. */

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

/** Everything that the tables print is one column wide, but for names from outside, which may be anything. */
const widthOf = (text: string) => [...text].length;

function padded(text: string, width: number, left: boolean): string {
  const padding = " ".repeat(Math.max(0, width - widthOf(text)));
  return left ? text + padding : padding + text;
}

/** Text in lines of at most `width`, the later ones indented. */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** One line of text from outside, as it may be shown on a terminal: no control or escape sequences, at most `width`. */
export function plain(text: string, width: number): string {
  const bare = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ");
  const characters = [...bare];
  return characters.length <= width ? bare : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}
