/** What a model was asked, read back from the exact bytes that were sent. */
import type { Call } from "../wire/index.ts";

export interface Turn {
  readonly role: string;
  readonly text: string;
}

/** The turns of a request body; a body that is not understood is one turn with the body as its text. */
export function promptOf({ requestBody }: Pick<Call, "requestBody">): Turn[] {
  let body: unknown;
  try {
    body = JSON.parse(requestBody);
  } catch {
    return [{ role: "request", text: requestBody }];
  }
  if (!isObject(body)) return [{ role: "request", text: requestBody }];
  if (typeof body.prompt === "string") return [{ role: "prompt", text: body.prompt }];
  const system = body.system === undefined ? [] : [{ role: "system", text: textOf(body.system) }];
  if (!Array.isArray(body.messages)) return [{ role: "request", text: requestBody }];
  return [...system, ...body.messages.map(turnOf)];
}

function turnOf(message: unknown): Turn {
  if (!isObject(message)) return { role: "unknown", text: JSON.stringify(message) };
  const calls = message.tool_calls === undefined ? "" : JSON.stringify(message.tool_calls);
  const text = [textOf(message.content), calls].filter(Boolean).join("\n");
  return { role: typeof message.role === "string" ? message.role : "unknown", text };
}

function textOf(content: unknown): string {
  if (content === null || content === undefined) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return JSON.stringify(content);
  return content
    .map((part) => (isObject(part) && typeof part.text === "string" ? part.text : withoutData(part)))
    .join("\n");
}

/** Pictures and files come as long base64 text that nobody reads. */
const withoutData = (part: unknown) =>
  JSON.stringify(part).replaceAll(/[A-Za-z0-9+/=]{256,}/g, (data) => `(${data.length} characters)`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
