/** JSON out of an answer. */
import { messageOf } from "../../errors.ts";

export type JsonAnswer = { readonly value: unknown; readonly problem: null } | { readonly problem: string };

/**
 * The value that an answer is, or why it is none.
 *
 * @param fences  takes the JSON out of a Markdown code fence, if the answer is one and nothing else
 */
export function jsonAnswer(text: string, fences: boolean): JsonAnswer {
  const bare = text.trim();
  try {
    return { value: JSON.parse(fences ? withoutFence(bare) : bare), problem: null };
  } catch (error) {
    return { problem: bare === "" ? "nothing" : messageOf(error) };
  }
}

function withoutFence(text: string): string {
  const firstLine = /^```[a-z]*\s*\n/i.exec(text)?.[0];
  return firstLine !== undefined && text.length > firstLine.length && text.endsWith("```")
    ? text.slice(firstLine.length, -3)
    : text;
}
