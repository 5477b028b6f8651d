/** An answer while it arrives. Adapters write into it; what is in it is what had arrived when a call failed. */
import type { z } from "zod";
import type { Carries } from "./adapter.ts";
import type { Answer, ToolCall } from "./call.ts";
import type { ServerWords } from "./server-words.ts";

export interface AnswerDraft {
  text: string;
  /** Null until the server sends some, be it empty. */
  reasoning: string | null;
  /** In order of appearance. */
  readonly toolCalls: ToolCallDraft[];
  /** The call that deltas with this index go to. */
  readonly toolCallByIndex: Map<number, ToolCallDraft>;
  finishReason: string | null;
  servedModel: string | null;
  responseId: string | null;
  /** The value that `readUsage` shall read: what last carried a usage. */
  usageSource: unknown;
  /** A usage object was in it, and not only timings. */
  usageReported: boolean;
  /** llama.cpp's `timings`, the last ones. */
  serverTimings: Readonly<Record<string, unknown>> | null;
  /** The server said that the answer is over (`[DONE]`, `message_stop`). */
  done: boolean;
  /** An answer was there at all, be it an empty one. */
  begun: boolean;
  /** The server reported an error inside a response with a good status. */
  serverError: ServerWords | null;
  /** What was wrong with the shape of the answer. */
  malformed: string | null;
}

export interface ToolCallDraft {
  id: string;
  name: string;
  arguments: string;
}

export function emptyDraft(): AnswerDraft {
  return {
    text: "",
    reasoning: null,
    toolCalls: [],
    toolCallByIndex: new Map(),
    finishReason: null,
    servedModel: null,
    responseId: null,
    usageSource: undefined,
    usageReported: false,
    serverTimings: null,
    done: false,
    begun: false,
    serverError: null,
    malformed: null,
  };
}

export function answerOf(draft: AnswerDraft): Answer {
  return {
    text: draft.text,
    reasoning: draft.reasoning,
    toolCalls: draft.toolCalls.map((call): ToolCall => ({ id: call.id, name: call.name, arguments: call.arguments })),
    finishReason: draft.finishReason,
    servedModel: draft.servedModel,
    responseId: draft.responseId,
  };
}

/** Appends text and reasoning; says which of them had anything in it. */
export function append(draft: AnswerDraft, text: string | null, reasoning: string | null): Carries {
  if (text) draft.text += text;
  if (reasoning !== null) draft.reasoning = (draft.reasoning ?? "") + reasoning;
  if (text) return reasoning ? "both" : "content";
  return reasoning ? "reasoning" : "nothing";
}

/** Notes a value that did not fit its schema: the first complaint, with the place. */
export function complain(draft: AnswerDraft, error: z.ZodError): void {
  const issue = error.issues[0];
  const place = issue?.path.map(String).join(".") || "the answer";
  draft.malformed ??= `${place}: ${issue?.message ?? "not of the expected shape"}`;
}
