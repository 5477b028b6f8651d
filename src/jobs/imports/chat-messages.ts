/**
 * Messages as request bodies and datasets write them: OpenAI's chat and responses, Anthropic's image blocks, the reasoning
 * that DeepSeek and Kimi return. What our messages do not have is told; where it is part of the question, the sample is
 * left out, for without it it would be another question.
 */
import type { MessageSpec } from "../sample.ts";
import type { UnsupportedList } from "./imported.ts";
import { isObject, type JsonObject, textOf } from "./json-value.ts";

type Part = Exclude<MessageSpec["content"], string>[number];
type Role = MessageSpec["role"];

/** `_input` is K2-Vendor-Verifier's name for a system message, `developer` OpenAI's newer one. */
const roles: Readonly<Record<string, Role>> = {
  system: "system",
  developer: "system",
  _input: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};

const known = new Set([
  "role",
  "content",
  "reasoning_content",
  "reasoning",
  "tool_calls",
  "tool_call_id",
  "function_call",
]);
/** Without meaning for the model that answers: ids of datasets, and what training weighs. */
const meaningless = new Set(["id", "weight", "train", "source", "function"]);

/**
 * The messages; null where one of them cannot be carried over, which is told to the list.
 *
 * @param given the list of messages as it was read
 */
export function chatMessages(given: unknown, where: string, unsupported: UnsupportedList): MessageSpec[] | null {
  if (!Array.isArray(given) || given.length === 0) return leftOut("no messages", where, unsupported);
  const messages: MessageSpec[] = [];
  for (const one of given) {
    const message = isObject(one)
      ? messageOf(one, where, unsupported)
      : leftOut("a message of no known form", where, unsupported);
    if (message === null) return null;
    messages.push(message);
  }
  return messages;
}

export function leftOut(why: string, where: string, unsupported: UnsupportedList): null {
  unsupported.add(`sample left out: ${why}`, where);
  return null;
}

function messageOf(given: JsonObject, where: string, unsupported: UnsupportedList): MessageSpec | null {
  const role = roles[String(given.role)];
  if (role === undefined) return leftOut(`a message of role ${JSON.stringify(given.role)}`, where, unsupported);
  const content = contentOf(given.content, where, unsupported);
  const toolCalls = toolCallsOf(given.tool_calls ?? olderCall(given.function_call), where, unsupported);
  if (content === null || toolCalls === null) return null;
  for (const [key, value] of Object.entries(given))
    if (!known.has(key) && !meaningless.has(key) && value !== null) unsupported.add(`${key} of a message`, where);
  const reasoning = textOf(given.reasoning_content) ?? textOf(given.reasoning);
  const toolCallId = textOf(given.tool_call_id);
  return {
    role,
    content,
    ...(reasoning !== null && { reasoning }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(toolCallId !== null && { toolCallId }),
  };
}

function contentOf(given: unknown, where: string, unsupported: UnsupportedList): MessageSpec["content"] | null {
  if (typeof given === "string") return given;
  // An assistant that only calls tools says nothing.
  if (given === null || given === undefined) return "";
  if (!Array.isArray(given)) return leftOut("content of no known form", where, unsupported);
  const parts: Part[] = [];
  for (const one of given) {
    const part = typeof one === "string" ? { type: "text" as const, text: one } : isObject(one) ? partOf(one) : null;
    if (part === null) return leftOut(`content of type ${typeOf(one)}`, where, unsupported);
    if (isObject(one)) for (const what of lostOf(one)) unsupported.add(what, where);
    parts.push(part);
  }
  // Texts alone are one text: not every server takes a list.
  if (parts.every((part) => part.type === "text"))
    return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  return parts;
}

/** Gemini's and Bedrock's parts have no type, but a key that says it. */
const typeOf = (part: unknown) => (isObject(part) ? String(part.type ?? Object.keys(part).join(" and ")) : typeof part);

function partOf(given: JsonObject): Part | null {
  switch (given.type) {
    case "text":
    case "input_text":
    case "output_text": {
      const text = textOf(given.text);
      return text === null ? null : { type: "text", text };
    }
    case "image_url":
    case "input_image": {
      const { image_url: image } = given;
      return imageAt(textOf(image) ?? (isObject(image) ? textOf(image.url) : null));
    }
    case "image": {
      const { source, image } = given;
      if (!isObject(source)) return imageAt(textOf(image));
      const data = textOf(source.data);
      if (source.type === "url") return imageAt(textOf(source.url));
      if (data === null) return null;
      return imageAt(/^(data|file):/.test(data) ? data : `data:${source.media_type};base64,${data}`);
    }
    default:
      return null;
  }
}

const partKeys = new Set(["type", "text", "image_url", "source", "image", "detail"]);

/** What a part says that ours have no place for. `auto` is what an image is asked with anyway. */
function lostOf(given: JsonObject): string[] {
  const inner = isObject(given.image_url) ? given.image_url : given;
  const { detail } = inner;
  const others = Object.entries(given).filter(([key, value]) => !partKeys.has(key) && value !== null);
  return [
    ...(detail === undefined || detail === null || detail === "auto" ? [] : [`detail ${detail} of an image`]),
    ...others.map(([key]) => `${key} of a part of a message`),
  ];
}

/** An address, or a path relative to the file that names it. */
function imageAt(address: string | null): Part | null {
  if (address === null || address === "") return null;
  if (/^(https?|data):/.test(address)) return { type: "image", url: address };
  const path = address.replace(/^file:\/\//, "");
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? null : { type: "image", path };
}

function toolCallsOf(given: unknown, where: string, unsupported: UnsupportedList) {
  if (given === null || given === undefined) return [];
  const calls = Array.isArray(given) ? given.map(toolCallOf) : [null];
  return calls.every((call) => call !== null) ? calls : leftOut("a tool call of no known form", where, unsupported);
}

/** Before there were tools, OpenAI's messages called one function, without an id. */
const olderCall = (call: unknown) => (call === null || call === undefined ? null : [{ function: call }]);

/** OpenAI's `{id, function: {name, arguments}}`, or Inspect's `{id, function, arguments}`. */
function toolCallOf(given: unknown): { id: string; name: string; arguments: string } | null {
  if (!isObject(given)) return null;
  const called = isObject(given.function) ? given.function : { name: given.function, arguments: given.arguments };
  const name = textOf(called.name);
  if (name === null) return null;
  const args = textOf(called.arguments) ?? JSON.stringify(called.arguments ?? {});
  return { id: textOf(given.id) ?? "", name, arguments: args };
}
