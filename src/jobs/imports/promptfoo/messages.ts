/** A rendered prompt as messages: a chat in JSON or YAML, or a text that the user says. */
import { parse } from "yaml";
import type { MessageSpec } from "../../sample.ts";
import { chatMessages, leftOut } from "../chat-messages.ts";
import type { UnsupportedList } from "../imported.ts";
import { isObject, type JsonObject } from "../json-value.ts";
import { type Rendered, render } from "./template.ts";
import { isImage } from "./vars.ts";

/**
 * @param raw a prompt's template
 * @returns null where it cannot be asked; the list says why
 */
export function messagesOf(
  raw: string,
  vars: JsonObject,
  where: string,
  unsupported: UnsupportedList,
): string | MessageSpec[] | null {
  const prompt = rendered(raw, vars);
  if ("unsupported" in prompt) return leftOut(prompt.unsupported, where, unsupported);
  const { value } = prompt;
  if (typeof value === "string") {
    if (value.trim() === "") return leftOut("an empty prompt", where, unsupported);
    return holdsImage(value, vars) ? leftOut(imageAsText, where, unsupported) : value;
  }
  if (!isChat(value)) return leftOut("a prompt in JSON that is no chat", where, unsupported);
  const messages = chatMessages(value, where, unsupported);
  const texts = messages?.flatMap(({ content }) => textsOf(content)) ?? [];
  return texts.some((text) => holdsImage(text, vars)) ? leftOut(imageAsText, where, unsupported) : messages;
}

const imageAsText = "an image in place of a text";

/** promptfoo puts an image's bytes into the text, which no model reads. */
const holdsImage = (text: string, vars: JsonObject) =>
  Object.values(vars).some((value) => isImage(value) && text.includes(value));

const textsOf = (content: MessageSpec["content"]): string[] =>
  typeof content === "string" ? [content] : content.flatMap((part) => (part.type === "text" ? [part.text] : []));

const isChat = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isObject(one) && typeof one.role === "string");

/** JSON is rendered text by text, so that a quote in a var cannot break it; anything else as a whole. */
function rendered(raw: string, vars: JsonObject): { readonly value: unknown } | { readonly unsupported: string } {
  const json = parsedJson(raw);
  if (json !== undefined && typeof json === "object") return renderedIn(json, vars);
  const text: Rendered = render(raw, vars);
  if ("unsupported" in text) return text;
  if (/^\s*- role:/.test(text.text)) return { value: parsedYaml(text.text) };
  const after = parsedJson(text.text);
  return { value: typeof after === "object" && after !== null ? after : text.text };
}

function renderedIn(value: unknown, vars: JsonObject): { readonly value: unknown } | { readonly unsupported: string } {
  if (typeof value === "string") {
    const text = render(value, vars);
    return "text" in text ? { value: text.text } : text;
  }
  if (typeof value !== "object" || value === null) return { value };
  const entries = Object.entries(value).map(([key, one]) => [key, renderedIn(one, vars)] as const);
  const failed = entries.map(([, one]) => one).find((one) => "unsupported" in one);
  if (failed !== undefined) return failed;
  const values = entries.map(([key, one]) => [key, (one as { value: unknown }).value] as const);
  return { value: Array.isArray(value) ? values.map(([, one]) => one) : Object.fromEntries(values) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsedYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}
