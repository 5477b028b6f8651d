/** A request's body as the parts of its prompt, in the order in which most templates have them: tools, system, messages. */
import type { Protocol } from "../../../../wire/index.ts";

export interface PromptPart {
  readonly place: "tools" | "system" | "messages";
  /** Of the message, from 1; of a tool, its number. A message of several blocks has several parts. */
  readonly number: number;
  readonly role: string;
  /** `text`, `tool_use`, `tool_result`, … */
  readonly type: string;
  /** What the model reads of it. */
  readonly text: string;
  /** What the caller marked with Anthropic's `cache_control`; null where nothing. */
  readonly mark: CacheMark | null;
}

export interface CacheMark {
  /** 5 minutes or an hour. */
  readonly lifetimeMs: number;
}

export interface PromptBody {
  readonly parts: readonly PromptPart[];
  /** Anthropic's automatic caching: a mark on the last part. */
  readonly automatic: CacheMark | null;
  /** OpenAI's `prompt_cache_key`. */
  readonly cacheKey: string | null;
}

/** Of a body that Assay sent: what it has no place for (completions) has no parts. */
export function promptBody(requestBody: string, protocol: Protocol): PromptBody {
  const body = JSON.parse(requestBody) as Fields;
  const tools = listOf(body.tools).map(toolPart);
  const cacheKey = typeof body.prompt_cache_key === "string" ? body.prompt_cache_key : null;
  const messages = protocol === "anthropic-messages" ? anthropicParts(body) : chatParts(body);
  return { parts: [...tools, ...messages], automatic: markOf(body.cache_control), cacheKey };
}

type Fields = Readonly<Record<string, unknown>>;

function chatParts(body: Fields): PromptPart[] {
  const messages = listOf(body.messages);
  const opening = messages.findIndex(({ role }) => role !== "system" && role !== "developer");
  return messages.map((message, index) => {
    const place = opening < 0 || index < opening ? "system" : "messages";
    const role = String(message.role);
    const calls = listOf(message.tool_calls).map(
      ({ function: called }) => called as { name: string; arguments: string },
    );
    const text = [textOf(message.reasoning_content), textOf(message.content), ...calls.map(callText)];
    const type = role === "tool" ? "tool_result" : "text";
    return { place, number: index + 1, role, type, text: text.filter((one) => one !== "").join("\n"), mark: null };
  });
}

/** A tool call as the text of a part. */
export const callText = (call: { readonly name: string; readonly arguments: string }) =>
  `${call.name}(${call.arguments})`;

function anthropicParts(body: Fields): PromptPart[] {
  const part = (place: "system" | "messages", number: number, role: string, block: Fields): PromptPart => ({
    ...{ place, number, role },
    type: String(block.type),
    text: textOf(block),
    mark: markOf(block.cache_control),
  });
  return [
    ...blocksOf(body.system).map((block) => part("system", 1, "system", block)),
    ...listOf(body.messages).flatMap((message, index) =>
      blocksOf(message.content).map((block) => part("messages", index + 1, String(message.role), block)),
    ),
  ];
}

function toolPart(tool: Fields, index: number): PromptPart {
  const { cache_control: mark, ...definition } = tool;
  const text = JSON.stringify(definition);
  return { place: "tools", number: index + 1, role: "tools", type: "tool", text, mark: markOf(mark) };
}

const blocksOf = (content: unknown): readonly Fields[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : listOf(content);

const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly Fields[]) : []);

function markOf(control: unknown): CacheMark | null {
  if (typeof control !== "object" || control === null) return null;
  return { lifetimeMs: (control as Fields).ttl === "1h" ? 60 * 60_000 : 5 * 60_000 };
}

/** Of content, a block, or nothing; ids of calls are left out, as most templates leave them out. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  const { type, text, content, name, input, cache_control: _mark, ...other } = value as Fields;
  if (type === "text") return String(text);
  if (type === "tool_use") return callText({ name: String(name), arguments: JSON.stringify(input) });
  return type === "tool_result" ? textOf(content) : JSON.stringify(other);
}
