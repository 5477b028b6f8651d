/**
 * One request on the wire with all that was seen of it. Everything else in Assay hangs on this record, so it keeps the
 * exact bytes sent and received beside what was understood of them.
 */
import type { Timings } from "./timings.ts";
import type { Usage } from "./usage.ts";

/** The wire formats that Assay speaks. */
export type Protocol = "openai-chat" | "openai-completions" | "anthropic-messages";

/** Where requests go. The key is used in headers only: it is never recorded. */
export interface Endpoint {
  /** Up to and with the version part, e.g. `https://api.deepseek.com/v1`. */
  readonly baseUrl: string;
  readonly protocol: Protocol;
  readonly apiKey: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ContentPart = (
  | { readonly type: "text"; readonly text: string }
  /** A `data:` or `https:` address of an image. */
  | { readonly type: "image"; readonly url: string }
) & {
  /** A prefix ends here that other requests have too. For vendors that keep only what is marked; others may refuse it. */
  readonly endsPrefix?: true;
};

export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly ContentPart[];
  /** What the model reasoned in this turn; vendors with thinking models want it passed back. */
  readonly reasoning?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** With role `tool`: the call that this answers. */
  readonly toolCallId?: string;
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: possibly not JSON. */
  readonly arguments: string;
}

/** A request in Assay's words; the protocol's adapter turns it into that vendor's body. */
export interface CallRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly tools?: readonly Tool[];
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  readonly responseFormat?:
    | { readonly type: "json_object" }
    | { readonly type: "json_schema"; readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
  readonly reasoningEffort?: string;
  /** Merged into the body last, for what a vendor has of its own. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

/** What a server is allowed to make us wait for or hold. */
export interface CallLimits {
  /** From sending to the end of the answer, ms. */
  readonly timeoutMs: number;
  /** Without a byte, ms; counts from sending where `firstByteMs` is not said. */
  readonly idleMs: number;
  /** From sending to the first byte, ms: a long prompt takes minutes to read, a stalled answer does not come back. */
  readonly firstByteMs?: number;
  /** Of the answer's body, bytes. */
  readonly maxResponseBytes: number;
  /** Of one server-sent event, characters; {@link defaultMaxEventCharacters} where it is not said. */
  readonly maxEventCharacters?: number;
}

export const defaultMaxEventCharacters = 8 * 2 ** 20;

export const defaultLimits: CallLimits = { timeoutMs: 600_000, idleMs: 120_000, maxResponseBytes: 64 * 2 ** 20 };

/** How a call can fail. `cancelled` is ours (Ctrl-C), the rest are the server's or the network's. */
export type FailureClass =
  | "auth"
  | "rate-limit"
  | "overloaded"
  | "server-error"
  | "invalid-request"
  | "not-found"
  | "context-exceeded"
  | "timeout"
  | "idle-timeout"
  | "connection-refused"
  | "connection-lost"
  | "malformed-response"
  | "truncated-stream"
  | "response-too-large"
  | "cancelled";

export interface CallFailure {
  readonly class: FailureClass;
  /** For a person: what happened, with the server's own words where there are any. */
  readonly message: string;
  readonly status: number | null;
  /** What Retry-After (or a vendor's own header) asks for, ms; null where the server did not say. */
  readonly retryAfterMs: number | null;
}

/** What the model said. After a failure it holds what had arrived by then. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string | null;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string | null;
  /** The model the server says it ran. */
  readonly servedModel: string | null;
  readonly responseId: string | null;
}

export interface Call {
  readonly protocol: Protocol;
  readonly url: string;
  /** The exact body sent. */
  readonly requestBody: string;
  readonly status: number | null;
  /**
   * The exact body received, server-sent events included; a replacement character stands for what is not UTF-8. Of a body
   * that went beyond a limit, or came with a bad status, the first million characters are kept.
   */
  readonly responseBody: string;
  readonly answer: Answer;
  /** Null where the server reported none. */
  readonly usage: Usage | null;
  /** What the server says of its own time (llama.cpp's `timings`), as it said it. */
  readonly serverTimings: Readonly<Record<string, unknown>> | null;
  readonly timings: Timings;
  /** Null when the answer came whole. */
  readonly failure: CallFailure | null;
}
