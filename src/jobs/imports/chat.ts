/**
 * Conversations as datasets of chat models keep them, one on each line: `{"messages": […], "tools": […]}`, where a last
 * message of the assistant is what a good answer looks like; OpenAI's older `{"messages": […], "functions": […]}` and
 * `{"input": […], "ideal": …}`.
 *
 * @see https://platform.openai.com/docs/guides/supervised-fine-tuning
 * @see https://huggingface.co/docs/trl/dataset_formats#conversational
 */
import type { MessageSpec, SampleInput } from "../sample.ts";
import { chatMessages, leftOut } from "./chat-messages.ts";
import { importRows } from "./import-rows.ts";
import type { Imported, ImportSource, UnsupportedList } from "./imported.ts";
import { isObject, type JsonObject, textOf } from "./json-value.ts";
import { toolsOf } from "./request-body.ts";

export const importChat = (source: ImportSource): Promise<Imported> =>
  importRows(source, (row, where, unsupported) =>
    isObject(row) ? sampleOf(row, where, unsupported) : leftOut("no object", where, unsupported),
  );

const read = new Set(["messages", "input", "ideal", "tools", "functions", "id"]);

function sampleOf(row: JsonObject, where: string, unsupported: UnsupportedList): SampleInput | null {
  const messages = chatMessages(row.messages ?? row.input, where, unsupported);
  const tools = messages === null ? null : toolsOf(parsed(row.tools ?? row.functions), where, unsupported);
  if (messages === null || tools === null) return null;
  const metadata = Object.entries(row).filter(([key]) => !read.has(key));
  const answered = answerOf(messages, row.ideal);
  if (answered === null) return leftOut("no question before the answer", where, unsupported);
  const id = textOf(row.id);
  return {
    ...(id !== null && { id }),
    ...answered,
    ...(tools.length > 0 && { tools }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

/** Hugging Face's tables keep tools as a text of JSON. */
function parsed(tools: unknown): unknown {
  if (typeof tools !== "string") return tools;
  try {
    return JSON.parse(tools);
  } catch {
    return tools;
  }
}

function answerOf(messages: MessageSpec[], ideal: unknown): Pick<SampleInput, "input" | "target" | "scorers"> | null {
  const targets = [ideal ?? []].flat().filter((one): one is string => typeof one === "string");
  if (targets.length > 0) return { input: messages, target: targets };
  const last = messages.at(-1);
  if (last?.role !== "assistant") return { input: messages };
  const input = messages.slice(0, -1);
  if (input.length === 0) return null;
  const calls = last.toolCalls ?? [];
  if (calls.length > 0)
    return {
      input,
      scorers: [{ type: "tool-calls", expect: calls.map(({ name, arguments: args }) => expected(name, args)) }],
    };
  return typeof last.content === "string" ? { input, target: last.content } : { input };
}

function expected(name: string, args: string) {
  try {
    const value: unknown = JSON.parse(args);
    return isObject(value) ? { name, arguments: { ...value } } : { name };
  } catch {
    return { name };
  }
}
