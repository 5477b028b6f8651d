/** How a tool call's error is said to the model, and counted afterwards: the requests of a trial hold them all. */
import type { ToolCallErrorClass } from "../../../scorers/tool-call-errors.ts";
import type { TrialRecord } from "../../../trial.ts";
import { promptParts } from "../turns/prompt-parts.ts";

/** OpenRouter's classes for calls that are malformed; `Failed` for those that are well formed and cannot be answered. */
export const toolErrorClasses = ["InvalidJson", "UnknownName", "SchemaMismatch", "Failed"] as const;
export type ToolErrorClass = ToolCallErrorClass | "Failed";

export const toolError = (kind: ToolErrorClass, detail: string) => `error (${kind}): ${detail}`;

export interface ToolErrors {
  /** Calls that were answered: those of an answer that ended the loop were not. */
  readonly toolCalls: number;
  readonly errors: Readonly<Record<ToolErrorClass, number>>;
}

/** The tool calls that a trial of `agentLoop` answered, and those of them that it answered with an error. */
export function toolErrorsOf({ calls }: TrialRecord): ToolErrors {
  const last = calls.findLast(({ purpose }) => purpose === "answer");
  const parts = last === undefined ? [] : promptParts(last.requestBody, last.protocol);
  const results = parts.filter(({ type }) => type === "tool_result").map(({ text }) => text);
  const count = (kind: ToolErrorClass) => results.filter((text) => text.startsWith(toolError(kind, ""))).length;
  return {
    toolCalls: results.length,
    errors: Object.fromEntries(toolErrorClasses.map((kind) => [kind, count(kind)])) as Record<ToolErrorClass, number>,
  };
}
