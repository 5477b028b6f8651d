/** Bytes to text. A byte-order mark or a declared encoding is honoured; anything else has to be UTF-8. */
import { TextDecoder } from "node:util";
import { UserError } from "../errors.ts";

const marks: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/**
 * The text, with `\n` at the ends of lines.
 *
 * @param declared the encoding that the file names for itself, e.g. in a page's `<meta charset>`
 * @throws UserError where the bytes are not text in that encoding. Nothing is guessed: a wrong guess changes the words
 */
export function decodeText(path: string, bytes: Uint8Array, declared: string | null = null): string {
  const marked = marks.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0];
  const encoding = marked ?? declared ?? "utf-8";
  const text = decoded(path, bytes, encoding);
  const zero = text.indexOf("\0");
  if (zero >= 0)
    throw new UserError({
      happened: `${path} is not text: it has a zero character at place ${zero + 1}`,
      expected: "text in UTF-8, or in UTF-16 with a byte-order mark",
      mend: "name a text file, or save this one as UTF-8",
    });
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

function decoded(path: string, bytes: Uint8Array, encoding: string): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} says that its encoding is "${encoding}", which is not known`,
        expected: "an encoding that browsers know, like utf-8 or windows-1252",
        mend: "save the file as UTF-8",
      },
      { cause: error },
    );
  }
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw new UserError(
      {
        happened: `${path} is not text in ${encoding.toUpperCase()}`,
        expected: "text in UTF-8, or in UTF-16 with a byte-order mark",
        mend: "save the file as UTF-8",
      },
      { cause: error },
    );
  }
}
