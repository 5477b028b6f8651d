/**
 * What is wrong with a tool call, in the classes that OpenRouter counts providers' errors by.
 *
 * @see https://openrouter.ai/docs/guides/routing/auto-exacto, "Per-tool-call classification"
 */
import type { Tool, ToolCall } from "../../wire/index.ts";
import { jsonAnswer } from "./json-answer.ts";
import { schemaCheck } from "./schema-check.ts";

/** Arguments that are not JSON; a name that no tool has; arguments that the tool's schema refuses. */
export type ToolCallErrorClass = "InvalidJson" | "UnknownName" | "SchemaMismatch";

export interface ToolCallError {
  readonly class: ToolCallErrorClass;
  /** The name that was called. */
  readonly tool: string;
  readonly detail: string;
}

/**
 * The error of each call that has one, in the calls' order; of several errors in a call the first in the order of the
 * classes.
 *
 * @throws UserError where the schema of a called tool is not a JSON Schema: OpenRouter takes such calls for valid, here
 *   nobody can say
 */
export function toolCallErrors(calls: readonly ToolCall[], tools: readonly Tool[]): ToolCallError[] {
  return calls.map((call) => errorOf(call, tools)).filter((error) => error !== null);
}

function errorOf({ name, arguments: given }: ToolCall, tools: readonly Tool[]): ToolCallError | null {
  const read = jsonAnswer(given, false);
  if (read.problem !== null) return { class: "InvalidJson", tool: name, detail: read.problem };
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined)
    return { class: "UnknownName", tool: name, detail: `the tools are ${tools.map((one) => one.name).join(", ")}` };
  const complaint = schemaCheck(tool.parameters, `the tool ${name}`)(read.value);
  return complaint === null ? null : { class: "SchemaMismatch", tool: name, detail: complaint };
}
