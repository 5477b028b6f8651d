/** Text for a terminal: how wide it is, folded into lines, and without what could steer the terminal. */

/** Columns of the terminal: one a character, but for names from outside, which may be anything. */
export const widthOf = (text: string) => [...text].length;

/** Text in lines of at most `width`, the later ones indented; a word that is longer than a line is cut. */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const room = Math.max(1, width - widthOf(indent));
  const words = text.split(" ").flatMap((word) => (widthOf(word) <= room ? [word] : pieces(word, room)));
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, length: number): string[] {
  const characters = [...word];
  return Array.from({ length: Math.ceil(characters.length / length) }, (_, index) =>
    characters.slice(index * length, (index + 1) * length).join(""),
  );
}

/** One line of text from outside, as it may be shown on a terminal: no control or escape sequences, at most `width`. */
export function plain(text: string, width = Number.POSITIVE_INFINITY): string {
  const bare = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ");
  const characters = [...bare];
  return characters.length <= width ? bare : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Text from outside in all its lines: what could steer the terminal is written out, `\x1b`. */
export const printable = (text: string) =>
  text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
