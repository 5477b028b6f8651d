/** The prompt of a body for `POST /chat/completions`: in which order a vendor's template puts tools, turns and marks. */
import type { Breakpoint, CachedPrompt } from "./cache-rule.ts";
import { type Fields, fieldsOf, listOf, type PromptTokenizer, PromptTokens } from "./prompt-tokens.ts";

export interface ChatTemplate {
  /** In a turn before all others, or at the end of the system turn that opens the prompt. */
  readonly tools: "first" | "in system";
  /** Which turns end with a mark. */
  readonly endMarks: "all" | "assistant";
  /** Whether the mark that opens the answer is counted as input. */
  readonly opensAnswer: boolean;
}

export interface ChatPrompt {
  readonly tokens: PromptTokens;
  /** Without the mark that opens the answer. */
  readonly inputTokens: number;
  readonly messages: readonly ChatMessage[];
}

interface ChatMessage {
  readonly role: string;
  readonly endTokens: number;
  /** The end of the last part is the end of its message. */
  readonly parts: readonly { readonly part: Fields; readonly endTokens: number }[];
}

export function chatPrompt(body: Fields, template: ChatTemplate, tokenizer: PromptTokenizer): ChatPrompt {
  const tokens = new PromptTokens(tokenizer);
  const tools = listOf(body.tools);
  const define = () => {
    for (const tool of tools) {
      tokens.mark("tool");
      tokens.text(JSON.stringify(tool));
    }
  };
  const inSystem = tools.length > 0 && template.tools === "in system";
  if (tools.length > 0 && !inSystem) {
    tokens.mark("tools");
    define();
    tokens.mark("end");
  }
  // A vendor's `POST /messages` has the system text beside the messages.
  const messages = [
    ...(body.system === undefined ? [] : [{ role: "system", content: body.system }]),
    ...listOf(body.messages),
  ];
  const opensWithSystem = messages[0]?.role === "system";
  const turns = inSystem && !opensWithSystem ? [{ role: "system" }, ...messages] : messages;
  const rendered = turns.map((message: Fields, index): ChatMessage => {
    const role = String(message.role);
    tokens.mark(role);
    const parts = said(message, tokens);
    if (inSystem && index === 0) define();
    if (template.endMarks === "all" || role === "assistant") tokens.mark("end");
    const endTokens = tokens.length;
    return { role, endTokens, parts: parts.with(-1, { ...parts.at(-1)!, endTokens }) };
  });
  const inputTokens = tokens.length;
  if (template.opensAnswer) tokens.mark("assistant");
  return { tokens, inputTokens, messages: rendered };
}

/** An answer as it stands in the next prompt, behind the prompt that it answers. */
export function chatAnswer(
  message: Fields,
  isWhole: boolean,
  { opensAnswer }: ChatTemplate,
  tokenizer: PromptTokenizer,
): Int32Array {
  const tokens = new PromptTokens(tokenizer);
  if (!opensAnswer) tokens.mark("assistant");
  said(message, tokens);
  if (isWhole) tokens.mark("end");
  return tokens.whole();
}

/** What a message says, between its marks; returns its parts, of which there is one at least. */
function said(message: Fields, tokens: PromptTokens): ChatMessage["parts"] {
  tokens.text(message.reasoning_content);
  const { content } = message;
  const parts = Array.isArray(content) ? listOf(content) : [{ type: "text", text: content }];
  const rendered = parts.map((part: Fields) => {
    const { prompt_cache_breakpoint: _mark, ...told } = part;
    if (part.type === "text") tokens.text(part.text);
    else tokens.attachment(told);
    return { part, endTokens: tokens.length };
  });
  for (const { function: called } of listOf(message.tool_calls)) {
    const { name, arguments: args } = fieldsOf(called);
    tokens.mark("call");
    tokens.text(name);
    tokens.text(args);
  }
  return rendered.length > 0 ? rendered : [{ part: {}, endTokens: tokens.length }];
}

/** OpenAI's boundaries from GPT-5.6 on: what the guide counts as a message that ends a prefix, and what is marked. */
export function openAiBoundaries({ messages }: ChatPrompt, body: Fields): Partial<CachedPrompt> {
  const { mode, ttl } = fieldsOf(body.prompt_cache_options);
  const lifetimeMs = lifetimeOf(ttl);
  const breakpoints = messages
    // Marks on the assistant's own text are not supported.
    .filter(({ role }) => role !== "assistant")
    .flatMap(({ parts }) => parts)
    .flatMap(({ part, endTokens }): Breakpoint[] => {
      const mark = fieldsOf(part.prompt_cache_breakpoint);
      const ownMs = lifetimeOf(mark.ttl) ?? lifetimeMs;
      if (mark.mode !== "explicit") return [];
      return [ownMs === undefined ? { endTokens } : { endTokens, lifetimeMs: ownMs }];
    });
  return {
    breakpoints,
    blockEnds: countingEnds(messages),
    mode: mode === "explicit" ? "explicit" : "implicit",
    ...(lifetimeMs !== undefined && { lifetimeMs }),
  };
}

const lifetimeOf = (ttl: unknown) => ({ "30m": 30 * 60_000, "12h": 12 * 60 * 60_000 })[String(ttl)];

/**
 * The rule takes the first for the end of the developer messages that open the conversation, and looks it up however long
 * ago it was: where there are none, it gets no more ends than it looks up anyway.
 */
function countingEnds(messages: readonly ChatMessage[]): number[] {
  const isDeveloper = ({ role }: ChatMessage) => role === "developer" || role === "system";
  const others = messages.findIndex((message) => !isDeveloper(message));
  const opening = others < 0 ? messages.length : others;
  const counting = messages.filter(({ role }, index) => {
    const next = messages[index + 1]?.role;
    return index === opening - 1 || role === "user" || (role === "tool" && next !== "tool");
  });
  const ends = counting.map(({ endTokens }) => endTokens);
  return opening > 0 ? ends : ends.slice(-lookedUpEnds);
}

/** The implicit breakpoint and the 20 before it. */
const lookedUpEnds = 21;
