/** A trace in any format that has a reader, told by its first entry. */
import { UserError } from "../../../../errors.ts";
import { readMooncake } from "./mooncake.ts";
import type { Trace } from "./trace.ts";
import { readTranscript } from "./transcript.ts";
import { readWeka } from "./weka.ts";

export const traceFormats = ["mooncake", "weka", "transcript"] as const;
export type TraceFormat = (typeof traceFormats)[number];

export interface TraceOptions {
  /** For messages and records. */
  readonly name: string;
  /** Told by the first entry where it is left out. */
  readonly format?: TraceFormat | undefined;
  /** What the rows of one of Mooncake's sessions hold. */
  readonly rows?: "cumulative" | "delta" | undefined;
}

/** @throws UserError as the format's reader does, where the format cannot be told, and for `rows` of another format */
export function readTrace(text: string, { name, format = traceFormatOf(text, name), rows }: TraceOptions): Trace {
  if (format === "mooncake") return readMooncake(text, { name, ...(rows !== undefined && { rows }) });
  if (rows !== undefined) throw rowsOf(format, name);
  return format === "weka" ? readWeka(text, { name }) : readTranscript(text, { name });
}

function traceFormatOf(text: string, name: string): TraceFormat {
  const entry = firstEntry(text);
  if (Array.isArray(entry.requests)) return "weka";
  if ("input_length" in entry) return "mooncake";
  const holds = (body: unknown) => typeof body === "object" && body !== null && "messages" in body;
  if (holds(entry) || holds(entry.body) || holds(entry.request)) return "transcript";
  throw new UserError({
    happened: `${name} has the shape of no trace that is known`,
    expected: "JSON Lines of Mooncake's (`input_length`), Weka's (`requests`), or recorded bodies (`messages`)",
    mend: `correct the file, or name its format, one of ${traceFormats.join(", ")}, to be told which line is wrong`,
  });
}

/** Of a first line, or of a value that is printed over several lines. Nothing where there is no JSON. */
function firstEntry(text: string): Readonly<Record<string, unknown>> {
  const [line = ""] = text.split("\n", 1_000).filter((one) => one.trim() !== "");
  const value = parsed(line) ?? parsed(text);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const rowsOf = (format: TraceFormat, name: string) =>
  new UserError({
    happened: `${name} is read as ${format === "weka" ? "Weka's" : "a transcript"}, and what its rows hold was given`,
    expected: "that for Mooncake's traces alone: the rows of others hold whole prompts",
    mend: "leave it out, or name the format of the trace",
  });
