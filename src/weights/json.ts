/**
 * JSON that others wrote, strictly: what `JSON.parse` lets pass, two entries of one name and nesting that breaks the stack
 * of whoever walks through it, is an error here.
 */
import { UserError } from "../errors.ts";

const deepest = 32;

/**
 * Each colon outside of strings is an entry of an object, and `JSON.parse` keeps one entry of each name: two of one name are
 * found by counting, which takes no memory.
 *
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
  const { depth, entries } = measure(text);
  if (depth > deepest) throw invalid(`it nests deeper than ${deepest} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid((error as Error).message.slice(0, 200));
  }
  if (entriesIn(value) !== entries) throw invalid("it names an entry twice");
  return value;
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket, colon] = Array.from('"\\{}[]:', (c) =>
  c.charCodeAt(0),
);

function measure(text: string): { readonly depth: number; readonly entries: number } {
  let entries = 0;
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at++;
      while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
    } else if (code === openBrace || code === openBracket) most = Math.max(most, ++depth);
    else if (code === closeBrace || code === closeBracket) depth--;
    else if (code === colon) entries++;
  }
  return { depth: most, entries };
}

function entriesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let entries = 0;
  if (Array.isArray(value)) for (const item of value) entries += entriesIn(item);
  else
    for (const name in value) {
      // Own names only: nothing that was parsed inherits any.
      entries += 1 + entriesIn((value as Record<string, unknown>)[name]);
    }
  return entries;
}
