/**
 * A Messages request as blocks in the order that Anthropic gives for prefixes: tools, system, messages. Every tool, every
 * system block and every content block is a block that a breakpoint can stand on.
 */
import { mark, words } from "./tokens.ts";

export interface CacheControl {
  readonly type: "ephemeral";
  readonly ttl?: "5m" | "1h";
}

export interface ContentBlock {
  readonly type: string;
  readonly text?: string;
  readonly cache_control?: CacheControl | null;
  readonly [more: string]: unknown;
}

export interface AnthropicMessage {
  readonly role: string;
  readonly content: string | readonly ContentBlock[];
}

export type System = string | readonly ContentBlock[];

export interface PromptBlock {
  readonly level: "tools" | "system" | "messages";
  readonly type: string;
  /** Tokens of the prompt up to the end of this block. */
  readonly endTokens: number;
  readonly cacheControl: CacheControl | null;
  /** Thinking and empty text can be cached with others, but cannot be marked. */
  readonly canBeMarked: boolean;
}

export interface AnthropicPrompt {
  readonly tokens: readonly number[];
  readonly blocks: readonly PromptBlock[];
}

export function render(
  messages: readonly AnthropicMessage[],
  tools: readonly Readonly<Record<string, unknown>>[] = [],
  system: System = [],
): AnthropicPrompt {
  const tokens: number[] = [];
  const blocks: PromptBlock[] = [];
  const add = (level: PromptBlock["level"], block: ContentBlock, more: readonly number[]): void => {
    tokens.push(...more);
    blocks.push({
      level,
      type: block.type,
      endTokens: tokens.length,
      cacheControl: block.cache_control ?? null,
      canBeMarked: !/thinking/.test(block.type) && !(block.type === "text" && block.text === ""),
    });
  };
  for (const tool of tools) {
    const { cache_control, ...definition } = tool;
    const block = { type: "tool", cache_control: (cache_control as CacheControl | undefined) ?? null };
    add("tools", block, [mark("tool"), ...words(JSON.stringify(definition))]);
  }
  const turns = [
    { level: "system", role: "system", content: blocksOf(system) } as const,
    ...messages.map(({ role, content }) => ({ level: "messages", role, content: blocksOf(content) }) as const),
  ];
  for (const { level, role, content } of turns) {
    for (const [i, block] of content.entries()) {
      // A turn's marks belong to its first and its last block.
      const opening = i === 0 ? [mark(role)] : [];
      const closing = i === content.length - 1 ? [mark("end")] : [];
      add(level, block, [...opening, ...blockTokens(block), ...closing]);
    }
  }
  return { tokens, blocks };
}

export function tokenize(
  messages: readonly AnthropicMessage[],
  tools?: readonly Readonly<Record<string, unknown>>[],
  system?: System,
): number[] {
  return [...render(messages, tools, system).tokens];
}

export function textOf(content: System): string {
  return blocksOf(content)
    .map((block) => block.text ?? "")
    .join(" ");
}

function blocksOf(content: System): readonly ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function blockTokens({ cache_control: _, ...block }: ContentBlock): readonly number[] {
  switch (block.type) {
    case "text":
      return words(block.text ?? "");
    case "thinking":
      return words(String(block.thinking));
    case "tool_use":
      return [mark("tool_use"), ...words(String(block.name)), ...words(JSON.stringify(block.input))];
    case "tool_result": {
      const content = (block.content ?? "") as System;
      return [mark("tool_result"), ...blocksOf(content).flatMap(blockTokens)];
    }
    default:
      // An image or a document is one token, whatever is in it.
      return [mark(JSON.stringify(block))];
  }
}
