/**
 * A request's body as the parts of its prompt, to be compared with those of another one: tools, system, messages. Its tokens,
 * and where a vendor's cache may cut it, are `promptOfBody`'s to say.
 */
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
}

/** Of a body that Assay sent: what it has no place for (completions) has no parts. */
export function promptParts(requestBody: string, protocol: Protocol): PromptPart[] {
  const body = JSON.parse(requestBody) as Fields;
  const messages = protocol === "anthropic-messages" ? anthropicParts(body) : chatParts(body);
  return [...listOf(body.tools).map(toolPart), ...messages];
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
    return { place, number: index + 1, role, type, text: text.filter((one) => one !== "").join("\n") };
  });
}

const callText = (call: { readonly name: string; readonly arguments: string }) => `${call.name}(${call.arguments})`;

function anthropicParts(body: Fields): PromptPart[] {
  const part = (place: "system" | "messages", number: number, role: string, block: Fields): PromptPart => ({
    ...{ place, number, role },
    type: String(block.type),
    text: textOf(block),
  });
  return [
    ...blocksOf(body.system).map((block) => part("system", 1, "system", block)),
    ...listOf(body.messages).flatMap((message, index) =>
      blocksOf(message.content).map((block) => part("messages", index + 1, String(message.role), block)),
    ),
  ];
}

function toolPart(tool: Fields, index: number): PromptPart {
  const { cache_control: _mark, ...definition } = tool;
  return { place: "tools", number: index + 1, role: "tools", type: "tool", text: JSON.stringify(definition) };
}

const blocksOf = (content: unknown): readonly Fields[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : listOf(content);

const listOf = (value: unknown) => (Array.isArray(value) ? (value as readonly Fields[]) : []);

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
