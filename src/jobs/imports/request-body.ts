/**
 * A body of `POST /chat/completions`, as batches, logs and K2-Vendor-Verifier keep them. What Assay has a word for becomes
 * that word; what it has none for (`top_k`, `thinking`, `chat_template_kwargs`) goes into the body again as it is.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
import type { SampleInput, Settings } from "../sample.ts";
import { chatMessages, leftOut } from "./chat-messages.ts";
import type { UnsupportedList } from "./imported.ts";
import { isObject, type JsonObject, textOf } from "./json-value.ts";

/** Ours to decide: Assay streams to measure, and keeps what it received. */
const transport = new Set(["stream", "stream_options", "store", "user", "metadata", "service_tier"]);
const read = new Set([
  ...["model", "messages", "tools", "tool_choice", "response_format", "temperature", "top_p", "max_tokens"],
  ...["max_completion_tokens", "seed", "stop", "reasoning_effort", "n"],
]);

/** @returns null where it cannot be asked; the list says why */
export function requestSample(body: unknown, where: string, unsupported: UnsupportedList): SampleInput | null {
  if (!isObject(body)) return leftOut("no request body", where, unsupported);
  const input = chatMessages(body.messages, where, unsupported);
  const tools = input === null ? null : toolsOf(body.tools, where, unsupported);
  if (input === null || tools === null) return null;
  for (const key of Object.keys(body))
    if (transport.has(key)) unsupported.add(`${key} of a request: a run decides it`, where);
  if (body.model !== undefined) unsupported.add(`the model ${body.model}: a run names its candidates`, where);
  if (typeof body.n === "number" && body.n > 1)
    unsupported.add("n of a request: `repeats` of the job asks again", where);
  return {
    input,
    ...(tools.length > 0 && { tools }),
    ...toolChoiceOf(body.tool_choice, where, unsupported),
    ...responseFormatOf(body.response_format, where, unsupported),
    settings: settingsOf(body),
  };
}

export function settingsOf(body: JsonObject): Settings {
  const extra = Object.entries(body).filter(([key, value]) => !read.has(key) && !transport.has(key) && value !== null);
  const number = (key: string) => (typeof body[key] === "number" ? (body[key] as number) : null);
  const stop = [body.stop ?? []].flat().filter((one): one is string => typeof one === "string" && one !== "");
  const temperature = number("temperature");
  const topP = number("top_p");
  const maxTokens = number("max_completion_tokens") ?? number("max_tokens");
  const seed = number("seed");
  const reasoningEffort = textOf(body.reasoning_effort);
  return {
    ...(temperature !== null && { temperature }),
    ...(topP !== null && { topP }),
    ...(maxTokens !== null && { maxTokens }),
    ...(seed !== null && { seed }),
    ...(stop.length > 0 && { stop }),
    ...(reasoningEffort !== null && { reasoningEffort }),
    ...(extra.length > 0 && { extraBody: Object.fromEntries(extra) }),
  };
}

type Tools = NonNullable<SampleInput["tools"]>;

/** Null where a tool is not a function: a model that lacks it is asked something else. */
export function toolsOf(given: unknown, where: string, unsupported: UnsupportedList): Tools | null {
  if (given === null || given === undefined) return [];
  if (!Array.isArray(given)) return leftOut("tools of no known form", where, unsupported);
  const tools: Tools = [];
  for (const tool of given) {
    const called = isObject(tool) && isObject(tool.function) ? tool.function : tool;
    const name = isObject(called) ? textOf(called.name) : null;
    if (name === null || !isObject(called) || (isObject(tool) && (tool.type ?? "function") !== "function"))
      return leftOut(`a tool of type ${JSON.stringify(isObject(tool) ? tool.type : tool)}`, where, unsupported);
    const description = textOf(called.description);
    const parameters = isObject(called.parameters) ? called.parameters : { type: "object", properties: {} };
    if (called.strict === true) unsupported.add("strict of a tool", where);
    tools.push({ name, ...(description !== null && { description }), parameters });
  }
  return tools;
}

function toolChoiceOf(given: unknown, where: string, unsupported: UnsupportedList): Pick<SampleInput, "toolChoice"> {
  if (given === null || given === undefined) return {};
  if (given === "auto" || given === "none" || given === "required") return { toolChoice: given };
  const name = isObject(given) && isObject(given.function) ? textOf(given.function.name) : null;
  if (name !== null) return { toolChoice: { name } };
  unsupported.add(`tool_choice ${JSON.stringify(given)}`, where);
  return {};
}

export function responseFormatOf(
  given: unknown,
  where: string,
  unsupported: UnsupportedList,
): Pick<SampleInput, "responseFormat"> {
  if (!isObject(given) || given.type === "text") return {};
  if (given.type === "json_object") return { responseFormat: { type: "json_object" } };
  // OpenAI's chat has the schema one level down, its responses do not.
  const inner = isObject(given.json_schema) ? given.json_schema : given;
  if (given.type === "json_schema" && isObject(inner.schema))
    return { responseFormat: { type: "json_schema", name: textOf(inner.name) ?? "answer", schema: inner.schema } };
  unsupported.add(`response_format of type ${JSON.stringify(given.type)}`, where);
  return {};
}
