/**
 * JSON that others wrote, strictly: what `JSON.parse` lets pass, two entries of one name and nesting that breaks the stack
 * of whoever walks through it, is an error here.
 */
import { UserError } from "../errors.ts";

const deepest = 32;

/**
 * @param name  of the file, for messages
 * @throws UserError where it is no JSON, names an entry twice, or nests deeper than 32 levels
 */
export function parseJson(text: string, name: string): unknown {
  const invalid = (why: string) =>
    new UserError({
      happened: `${name} is not usable JSON: ${why}`,
      expected: "JSON as the tools of the model's publisher write it",
      mend: "download the file again, or report it to the publisher",
    });
  let value: unknown;
  const depth = depthOf(text);
  if (depth > deepest) throw invalid(`it nests deeper than ${deepest} levels`);
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid((error as Error).message.slice(0, 200));
  }
  const twice = repeatedKey(text);
  if (twice !== null) throw invalid(`it names ${twice.slice(0, 200)} twice`);
  return value;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, colon, comma] = Array.from(
  '"\\{}[]:,',
  (c) => c.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === openBrace || code === openBracket) most = Math.max(most, ++depth);
    else if (code === closeBrace || code === closeBracket) depth--;
  }
  return most;
}

/** The first key that an object has twice, as written; the text is valid JSON. */
function repeatedKey(text: string): string | null {
  const objects: (Set<string> | null)[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      const keys = objects.at(-1);
      if (expectsKey && keys) {
        const written = text.slice(at, end + 1);
        const key = written.includes("\\") ? (JSON.parse(written) as string) : written.slice(1, -1);
        if (keys.has(key)) return written;
        keys.add(key);
      }
      at = end;
    } else if (code === openBrace || code === openBracket) {
      objects.push(code === openBrace ? new Set() : null);
      expectsKey = code === openBrace;
    } else if (code === closeBrace || code === closeBracket) objects.pop();
    else if (code === colon) expectsKey = false;
    else if (code === comma) expectsKey = objects.at(-1) !== null;
  }
  return null;
}

/** Index of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
