/**
 * A model server for tests and benchmarks: a real socket, three protocols, an answer at any pace, every fault, and its
 * own log of when it sent what. What it does with a request is told by the request (see `script.ts`).
 *
 * - `plain`: a short ready-made answer, the fast path for measuring a client.
 * - `answer?tokens=50&reasoning=5&paceMs=10&ttftMs=30&usage=deepseek&tool=lookup&pieceBytes=7`: see {@link answerWith}.
 * - `429?retryAfter=2` and any other status; and the names in `faults.ts`.
 * - Any other model name: what `options.answer` says, with the prompt cached as llama.cpp does.
 */
import {
  type Counts,
  type FakeAnswer,
  type Served,
  type ServedProtocol,
  streamPieces,
  type UsageStyle,
  wholeBody,
} from "./chat-shapes.ts";
import { faults, statusFault } from "./faults.ts";
import { type HttpRequest, type Reply, serve } from "./http.ts";
import { prefixCache, tokenise } from "./prefix-cache.ts";
import { parseScript, type Script, setting } from "./script.ts";

export interface FakeRequest {
  readonly protocol: ServedProtocol;
  readonly model: string;
  /** All messages as one text, a line for each role. */
  readonly prompt: string;
  /** The content of the last message. */
  readonly lastMessage: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FakeServerOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** What the model answers where the script does not say. */
  readonly answer?: (request: FakeRequest) => string | FakeAnswer;
  /** The script of model names that are none. */
  readonly defaultScript?: string;
  /** The script of each request, counted from 0; a request that brings its own goes before it. */
  readonly scriptOf?: (request: number) => string;
  /** Sequences that the prompt cache keeps; 0 caches nothing. */
  readonly cacheSlots?: number;
  /** Pretended prefill, ms for each token that was not cached. */
  readonly prefillMsPerToken?: number;
  /** Requests kept in the log. */
  readonly logSize?: number;
}

/** What the server knows of one request; times are its own `performance.now()`, ms. */
export interface LogEntry {
  /** Counts from 0. */
  readonly request: number;
  readonly path: string;
  readonly model: string;
  readonly script: string;
  /** When the last byte of the request was there. */
  readonly receivedAt: number;
  /** When each event that carries tokens was written. */
  readonly tokensSentAt: number[];
  endedAt: number | null;
  counts: Counts | null;
}

export interface FakeServer {
  /** With the version part: `http://127.0.0.1:1234/v1`. */
  readonly baseUrl: string;
  readonly port: number;
  readonly log: readonly LogEntry[];
  close(): Promise<void>;
}

const paths: Readonly<Record<string, ServedProtocol>> = {
  "/v1/chat/completions": "openai-chat",
  "/v1/completions": "openai-completions",
  "/v1/messages": "anthropic-messages",
};

const json = { "content-type": "application/json" };

export async function startFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const log: LogEntry[] = [];
  const logSize = options.logSize ?? 10_000;
  const cache = prefixCache(options.cacheSlots ?? 64);
  const plain = plainBodies();
  let requests = 0;

  const handle = (request: HttpRequest, reply: Reply): void => {
    const path = request.path.split("?")[0]!;
    const protocol = paths[path];
    if (request.method === "GET" || !protocol) {
      about(path, reply, log);
      return;
    }
    const scripted = request.headers["x-fake-script"];
    if ((scripted ?? modelAtStart(request.body)) === "plain") {
      requests += 1;
      reply.socket.write(plain[protocol]);
      return;
    }
    const body = parsedBody(request.body);
    if (!body) {
      reply.whole(400, json, '{"error":{"message":"the body is not a JSON object"}}');
      return;
    }
    const model = String(body.model ?? "");
    const script = parseScript(scripted ?? options.scriptOf?.(requests) ?? model);
    const entry: LogEntry = {
      request: requests,
      path,
      model,
      script: script.name,
      receivedAt: request.receivedAt,
      tokensSentAt: [],
      endedAt: null,
      counts: null,
    };
    requests += 1;
    log.push(entry);
    if (log.length > logSize) log.shift();
    const status = /^[1-5]\d\d$/.test(script.name) ? statusFault(Number(script.name)) : undefined;
    const fault = status ?? (Object.hasOwn(faults, script.name) ? faults[script.name] : undefined);
    if (fault) {
      void Promise.resolve(fault(reply, script, request)).then(() => {
        entry.endedAt = performance.now();
      });
      return;
    }
    const chosen = script.name === "answer" ? script : parseScript(options.defaultScript ?? "answer");
    void answerWith(chosen, { protocol, model, body, ...promptOf(body) }, reply, entry, cache, options);
  };

  const server = await serve(handle, { port: options.port ?? 0, host: options.host ?? "127.0.0.1" });
  return {
    baseUrl: `http://${options.host ?? "127.0.0.1"}:${server.port}/v1`,
    port: server.port,
    log,
    close: server.close,
  };
}

/**
 * A good answer. Settings of the script:
 * `text`, or `tokens` words of filler; `reasoning` words before it; `tool` a call of this name, with `arguments`;
 * `ttftMs` before the first token, `paceMs` between tokens; `usage` a {@link UsageStyle};
 * `pieceBytes` cuts the stream in pieces of this size, wherever they fall.
 */
async function answerWith(
  script: Script,
  request: FakeRequest,
  reply: Reply,
  entry: LogEntry,
  cache: ReturnType<typeof prefixCache>,
  options: FakeServerOptions,
): Promise<void> {
  const { settings } = script;
  const answer = scriptedAnswer(script) ?? givenAnswer(options.answer?.(request));
  const promptTokens = tokenise(request.prompt);
  const { cachedTokens, extend } =
    options.cacheSlots === 0 ? { cachedTokens: 0, extend: () => {} } : cache.run(promptTokens);
  const limit = Number(request.body.max_tokens ?? request.body.max_completion_tokens ?? Number.POSITIVE_INFINITY);
  const reasoning = tokenise(answer.reasoning ?? "").slice(0, limit);
  const allText = tokenise(answer.text);
  const text = allText.slice(0, Math.max(limit - reasoning.length, 0));
  const counts: Counts = {
    promptTokens: promptTokens.length,
    cachedTokens,
    outputTokens: reasoning.length + text.length + (answer.toolCalls?.length ?? 0),
    reasoningTokens: reasoning.length,
  };
  entry.counts = counts;
  extend(text);
  const served: Served = {
    id: `fake-${entry.request}`,
    model: request.model,
    finish: text.length < allText.length ? "length" : "stop",
    usage: (settings.get("usage") as UsageStyle | null) ?? "llama",
    counts,
  };
  const prefillMs = (promptTokens.length - cachedTokens) * (options.prefillMsPerToken ?? 0);
  const ttftMs = setting(script, "ttftMs", 0) + prefillMs;
  const paceMs = setting(script, "paceMs", 0);

  if (request.body.stream !== true) {
    const waitMs = ttftMs + paceMs * Math.max(counts.outputTokens - 1, 0);
    if (waitMs > 0) await sleep(waitMs);
    const cut = { ...answer, text: text.join(""), ...(answer.reasoning && { reasoning: reasoning.join("") }) };
    entry.tokensSentAt.push(performance.now());
    reply.whole(200, json, wholeBody(request.protocol, cut, served));
    entry.endedAt = performance.now();
    return;
  }

  reply.start(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const pieces = streamPieces(request.protocol, { reasoning, text }, answer.toolCalls ?? [], served);
  const pieceBytes = setting(script, "pieceBytes", 0);
  if (pieceBytes > 0) {
    const bytes = Buffer.from(pieces.map((piece) => piece.text).join(""));
    for (let at = 0; at < bytes.length && !reply.isOver; at += pieceBytes) {
      await reply.write(bytes.subarray(at, at + pieceBytes));
      await sleep(paceMs);
    }
  } else if (ttftMs + paceMs === 0) {
    // As one write: a client that measures has nothing to measure here.
    const now = performance.now();
    for (const piece of pieces) if (piece.carriesTokens) entry.tokensSentAt.push(now);
    await reply.write(pieces.map((piece) => piece.text).join(""));
  } else {
    // Due times count from the start, so that late timers do not add up.
    let due = performance.now() + ttftMs;
    for (const piece of pieces) {
      if (piece.carriesTokens) {
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
        due += paceMs;
        if (reply.isOver) break;
        entry.tokensSentAt.push(performance.now());
      }
      await reply.write(piece.text);
    }
  }
  reply.finish();
  entry.endedAt = performance.now();
}

function scriptedAnswer(script: Script): FakeAnswer | null {
  const { settings } = script;
  const tool = settings.get("tool");
  const text = settings.get("text") ?? (settings.has("tokens") ? words(setting(script, "tokens", 1)) : null);
  if (text === null && tool === null && !settings.has("reasoning")) return null;
  return {
    text: text ?? (tool === null ? "The answer is 42." : ""),
    ...(settings.has("reasoning") && { reasoning: words(setting(script, "reasoning", 1)) }),
    ...(tool !== null && {
      toolCalls: [{ id: "call_1", name: tool, arguments: settings.get("arguments") ?? '{"query":"yew"}' }],
    }),
  };
}

function givenAnswer(answer: string | FakeAnswer | undefined): FakeAnswer {
  if (answer === undefined) return { text: "The answer is 42." };
  return typeof answer === "string" ? { text: answer } : answer;
}

function words(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i === 0 ? "" : " "}word${i}`).join("");
}

/** Whole responses, headers included, of the fast path. */
function plainBodies(): Readonly<Record<ServedProtocol, Buffer>> {
  const counts = { promptTokens: 10, cachedTokens: 0, outputTokens: 4, reasoningTokens: 0 };
  const served: Served = { id: "plain", model: "plain", finish: "stop", usage: "openai", counts };
  const response = (protocol: ServedProtocol): Buffer => {
    const body = wholeBody(protocol, { text: "The answer is 42." }, served);
    return Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  };
  return {
    "openai-chat": response("openai-chat"),
    "openai-completions": response("openai-completions"),
    "anthropic-messages": response("anthropic-messages"),
  };
}

/** The model name where it is the first field, as most clients write it; saves parsing on the fast path. */
function modelAtStart(body: Buffer): string | undefined {
  return /^\{\s*"model"\s*:\s*"([^"\\]*)"/.exec(body.toString("latin1", 0, 120))?.[1];
}

function parsedBody(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function promptOf(body: Record<string, unknown>): { prompt: string; lastMessage: string } {
  if (typeof body.prompt === "string") return { prompt: body.prompt, lastMessage: body.prompt };
  const messages = (Array.isArray(body.messages) ? body.messages : []) as { role?: unknown; content?: unknown }[];
  const system = body.system === undefined ? [] : [{ role: "system", content: body.system }];
  const lines = [...system, ...messages].map(({ role, content }) => `${String(role)}: ${contentText(content)}`);
  return { prompt: lines.join("\n"), lastMessage: contentText(messages.at(-1)?.content) };
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => (typeof part.text === "string" ? part.text : "")).join("");
}

/** What is not a question to a model: health, the models, and the log for another process. */
function about(path: string, reply: Reply, log: readonly LogEntry[]): void {
  if (path === "/health" || path === "/v1/health") reply.whole(200, json, '{"status":"ok"}');
  else if (path === "/v1/models") reply.whole(200, json, '{"object":"list","data":[{"id":"fake","object":"model"}]}');
  else if (path === "/log") reply.whole(200, json, JSON.stringify({ originMs: monotonicOriginMs(), log }));
  else reply.whole(404, json, `{"error":{"message":"no such path","type":"not_found_error"}}`);
}

/** What to add to `performance.now()` for the machine's monotonic clock, which processes share; ms. */
export function monotonicOriginMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
