/**
 * Why a call failed: the class that decides what to do next, and a sentence for a person with the server's own words.
 * The sentence never holds the key (see `redact.ts`) and no control characters.
 */
import type { Call, CallFailure, FailureClass } from "./call.ts";
import { readErrorBody, type ServerWords } from "./server-words.ts";

const retryable: ReadonlySet<FailureClass> = new Set<FailureClass>([
  "rate-limit",
  "overloaded",
  "server-error",
  "timeout",
  "idle-timeout",
  "connection-refused",
  "connection-lost",
  "truncated-stream",
]);

/** Whether the same request may well succeed later. A malformed answer counts as an answer: it is not asked again. */
export function isRetryable(failure: Pick<CallFailure, "class">): boolean {
  return retryable.has(failure.class);
}

/** Whether the server turned a call away unread: it cost nothing, and left nothing in a cache. What broke off may have. */
export const wasRefused = ({ status, failure }: Pick<Call, "status" | "failure">): boolean =>
  failure !== null && ((status !== null && status >= 400) || failure.class === "connection-refused");

/** Response headers, names in lower case, as undici gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The failure that a bad status (300 and up) means.
 *
 * @param now  the present, for a Retry-After that names a date
 */
export function statusFailure(status: number, headers: Headers, body: string, host: string, now: Date): CallFailure {
  const retryAfterMs = readRetryAfter(headers, now);
  if (status < 400) {
    const target = header(headers, "location");
    return {
      class: "invalid-request",
      message: `${host} answered ${status} with a redirect${target ? ` to ${excerpt(target)}` : ""}, which is not followed: the key would go with it`,
      status,
      retryAfterMs,
    };
  }
  const words = readErrorBody(body);
  const wait = retryAfterMs === null ? "" : `; it asks to wait ${retryAfterMs / 1000} s`;
  return {
    class: classOf(status, words),
    message: `${host} answered ${status}: ${excerpt(words.message) || "no explanation"}${wait}`,
    status,
    retryAfterMs,
  };
}

/** The failure that an error inside a good response means: an error object in place of an answer, or in a stream. */
export function errorInsideFailure(
  words: ServerWords,
  status: number,
  headers: Headers,
  host: string,
  now: Date,
): CallFailure {
  const said = excerpt(words.message) || "no explanation";
  return {
    class: classOf(words.status ?? statusOfKind(words.kind), words),
    message: `${host} answered ${status} and then reported an error: ${said}${words.kind ? ` (${excerpt(words.kind)})` : ""}`,
    status,
    retryAfterMs: readRetryAfter(headers, now),
  };
}

/**
 * What a context that is too long is called. Codes first, then sentences.
 *
 * OpenAI, DeepSeek, Groq, OpenRouter: `context_length_exceeded`, "maximum context length is N tokens" · vLLM: the same,
 * "longer than the maximum model length" · SGLang, Together: "longer than the model's context length" · llama.cpp:
 * `exceed_context_size_error` · Anthropic: "prompt is too long", "exceed context limit" · Kimi: "exceeded model token
 * limit" · Gemini: "input token count … exceeds the maximum" · Qwen: "Range of input length" · GLM: 1261, "Prompt exceeds
 * max length" · xAI: "maximum prompt length" · MiniMax: "context window exceeds limit" · Mistral: "too large for model
 * with N maximum context length" · Bedrock: "Input is too long for requested model" · LM Studio: "greater than the
 * context length" · Ollama: "exceeds the context length"
 */
const contextPhrases =
  /context_length_exceeded|exceed_context_size|context_window_exceeded|maximum context length|maximum model length|longer than the model'?s context length|available context size|prompt is too long|exceed context limit|exceeds? the (?:model'?s )?context (?:window|length)|exceeded model token limit|input token count.*exceeds the maximum|range of input length|\b1261\b|prompt exceeds max length|maximum prompt length|context window exceeds|input is too long|greater than the context length|input tokens exceed|inputs? tokens? \+ .*must be|reduce the length of the (?:messages|prompt)/i;

const noMoneyPhrases = /insufficient[_ ](?:quota|balance)|exceeded_current_quota|credit balance is too low|billing/i;

/** The class of an error with this status; the words decide where vendors use one status for several things. */
function classOf(status: number, { message, kind }: ServerWords): FailureClass {
  const words = `${kind} ${message.slice(0, 4_096)}`;
  if (status !== 429 && status !== 401 && contextPhrases.test(words)) return "context-exceeded";
  // An account without money does not get better by waiting.
  if ((status === 429 || status === 403) && noMoneyPhrases.test(words)) return "auth";
  if (status === 429) return /overload/.test(kind) ? "overloaded" : "rate-limit";
  if (status === 401 || status === 402 || status === 403) return "auth";
  if (status === 404) return "not-found";
  if (status === 400 && /model_not_found|not_found_error/.test(kind)) return "not-found";
  if (status === 400 && /authentication|invalid_api_key|api_key_invalid/.test(kind)) return "auth";
  if (status === 408) return "timeout";
  if (status === 503 || status === 529) return "overloaded";
  if (status >= 500) return /overload/.test(kind) ? "overloaded" : "server-error";
  return "invalid-request";
}

/** The status that an error's type would have had, for errors in a stream; 500 where the type says nothing. */
function statusOfKind(kind: string): number {
  if (/rate_?limit|too_many_requests|throttl/.test(kind)) return 429;
  if (/overload|unavailable/.test(kind)) return 529;
  if (/authentication|permission|unauthorized|forbidden|api_?key|billing|insufficient/.test(kind)) return 401;
  if (/not_?found/.test(kind)) return 404;
  if (/timeout/.test(kind)) return 408;
  if (/invalid|bad_?request|context_length|exceed_context|too_large|unprocessable/.test(kind)) return 400;
  return 500;
}

/** Longest wait that is believed: a day. */
const maxRetryAfterMs = 86_400_000;

/**
 * What the server asks to wait, ms: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date (RFC 9110 §10.2.3).
 *
 * @returns null where it did not say, or not in a way that can be read; 0 for a date that has passed
 */
export function readRetryAfter(headers: Headers, now: Date): number | null {
  const inMs = header(headers, "retry-after-ms");
  const inSeconds = header(headers, "retry-after");
  const wait =
    plainNumber(inMs) ??
    plainNumber(inSeconds, 1000) ??
    (inSeconds ? Date.parse(inSeconds) - now.getTime() : Number.NaN);
  return Number.isFinite(wait) ? Math.min(Math.max(Math.round(wait), 0), maxRetryAfterMs) : null;
}

function plainNumber(text: string | undefined, factor = 1): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) * factor : undefined;
}

export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

const maxExcerptCharacters = 300;

/** A server's words made fit for a line on a terminal: one line, no control or direction characters, not too long. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 8 * maxExcerptCharacters)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, escaped);
  return line.length <= maxExcerptCharacters ? line : `${line.slice(0, maxExcerptCharacters)}…`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** What undici or the system says when no connection came to be, or one broke; anything else counts as broken. */
export function networkFailure(error: unknown, host: string, status: number | null): CallFailure {
  const code = codeOf(error);
  const reason = code || excerpt(error instanceof Error ? error.message : String(error));
  const failure = (failureClass: FailureClass, message: string): CallFailure => ({
    class: failureClass,
    message: `${host}: ${message}`,
    status,
    retryAfterMs: null,
  });
  if (code === "UND_ERR_CONNECT_TIMEOUT") return failure("timeout", "no connection within the time for connecting");
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return failure("connection-refused", `no such host (${code})`);
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/.test(code)) {
    return failure("connection-refused", `nobody answers there (${code})`);
  }
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
    return failure("connection-refused", `no trusted connection could be made (${code})`);
  }
  if (code === "UND_ERR_HEADERS_OVERFLOW") return failure("response-too-large", "the response headers do not end");
  if (code.startsWith("HPE_") || (error instanceof Error && error.name === "HTTPParserError"))
    return failure("malformed-response", `what came back is not HTTP (${reason})`);
  if (code === "UND_ERR_INVALID_ARG") return failure("invalid-request", `the request cannot be sent: ${reason}`);
  return failure(
    "connection-lost",
    `the connection broke ${status === null ? "before" : "during"} the answer (${reason})`,
  );
}

/** The code of an error or of what caused it; several addresses that all failed come as one error with many. */
function codeOf(error: unknown): string {
  for (let inner: unknown = error, depth = 0; inner instanceof Error && depth < 5; depth += 1) {
    if ("code" in inner && typeof inner.code === "string") return inner.code;
    inner = inner instanceof AggregateError ? inner.errors[0] : inner.cause;
  }
  return "";
}
