/**
 * The server's own words about what went wrong, out of whichever shape its vendor uses. Shapes seen: `{error: {message,
 * type, code}}` (OpenAI and most), `{error: "…"}` (Ollama, TGI), `{type: "error", error: {…}}` (Anthropic), `{object:
 * "error", message, type, code}` (vLLM until 2025), `{detail}` (FastAPI), `{base_resp: {status_code, status_msg}}`
 * (MiniMax), and HTML from whatever stands in front.
 */
import { isShallow } from "./depth.ts";

export interface ServerWords {
  readonly message: string;
  /** The vendor's code or type in lower case, several joined by a space; empty where there is none. */
  readonly kind: string;
  /** A status from 400 to 599 that the body names, for errors inside a good response. */
  readonly status: number | null;
}

/** The error inside a JSON value; null where the value reports none. */
export function readServerWords(value: unknown): ServerWords | null {
  if (!isRecord(value)) return null;
  const { error } = value;
  if (typeof error === "string" && error !== "") return wordsOf({ message: error, code: value.code, type: value.type });
  if (isRecord(error) && Object.keys(error).length > 0) return wordsOf(error);
  if (value.type === "error" || value.object === "error") return wordsOf(value);
  const base = value.base_resp;
  if (isRecord(base) && base.status_code !== 0 && base.status_code !== undefined) {
    return wordsOf({ message: base.status_msg, code: base.status_code });
  }
  return null;
}

/** The words of a body that came with a bad status: JSON of any shape, HTML, or plain text. */
export function readErrorBody(body: string): ServerWords {
  const head = body.slice(0, 65_536).trim();
  const value = parsed(head);
  const words = readServerWords(value);
  if (words) return words;
  if (isRecord(value)) return wordsOf({ ...value, message: value.message ?? value.detail ?? value.msg ?? head });
  const title = /<title[^>]*>([^<]*)/i.exec(head)?.[1] ?? /<h1[^>]*>([^<]*)/i.exec(head)?.[1];
  if (title !== undefined && title.trim() !== "") return { message: title.trim(), kind: "", status: null };
  return { message: head.startsWith("<") ? "an HTML page" : head, kind: "", status: null };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wordsOf(error: Record<string, unknown>): ServerWords {
  const { message, code, type, status } = error;
  const kind = [code, type, status].filter((part) => typeof part === "string" || typeof part === "number").join(" ");
  return { message: textOf(message), kind: kind.toLowerCase(), status: httpStatus(code) ?? httpStatus(status) };
}

function textOf(message: unknown): string {
  if (typeof message === "string") return message;
  return message === undefined || !isShallow(message) ? "" : JSON.stringify(message);
}

function httpStatus(value: unknown): number | null {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 400 && number < 600 ? number : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
