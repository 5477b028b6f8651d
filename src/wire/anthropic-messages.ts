/**
 * `POST /messages`, Anthropic's own protocol, which DeepSeek, Kimi, MiniMax and llama.cpp offer as well. System turns go
 * into `system`, tool results into user turns, and usage comes in two halves: the input with `message_start`, the output
 * with `message_delta`.
 *
 * Left out: `seed` (there is none), and reasoning of earlier turns (a thinking block needs the vendor's signature).
 *
 * @see https://docs.anthropic.com/en/api/messages and …/messages-streaming
 */
import { z } from "zod";
import type { Adapter, Carries } from "./adapter.ts";
import { type AnswerDraft, append, complain, type ToolCallDraft } from "./answer-draft.ts";
import type { CallRequest, ContentPart, Message } from "./call.ts";
import { isRecord } from "./server-words.ts";

/** The API demands a limit; this one is taken where the request has none. */
const defaultMaxTokens = 4_096;

export const anthropicMessages: Adapter = {
  path: "messages",
  headers: (apiKey) => ({ ...(apiKey !== null && { "x-api-key": apiKey }), "anthropic-version": "2023-06-01" }),
  body(request) {
    const system = request.messages.filter((message) => message.role === "system").map((message) => message.content);
    return {
      model: request.model,
      max_tokens: request.maxTokens ?? defaultMaxTokens,
      ...(system.length > 0 && { system: systemBody(system) }),
      messages: turns(request.messages),
      stream: request.stream,
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      ...(request.topP !== undefined && { top_p: request.topP }),
      ...(request.stop && { stop_sequences: request.stop }),
      ...(request.tools && {
        tools: request.tools.map(({ parameters, ...tool }) => ({ ...tool, input_schema: parameters })),
      }),
      ...(request.toolChoice && { tool_choice: toolChoiceBody(request.toolChoice) }),
      ...outputConfig(request),
      ...request.extraBody,
    };
  },
  readWhole(value, draft) {
    const read = Whole.safeParse(value);
    if (!read.success) return complain(draft, read.error);
    noteMessage(read.data, draft);
    for (const block of read.data.content) readBlock(block, draft);
  },
  readEvent(value, draft) {
    const read = StreamEvent.safeParse(value);
    if (!read.success) {
      complain(draft, read.error);
      return "nothing";
    }
    const { data: event } = read;
    switch (event.type) {
      case "message_start":
        noteMessage(event.message ?? {}, draft);
        return "nothing";
      case "content_block_start":
        return event.content_block ? readBlock(event.content_block, draft, event.index ?? undefined) : "nothing";
      case "content_block_delta":
        return event.delta ? readDelta(event.delta, event.index ?? 0, draft) : "nothing";
      case "message_delta":
        draft.finishReason = event.delta?.stop_reason ?? draft.finishReason;
        noteUsage(event.usage, draft);
        return "nothing";
      case "message_stop":
        draft.done = true;
        return "nothing";
      default: // ping, content_block_stop, and what is yet to come
        return "nothing";
    }
  },
};

function systemBody(contents: readonly Message["content"][]): unknown {
  if (contents.every((content) => typeof content === "string")) return contents.join("\n\n");
  return contents.flatMap((content) => (typeof content === "string" ? [textBlock(content)] : content.map(partBody)));
}

/** Messages as alternating turns: results of parallel tool calls have to stand in one user turn. */
function turns(messages: readonly Message[]): unknown[] {
  const result: { role: string; content: unknown; fromTool: boolean }[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const fromTool = message.role === "tool";
    const last = result.at(-1);
    if (fromTool && last?.fromTool && Array.isArray(last.content)) last.content.push(toolResult(message));
    else if (fromTool) result.push({ role: "user", content: [toolResult(message)], fromTool });
    else result.push({ role: message.role, content: contentBody(message), fromTool });
  }
  return result.map(({ role, content }) => ({ role, content }));
}

/** A mark is the result's own: its parts take none. */
function toolResult(message: Message): Record<string, unknown> {
  const parts = typeof message.content === "string" ? [] : message.content;
  const content = typeof message.content === "string" ? message.content : parts.map(unmarkedBody);
  const mark = markBody({ endsPrefix: parts.at(-1)?.endsPrefix });
  return { type: "tool_result", tool_use_id: message.toolCallId ?? "", content, ...mark };
}

function contentBody(message: Message): unknown {
  if (!message.toolCalls?.length) {
    return typeof message.content === "string" ? message.content : message.content.map(partBody);
  }
  // An empty text block is refused.
  const text = typeof message.content === "string" ? [textBlock(message.content)] : message.content.map(partBody);
  return [
    ...text.filter((block) => block.text !== ""),
    ...message.toolCalls.map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: inputOf(call) })),
  ];
}

/** The API wants an object; arguments that are not one are passed on under `arguments`. */
function inputOf(call: { readonly arguments: string }): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(call.arguments);
    if (isRecord(value)) return value;
  } catch {
    // As the model wrote them: possibly not JSON.
  }
  return call.arguments === "" ? {} : { arguments: call.arguments };
}

function textBlock(text: string): Record<string, unknown> {
  return { type: "text", text };
}

const partBody = (part: ContentPart) => ({ ...unmarkedBody(part), ...markBody(part) });

const markBody = ({ endsPrefix }: { readonly endsPrefix?: true | undefined }) =>
  endsPrefix === undefined ? {} : { cache_control: { type: "ephemeral" } };

function unmarkedBody(part: ContentPart): Record<string, unknown> {
  if (part.type === "text") return textBlock(part.text);
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(part.url);
  return {
    type: "image",
    source: data ? { type: "base64", media_type: data[1], data: data[2] } : { type: "url", url: part.url },
  };
}

function toolChoiceBody(choice: NonNullable<CallRequest["toolChoice"]>): Record<string, unknown> {
  if (typeof choice !== "string") return { type: "tool", name: choice.name };
  return { type: choice === "required" ? "any" : choice };
}

function outputConfig(request: CallRequest): Record<string, unknown> {
  const format = request.responseFormat?.type === "json_schema" ? request.responseFormat : undefined;
  if (!format && request.reasoningEffort === undefined) return {};
  return {
    output_config: {
      ...(request.reasoningEffort !== undefined && { effort: request.reasoningEffort }),
      ...(format && { format: { type: "json_schema", schema: format.schema } }),
    },
  };
}

const Block = z.object({
  type: z.string(),
  text: z.string().nullish(),
  thinking: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
});

const Delta = z.object({
  type: z.string().nullish(),
  text: z.string().nullish(),
  thinking: z.string().nullish(),
  partial_json: z.string().nullish(),
  stop_reason: z.string().nullish(),
});

const About = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  stop_reason: z.string().nullish(),
  usage: z.unknown().optional(),
});

const Whole = About.extend({ content: z.array(Block) });

const StreamEvent = z.object({
  type: z.string(),
  index: z.number().nullish(),
  message: About.nullish(),
  content_block: Block.nullish(),
  delta: Delta.nullish(),
  usage: z.unknown().optional(),
});

function noteMessage(message: Partial<z.infer<typeof About>>, draft: AnswerDraft): void {
  draft.begun = true;
  draft.responseId ??= message.id ?? null;
  draft.servedModel ??= message.model ?? null;
  draft.finishReason = message.stop_reason ?? draft.finishReason;
  noteUsage(message.usage, draft);
}

/** Counts are cumulative: what a later event says replaces what an earlier one said, and what it leaves out stays. */
function noteUsage(usage: unknown, draft: AnswerDraft): void {
  if (!isRecord(usage)) return;
  const before = draft.usageSource;
  if (!isRecord(before)) {
    draft.usageSource = usage;
    return;
  }
  const said = Object.entries(usage).filter(([, value]) => value !== null);
  draft.usageSource = Object.fromEntries([...Object.entries(before), ...said]);
}

/** A whole block, or the start of one: with an index, what follows is for that index. */
function readBlock(block: z.infer<typeof Block>, draft: AnswerDraft, index?: number): Carries {
  if (block.type !== "tool_use") {
    return append(draft, block.type === "text" ? (block.text ?? null) : null, block.thinking ?? null);
  }
  // In a stream the input starts as {} and its text follows in deltas.
  const input = isRecord(block.input) && (index === undefined || Object.keys(block.input).length > 0);
  const call: ToolCallDraft = {
    id: block.id ?? "",
    name: block.name ?? "",
    arguments: input ? JSON.stringify(block.input) : "",
  };
  draft.toolCalls.push(call);
  if (index !== undefined) draft.toolCallByIndex.set(index, call);
  return "content";
}

function readDelta(delta: z.infer<typeof Delta>, index: number, draft: AnswerDraft): Carries {
  if (delta.partial_json) {
    const call = draft.toolCallByIndex.get(index);
    if (!call) {
      draft.malformed ??= `arguments came for block ${index}, which is no tool call`;
      return "nothing";
    }
    call.arguments += delta.partial_json;
    return "content";
  }
  return append(draft, delta.text ?? null, delta.thinking ?? null);
}
