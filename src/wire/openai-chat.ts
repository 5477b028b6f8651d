/**
 * `POST /chat/completions`, as OpenAI defined it and everybody else speaks it: DeepSeek, Kimi, OpenRouter, vLLM, SGLang,
 * llama.cpp. Where vendors differ, the widest reading is taken: reasoning under two names, tool calls with and without
 * an index, arguments as an object, content as a list of parts, usage beside or inside the choices.
 *
 * @see https://platform.openai.com/docs/api-reference/chat
 */
import { z } from "zod";
import type { Adapter, Carries } from "./adapter.ts";
import { type AnswerDraft, append, complain, type ToolCallDraft } from "./answer-draft.ts";
import type { CallRequest, ContentPart, Message } from "./call.ts";
import { isShallow } from "./depth.ts";
import { isRecord, readServerWords } from "./server-words.ts";

export const openaiChat: Adapter = {
  path: "chat/completions",
  headers: bearer,
  body(request) {
    return {
      model: request.model,
      messages: request.messages.map(messageBody),
      ...samplingBody(request),
      ...(request.tools && {
        tools: request.tools.map((tool) => ({ type: "function", function: tool })),
      }),
      ...(request.toolChoice && {
        tool_choice:
          typeof request.toolChoice === "string"
            ? request.toolChoice
            : { type: "function", function: { name: request.toolChoice.name } },
      }),
      ...(request.responseFormat && { response_format: responseFormatBody(request.responseFormat) }),
      ...(request.reasoningEffort !== undefined && { reasoning_effort: request.reasoningEffort }),
      ...request.extraBody,
    };
  },
  readWhole(value, draft) {
    const read = Completion.safeParse(value);
    if (!read.success) return complain(draft, read.error);
    const choice = firstChoice(read.data.choices);
    if (!choice) {
      draft.malformed ??= read.data.choices ? "choices is empty" : "there are no choices";
      return;
    }
    noteEnvelope(read.data, draft);
    readChoice(choice, choice.message ?? choice.delta, draft);
  },
  readEvent(value, draft) {
    const read = Completion.safeParse(value);
    if (!read.success) {
      complain(draft, read.error);
      return "nothing";
    }
    noteEnvelope(read.data, draft);
    const choice = firstChoice(read.data.choices);
    return choice ? readChoice(choice, choice.delta ?? choice.message, draft) : "nothing";
  },
};

export function bearer(apiKey: string | null): Record<string, string> {
  return apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
}

/** The settings that chat and completions share. */
export function samplingBody(request: CallRequest): Record<string, unknown> {
  return {
    stream: request.stream,
    ...(request.stream && { stream_options: { include_usage: true } }),
    ...(request.maxTokens !== undefined && { max_tokens: request.maxTokens }),
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    ...(request.topP !== undefined && { top_p: request.topP }),
    ...(request.seed !== undefined && { seed: request.seed }),
    ...(request.stop && { stop: request.stop }),
  };
}

function messageBody(message: Message): Record<string, unknown> {
  return {
    role: message.role,
    content: typeof message.content === "string" ? message.content : message.content.map(partBody),
    ...(message.reasoning !== undefined && { reasoning_content: message.reasoning }),
    ...(message.toolCalls && {
      tool_calls: message.toolCalls.map(({ id, name, arguments: args }) => ({
        id,
        type: "function",
        function: { name, arguments: args },
      })),
    }),
    ...(message.toolCallId !== undefined && { tool_call_id: message.toolCallId }),
  };
}

function partBody(part: ContentPart): Record<string, unknown> {
  return {
    ...(part.type === "text" ? { type: "text", text: part.text } : { type: "image_url", image_url: { url: part.url } }),
    // OpenAI's, from GPT-5.6 on.
    ...(part.endsPrefix && { prompt_cache_breakpoint: { mode: "explicit" } }),
  };
}

function responseFormatBody(format: NonNullable<CallRequest["responseFormat"]>): Record<string, unknown> {
  if (format.type === "json_object") return { type: "json_object" };
  return { type: "json_schema", json_schema: { name: format.name, schema: format.schema, strict: true } };
}

// Mistral writes thinking as a part that holds parts.
const Part = z.object({
  type: z.string().nullish(),
  text: z.string().nullish(),
  thinking: z.union([z.string(), z.array(z.object({ text: z.string().nullish() }))]).nullish(),
});

const ToolCallPiece = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z
    .object({
      name: z.string().nullish(),
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
    })
    .nullish(),
});

const Delta = z.object({
  content: z.union([z.string(), z.array(Part)]).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(ToolCallPiece).nullish(),
});
type Delta = z.infer<typeof Delta>;

const Choice = z.object({
  index: z.number().nullish(),
  delta: Delta.nullish(),
  message: Delta.nullish(),
  finish_reason: z.string().nullish(),
  usage: z.unknown().optional(),
  error: z.unknown().optional(),
});
type Choice = z.infer<typeof Choice>;

const Completion = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z.array(Choice).nullish(),
  usage: z.unknown().optional(),
  timings: z.unknown().optional(),
});

/** What every OpenAI-like response says about itself, whichever its choices. */
export interface Envelope {
  readonly id?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly choices?: readonly { readonly usage?: unknown }[] | null | undefined;
  readonly usage?: unknown;
  readonly timings?: unknown;
}

export function noteEnvelope(envelope: Envelope, draft: AnswerDraft): void {
  draft.responseId ??= envelope.id ?? null;
  draft.servedModel ??= envelope.model ?? null;
  // llama.cpp sends timings with every token if asked to; they do not replace a usage.
  const hasUsage = envelope.usage || envelope.choices?.[0]?.usage;
  if (hasUsage || (envelope.timings && !draft.usageReported)) draft.usageSource = envelope;
  if (hasUsage) draft.usageReported = true;
  if (isRecord(envelope.timings) && isShallow(envelope.timings)) draft.serverTimings = envelope.timings;
}

/** With `n` above 1 the others are left in the raw body. */
export function firstChoice<T extends { readonly index?: number | null | undefined }>(
  choices: readonly T[] | null | undefined,
): T | undefined {
  return choices?.find((choice) => !choice.index);
}

function readChoice(choice: Choice, delta: Delta | null | undefined, draft: AnswerDraft): Carries {
  draft.begun = true;
  draft.finishReason = choice.finish_reason ?? draft.finishReason;
  if (choice.error) draft.serverError ??= readServerWords(choice);
  if (!delta) return "nothing";
  const content = partsOf(delta.content);
  const carries = append(
    draft,
    content.text ?? delta.refusal ?? null,
    delta.reasoning_content ?? delta.reasoning ?? content.thinking,
  );
  let called = false;
  for (const piece of delta.tool_calls ?? []) called = addToolCall(piece, draft) || called;
  if (!called) return carries;
  return carries === "reasoning" || carries === "both" ? "both" : "content";
}

function partsOf(content: Delta["content"]): { text: string | null; thinking: string | null } {
  if (!Array.isArray(content)) return { text: content ?? null, thinking: null };
  let text: string | null = null;
  let thinking: string | null = null;
  for (const part of content) {
    if (part.text) text = (text ?? "") + part.text;
    const thought = Array.isArray(part.thinking) ? part.thinking.map((p) => p.text ?? "").join("") : part.thinking;
    if (thought) thinking = (thinking ?? "") + thought;
  }
  return { text, thinking };
}

/**
 * Adds a piece to the call it belongs to. Some vendors send no index, some send 0 for every call: a new id is a new
 * call, and a piece without either belongs to the last one.
 */
function addToolCall(piece: z.infer<typeof ToolCallPiece>, draft: AnswerDraft): boolean {
  const known = piece.index == null ? draft.toolCalls.at(-1) : draft.toolCallByIndex.get(piece.index);
  const isNew = !known || (piece.id && known.id !== "" && piece.id !== known.id) || (piece.index == null && piece.id);
  const call: ToolCallDraft = isNew ? { id: "", name: "", arguments: "" } : known;
  if (isNew) {
    draft.toolCalls.push(call);
    if (piece.index != null) draft.toolCallByIndex.set(piece.index, call);
  }
  const { name, arguments: args } = piece.function ?? {};
  if (piece.id) call.id = piece.id;
  if (name && call.name === "") call.name = name;
  const text = typeof args === "object" && args !== null ? JSON.stringify(args) : (args ?? "");
  call.arguments += text;
  return Boolean(name || text);
}
