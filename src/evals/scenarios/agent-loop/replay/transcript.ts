/**
 * A recorded conversation: bodies of `POST /chat/completions`, one on each line, as a gateway or a proxy logs them. Each
 * holds its whole history, so the answers in it are the recorded ones.
 */
import { z } from "zod";
import type { Message, Tool } from "../../../../wire/index.ts";
import type { Turn } from "../../../solver.ts";
import { jsonLines, sha256, unreadable } from "./json-lines.ts";
import { inTime, Notes } from "./notes.ts";
import type { Session, Trace } from "./trace.ts";

const Part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string() }) }),
]);

const ChatMessage = z.object({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(Part)]).nullish(),
  reasoning_content: z.string().nullish(),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .nullish(),
  tool_call_id: z.string().nullish(),
});

const ChatTool = z.object({
  type: z.literal("function"),
  function: z.object({
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).default({ type: "object", properties: {} }),
  }),
});

const Body = z.object({ messages: z.array(ChatMessage).min(1), tools: z.array(ChatTool).nullish() });

const about = {
  session_id: z.union([z.string(), z.number()]).nullish(),
  timestamp: z.number().nullish().describe("When it was sent, ms"),
  delay: z.number().min(0).nullish().describe("Since the end of the request before, ms"),
};

const Row = z.union([z.object({ ...about, body: Body }), z.object({ ...about, request: Body }), Body.extend(about)]);
type Row = z.infer<typeof Row>;

const expected =
  'a chat body on each line, like {"messages": […], "tools": […]}, or one under `body` or `request`; `session_id`, `timestamp` and `delay` (ms) may stand beside it';

/**
 * Lines with one `session_id` are a session; those without are one together. What else a body says (model, sampling) is
 * left to the run.
 *
 * @throws UserError where a line is no chat body
 */
export function readTranscript(text: string, { name }: { readonly name: string }): Trace {
  const notes = new Notes();
  const lines = jsonLines(text, name, Row, expected);
  for (const { row, where } of lines)
    if (bodyOf(row).messages.at(-1)!.role === "assistant")
      throw unreadable(where, "the last message is the assistant's", "a request, which ends with what is asked");
  const ordered = inTime(
    lines.map(({ row }) => row),
    ({ timestamp }) => timestamp ?? null,
    notes,
  );
  const sessions = Map.groupBy(ordered, ({ session_id: id }) => (id == null ? name : String(id)));
  return {
    name,
    sha256: sha256(text),
    sessions: [...sessions].map(([id, rows]) => sessionOf(id, rows)),
    notes: notes.sentences(),
  };
}

const bodyOf = (row: Row) => ("body" in row ? row.body : "request" in row ? row.request : row);

function sessionOf(id: string, rows: readonly Row[]): Session {
  return {
    id,
    document: id,
    requests: rows.map(({ timestamp, delay }, index) => {
      const before = rows[index - 1];
      const since = (timestamp ?? 0) - (before?.timestamp ?? timestamp ?? 0);
      return { pauseMs: before === undefined ? 0 : (delay ?? since), inputTokens: null };
    }),
    turns: (seed) => rows.map((row) => turnOf(bodyOf(row), `[${seed}]\n`)),
  };
}

/** @param mark  put in front of the first message: what stands behind it is a stranger to every cache. Tools are not. */
function turnOf({ messages, tools }: z.infer<typeof Body>, mark: string): Turn {
  return {
    messages: messages.map((message, index) => messageOf(message, index === 0 ? mark : "")),
    ...(tools && tools.length > 0 && { tools: tools.map(({ function: tool }): Tool => toolOf(tool)) }),
  };
}

const toolOf = ({ name, description, parameters }: z.infer<typeof ChatTool>["function"]): Tool => ({
  name,
  ...(description !== undefined && { description }),
  parameters,
});

function messageOf(message: z.infer<typeof ChatMessage>, mark: string): Message {
  const { role, content, reasoning_content: reasoning, tool_calls: calls, tool_call_id: answered } = message;
  const parts = typeof content === "string" || content == null ? null : content.map(partOf);
  return {
    role: role === "developer" ? "system" : role,
    content:
      parts === null ? `${mark}${content ?? ""}` : mark === "" ? parts : [{ type: "text", text: mark }, ...parts],
    ...(reasoning != null && { reasoning }),
    ...(calls && calls.length > 0 && { toolCalls: calls.map(({ id, function: called }) => ({ id, ...called })) }),
    ...(answered != null && { toolCallId: answered }),
  };
}

const partOf = (part: z.infer<typeof Part>) =>
  part.type === "text" ? part : ({ type: "image", url: part.image_url.url } as const);
