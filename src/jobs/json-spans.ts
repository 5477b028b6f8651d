/** Finds the rows of JSON Lines and of a JSON list in a stream of bytes, without parsing them. */
import { UserError } from "../errors.ts";
import type { Span } from "./span.ts";

export interface Scanner {
  take(chunk: Uint8Array): void;
  /** @throws UserError where there was no list, or no end of one */
  end(name: string): Span[];
}

const newline = 0x0a;
const [quote, comma, open, backslash, close, openObject, closeObject] = [...'",[\\]{}'].map((one) => one.charCodeAt(0));

/** Every line that is not blank. */
export function lineSpans(): Scanner {
  const spans: Span[] = [];
  let position = 0;
  let start = 0;
  let line = 1;
  let isBlank = true;
  const endLine = () => {
    if (!isBlank) spans.push({ start, end: position, line });
    line += 1;
    start = position + 1;
    isBlank = true;
  };
  return {
    take(chunk) {
      for (const byte of chunk) {
        if (byte === newline) endLine();
        else if (byte > 0x20) isBlank = false;
        position += 1;
      }
    },
    end() {
      endLine();
      return spans;
    },
  };
}

/** The entries of a list: only quotes, brackets and commas are looked at. What is no JSON between them shows when it is read. */
export function listSpans(): Scanner {
  const spans: Span[] = [];
  let position = 0;
  let line = 1;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let begun: { readonly start: number; readonly line: number } | null = null;
  let found: "nothing" | "list" | "end" = "nothing";
  const endEntry = () => {
    if (begun !== null) spans.push({ ...begun, end: position });
    begun = null;
  };
  const takeByte = (byte: number) => {
    if (byte === comma && depth === 1) return endEntry();
    if (byte === close && depth === 1) {
      endEntry();
      depth = 0;
      found = "end";
      return;
    }
    if (depth === 0 && byte === open) found = "list";
    if (depth > 0) begun ??= { start: position, line };
    if (byte === quote) inString = true;
    if (byte === open || byte === openObject) depth += 1;
    if (byte === close || byte === closeObject) depth -= 1;
  };
  return {
    take(chunk) {
      for (const byte of chunk) {
        if (!inString) {
          // A byte-order mark lies above ASCII.
          if (byte > 0x20 && byte < 0x80) takeByte(byte);
        } else if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inString = false;
        if (byte === newline) line += 1;
        position += 1;
      }
    },
    end(name) {
      if (found === "end") return spans;
      throw new UserError({
        happened: `${name} ${found === "list" ? "has a list that does not end" : "is no JSON list"}`,
        expected: "a JSON list of samples",
        mend: "name it .jsonl if it has an object on each line; else put the objects into [ ]",
      });
    },
  };
}
