/** All the ways in which the server misbehaves, by script name. */
import { createGzip } from "node:zlib";
import { type HttpRequest, headOf, type Reply } from "./http.ts";
import { type Script, setting } from "./script.ts";

export type Fault = (reply: Reply, script: Script, request: HttpRequest) => void | Promise<void>;

const json = { "content-type": "application/json" };
const events = { "content-type": "text/event-stream" };

const token = `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta: { content: " word" } }] })}\n\n`;
const lastToken = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`;
const goodBody = JSON.stringify({
  id: "c",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "word" }, finish_reason: "stop" }],
});

function errorBody(message: string, type: string, code: unknown = null): string {
  return JSON.stringify({ error: { message, type, code } });
}

const statusWords: Readonly<Record<number, readonly [message: string, type: string]>> = {
  400: ["'messages' is required", "invalid_request_error"],
  401: ["Incorrect API key provided", "authentication_error"],
  402: ["Insufficient Balance", "unknown_error"],
  403: ["This key may not use the model", "permission_error"],
  404: ["The model does not exist", "not_found_error"],
  429: ["Rate limit reached for requests", "rate_limit_error"],
  500: ["The server had an error", "server_error"],
  503: ["Loading model", "unavailable_error"],
  529: ["Overloaded", "overloaded_error"],
};

/** `429?retryAfter=2`, `503?retryAfterMs=20`, `429?retryDate=Wed, 21 Oct 2026 07:28:00 GMT`. */
export function statusFault(status: number): Fault {
  return (reply, { settings }) => {
    const [message, type] = statusWords[status] ?? [`Status ${status}`, "error"];
    const seconds = settings.get("retryAfter") ?? settings.get("retryDate");
    const ms = settings.get("retryAfterMs");
    const headers = {
      ...json,
      ...(seconds !== null && { "retry-after": seconds }),
      ...(ms !== null && { "retry-after-ms": ms }),
    };
    reply.whole(status, headers, errorBody(message, type));
  };
}

export const faults: Readonly<Record<string, Fault>> = {
  // Connections
  "reset-before": (reply) => reply.reset(),
  "reset-middle": async (reply, script) => {
    reply.start(200, events);
    for (let i = setting(script, "after", 2); i > 0; i -= 1) await reply.write(token);
    setTimeout(() => reply.reset(), 20);
  },
  "hang-up-before": (reply) => reply.hangUp(),
  "hang-up-middle": async (reply) => {
    reply.start(200, events);
    await reply.write(token);
    reply.hangUp();
  },
  "short-body": (reply) => {
    void reply.raw(headOf(200, { ...json, "content-length": String(goodBody.length + 100) }) + goodBody);
    reply.hangUp();
  },
  "not-http": (reply) => {
    void reply.raw("SSH-2.0-OpenSSH_9.9\r\n");
    reply.hangUp();
  },
  // Time
  never: () => {},
  "slow-headers": (reply, script) => {
    setTimeout(() => reply.whole(200, json, goodBody), setting(script, "ms", 1_000));
  },
  stall: async (reply, script) => {
    reply.start(200, events);
    for (let i = setting(script, "after", 2); i > 0; i -= 1) await reply.write(token);
  },
  drip: async (reply, script) => {
    reply.start(200, events);
    while (!reply.isOver) {
      await reply.write(": still here\n\n");
      await sleep(setting(script, "ms", 20));
    }
  },
  // Size
  huge: async (reply, script) => {
    reply.start(200, json);
    await reply.write('{"choices":[{"index":0,"message":{"content":"');
    await fill(reply, setting(script, "mb", 1_024));
    await reply.write('"}}]}');
    reply.finish();
  },
  "huge-error": async (reply, script) => {
    reply.start(500, json);
    await reply.write('{"error":{"message":"');
    await fill(reply, setting(script, "mb", 1_024));
    reply.finish();
  },
  "big-event": async (reply, script) => {
    reply.start(200, events);
    await reply.write(`${token}data: {"choices":[{"delta":{"content":"`);
    await fill(reply, setting(script, "mb", 100));
    await reply.write(`"}}]}\n\n${lastToken}`);
    reply.finish();
  },
  endless: async (reply) => {
    reply.start(200, events);
    const many = Buffer.from(token.repeat(100));
    while (!reply.isOver) await pausing(reply.write(many));
  },
  "endless-headers": async (reply) => {
    await reply.raw("HTTP/1.1 200 OK\r\n");
    for (let i = 0; !reply.isOver; i += 1) await pausing(reply.raw(`x-${i}: ${"a".repeat(1_000)}\r\n`));
  },
  "endless-1xx": async (reply) => {
    while (!reply.isOver) await pausing(reply.raw("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n".repeat(50)));
  },
  "gzip-bomb": (reply, script) => {
    reply.start(200, { ...json, "content-encoding": "gzip" });
    const gzip = createGzip();
    gzip.on("data", (piece: Buffer) => void reply.write(piece));
    gzip.on("end", () => reply.finish());
    gzip.write('{"choices":[{"message":{"content":"');
    gzip.end(Buffer.alloc(setting(script, "mb", 100) * 2 ** 20, 97));
  },
  // Content
  malformed: (reply) => reply.whole(200, json, goodBody.slice(0, -5)),
  "malformed-event": async (reply) => {
    reply.start(200, events);
    await reply.write(`${token}data: {"choices": [}\n\n${token}${lastToken}`);
    reply.finish();
  },
  "wrong-shape": (reply) => reply.whole(200, json, '{"choices":[{"message":{"content":{"a":1}}}]}'),
  truncated: async (reply) => {
    reply.start(200, events);
    await reply.write(token + token);
    reply.finish();
  },
  "truncated-event": async (reply) => {
    reply.start(200, events);
    await reply.write(token + token.slice(0, 30));
    reply.finish();
  },
  "no-done": async (reply) => {
    reply.start(200, events);
    await reply.write(token + lastToken);
    reply.finish();
  },
  "no-last-blank-line": async (reply) => {
    reply.start(200, events);
    await reply.write(token + lastToken.trimEnd());
    reply.finish();
  },
  "open-after-done": async (reply) => {
    reply.start(200, events);
    await reply.write(`${token}${lastToken}data: [DONE]\n\n`);
  },
  "only-done": async (reply) => {
    reply.start(200, events);
    await reply.write("data: [DONE]\n\n");
    reply.finish();
  },
  "wrong-type": (reply) => reply.whole(200, { "content-type": "text/plain" }, goodBody),
  "json-for-stream": (reply) => reply.whole(200, json, goodBody),
  "events-for-json": (reply) => reply.whole(200, json, `${token}${lastToken}data: [DONE]\n\n`),
  html: (reply) => {
    const page = "<!doctype html><html><head><title>502 Bad\nGateway</title></head><body>cloud</body></html>";
    reply.whole(200, { "content-type": "text/html" }, page);
  },
  "html-error": (reply) => {
    const page = "<html><head><title>502 Bad Gateway</title></head><body>\u001b[31mcloud</body></html>";
    reply.whole(502, { "content-type": "text/html" }, page);
  },
  redirect: (reply) => reply.whole(308, { location: "https://elsewhere.example/v1" }, ""),
  empty: (reply) => reply.whole(200, json, ""),
  "no-content": (reply) => void reply.raw("HTTP/1.1 204 No Content\r\n\r\n"),
  "no-choices": (reply) => reply.whole(200, json, '{"id":"c","model":"m"}'),
  "empty-choices": (reply) => reply.whole(200, json, '{"id":"c","choices":[]}'),
  "null-content": (reply) =>
    reply.whole(200, json, '{"choices":[{"index":0,"message":{"content":null},"finish_reason":"stop"}]}'),
  "invalid-utf8": (reply) => {
    const [before = "", after = ""] = goodBody.split("word");
    reply.whole(200, json, Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(after)]));
  },
  nul: (reply) => reply.whole(200, json, goodBody.replace("word", "wo\u0000rd")),
  "deep-json": (reply) => {
    const deep = "[".repeat(200_000) + "]".repeat(200_000);
    reply.whole(
      200,
      json,
      `${goodBody.slice(0, -1)},"usage":{"prompt_tokens":1,"deep":${deep}},"timings":{"deep":${deep}}}`,
    );
  },
  "deep-arguments": (reply) => {
    const deep = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;
    reply.whole(200, json, `{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":${deep}}}]}}]}`);
  },
  "deep-error": (reply) => {
    reply.whole(200, json, `{"error":{"message":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`);
  },
  // Errors in good responses
  "error-in-body": (reply) => reply.whole(200, json, errorBody("Provider returned error", "rate_limit_error", 429)),
  "error-event": async (reply) => {
    reply.start(200, events);
    await reply.write(`${token}data: ${errorBody("The engine died", "internal_error", 500)}\n\n`);
    await reply.write("data: [DONE]\n\n");
    reply.finish();
  },
  "named-error-event": async (reply) => {
    reply.start(200, events);
    const words = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    await reply.write(`event: error\ndata: ${JSON.stringify(words)}\n\n`);
    reply.finish();
  },
  "context-exceeded": (reply) => {
    const message = "request (30019 tokens) exceeds the available context size (2048 tokens), try increasing it";
    reply.whole(400, json, errorBody(message, "exceed_context_size_error", 400));
  },
  "echo-key": (reply, _script, { headers }) => {
    const key = headers.authorization ?? headers["x-api-key"] ?? "";
    reply.whole(401, json, errorBody(`Incorrect API key provided: ${key}.`, "authentication_error", "invalid_api_key"));
  },
  "answer-with-key": (reply, _script, { headers }) => {
    const key = (headers.authorization ?? headers["x-api-key"] ?? "").replace("Bearer ", "");
    reply.whole(200, json, goodBody.replace("word", `your key is ${key}`).replace('"m"', JSON.stringify(key)));
  },
};

const filler = Buffer.alloc(2 ** 20, 97);

async function fill(reply: Reply, mb: number): Promise<void> {
  for (let i = 0; i < mb && !reply.isOver; i += 1) await pausing(reply.write(filler));
}

/** Lets other connections have their turn. */
async function pausing(written: Promise<void>): Promise<void> {
  await written;
  await new Promise((resolve) => setImmediate(resolve));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
