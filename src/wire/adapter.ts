/** What one protocol has to know: where to send, how to say it, and how to read what comes back. */
import type { AnswerDraft } from "./answer-draft.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import type { CallRequest, Protocol } from "./call.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiCompletions } from "./openai-completions.ts";

/** What an event brought: tokens of the answer (tool calls included), of the reasoning, or only bookkeeping. */
export type Carries = "nothing" | "reasoning" | "content" | "both";

export interface Adapter {
  /** Below the endpoint's base URL. */
  readonly path: string;
  headers(apiKey: string | null): Record<string, string>;
  body(request: CallRequest): Record<string, unknown>;
  /** Reads an answer that came as one JSON value. A value of the wrong shape becomes `draft.malformed`; never throws. */
  readWhole(value: unknown, draft: AnswerDraft): void;
  /** Reads the JSON value of one server-sent event. A wrong shape becomes `draft.malformed`; never throws. */
  readEvent(value: unknown, draft: AnswerDraft): Carries;
}

const adapters: Readonly<Record<Protocol, Adapter>> = {
  "openai-chat": openaiChat,
  "openai-completions": openaiCompletions,
  "anthropic-messages": anthropicMessages,
};

export function adapterOf(protocol: Protocol): Adapter {
  return adapters[protocol];
}
