/**
 * A chat request as the tokens that a model sees, with where its parts end. Vendors differ in where tool definitions stand
 * and in what closes a turn; a template says so, and each vendor's file says where that is documented.
 */
import { mark, words } from "./tokens.ts";

export interface ChatPart {
  readonly type: string;
  readonly text?: string;
  readonly [more: string]: unknown;
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: string | readonly ChatPart[] | null;
  readonly reasoning_content?: string | null;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: string } }[] | null;
}

export interface ChatTemplate {
  /** In a turn of their own before all others, or at the end of the system turn that opens the prompt. */
  readonly tools: "first" | "in system";
  /** Which turns end with a mark. */
  readonly endMarks: "all" | "assistant";
  /** Whether the prompt ends with the assistant's mark, which makes the model answer, and counts it. */
  readonly opensAnswer: boolean;
}

export interface ChatPrompt {
  readonly tokens: readonly number[];
  /** Tokens up to the end of the last message: without the mark that makes the model answer. */
  readonly inputTokens: number;
  readonly messages: readonly RenderedMessage[];
}

export interface RenderedMessage {
  readonly role: string;
  /** Tokens of the prompt up to the end of this message. */
  readonly endTokens: number;
  /** The parts of its content, each with the tokens of the prompt up to its end. */
  readonly parts: readonly { readonly part: ChatPart; readonly endTokens: number }[];
}

export function renderChat(
  template: ChatTemplate,
  messages: readonly ChatMessage[],
  tools: readonly unknown[] = [],
): ChatPrompt {
  const definitions = tools.flatMap((tool) => [mark("tool"), ...words(JSON.stringify(tool))]);
  const inSystem = definitions.length > 0 && template.tools === "in system";
  const turns: readonly ChatMessage[] =
    inSystem && messages[0]?.role !== "system" ? [{ role: "system", content: "" }, ...messages] : messages;
  const tokens: number[] = [];
  if (definitions.length > 0 && !inSystem) tokens.push(mark("tools"), ...definitions, mark("end"));

  const rendered = turns.map((message, index): RenderedMessage => {
    tokens.push(mark(message.role), ...words(message.reasoning_content ?? ""));
    const parts = partsOf(message.content).map((part) => {
      tokens.push(...partTokens(part));
      return { part, endTokens: tokens.length };
    });
    for (const { function: call } of message.tool_calls ?? []) {
      tokens.push(mark("call"), ...words(call.name), ...words(call.arguments));
    }
    if (index === 0 && inSystem) tokens.push(...definitions);
    if (template.endMarks === "all" || message.role === "assistant") tokens.push(mark("end"));
    const endTokens = tokens.length;
    // The end of the last part is the end of its message.
    return {
      role: message.role,
      endTokens,
      parts: parts.map((part, i) => (i === parts.length - 1 ? { ...part, endTokens } : part)),
    };
  });

  const inputTokens = tokens.length;
  if (template.opensAnswer) tokens.push(mark("assistant"));
  return { tokens, inputTokens, messages: rendered };
}

export function textOf(content: ChatMessage["content"]): string {
  return partsOf(content)
    .map((part) => part.text ?? "")
    .join(" ");
}

function partsOf(content: ChatMessage["content"]): readonly ChatPart[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return content ?? [];
}

/** An image or a file is one token, whatever is in it. */
function partTokens(part: ChatPart): readonly number[] {
  if (part.type === "text") return words(part.text ?? "");
  const { prompt_cache_breakpoint: _, ...content } = part;
  return [mark(JSON.stringify(content))];
}
