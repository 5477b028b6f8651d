/**
 * `POST /v1/messages` as Anthropic serves it, whole and streamed, around its cache.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching and …/streaming (read on 2026-11-28)
 */

import { type Answer, answerOf, echo } from "./answer.ts";
import { AnthropicCache, type AnthropicCounts } from "./anthropic-cache.ts";
import { type AnthropicMessage, render, type System, textOf, tokenize } from "./anthropic-prompt.ts";
import { stateByKey } from "./chat-server.ts";
import { Refusal, startVendorServer, type VendorOptions, type VendorServer } from "./vendor-server.ts";

export { render, tokenize };

export interface AnthropicOptions extends VendorOptions {
  /** For all models; without it, a model has its documented minimum, and an unknown model is refused. */
  readonly minimumTokens?: number;
}

/** Minimum cacheable lengths on the Claude API, tokens. */
const minimumTokens: Readonly<Record<string, number>> = {
  "claude-fable-5-1": 512,
  "claude-mythos-5-1": 512,
  "claude-opus-5": 512,
  "claude-fable-5": 512,
  "claude-mythos-5": 512,
  "claude-mythos-preview": 2_048,
  "claude-opus-4-8": 1_024,
  "claude-opus-4-7": 2_048,
  "claude-opus-4-6": 4_096,
  "claude-opus-4-5": 4_096,
  "claude-opus-4-1": 1_024,
  "claude-sonnet-5": 1_024,
  "claude-sonnet-4-6": 1_024,
  "claude-sonnet-4-5": 1_024,
  "claude-haiku-4-5": 4_096,
  "claude-haiku-3-5": 2_048,
};

export function start(options: AnthropicOptions = {}): Promise<VendorServer> {
  const answer = options.answer ?? echo;
  let requests = 0;
  const cacheOf = stateByKey((model) => {
    const minimum = options.minimumTokens ?? minimumTokens[String(model)];
    if (minimum === undefined) throw new Refusal(`model: ${String(model)}`, 404, "not_found_error");
    return new AnthropicCache(minimum);
  });
  return startVendorServer(
    {
      path: "messages",
      errorBody: ({ message, type }) => ({ type: "error", error: { type, message } }),
      respond(body, nowMs) {
        if (!Array.isArray(body.messages) || body.messages.length === 0) throw new Refusal("messages: Field required");
        if (typeof body.max_tokens !== "number") throw new Refusal("max_tokens: Field required");
        // Zero output tokens warm the cache; that cannot be streamed.
        if (body.max_tokens === 0 && body.stream === true) throw new Refusal("max_tokens: 0 with stream");
        const messages = body.messages as readonly AnthropicMessage[];
        const tools = (body.tools ?? []) as readonly Readonly<Record<string, unknown>>[];
        const prompt = render(messages, tools, (body.system ?? []) as System);
        const said = answerOf(answer(textOf(messages.at(-1)?.content ?? "")), body.max_tokens);
        const usage = usageOf(cacheOf(body.model).run(prompt, body, nowMs), prompt.tokens.length, said);
        requests += 1;
        const frame = { id: `msg_${requests}`, type: "message", role: "assistant", model: body.model };
        if (body.stream === true) return { events: eventsOf(frame, said, usage) };
        const content = said.pieces.length > 0 ? [{ type: "text", text: said.pieces.join("") }] : [];
        return { json: { ...frame, content, ...stop(said), usage } };
      },
    },
    options.clock,
  );
}

function stop(said: Answer): object {
  return { stop_reason: said.isWhole ? "end_turn" : "max_tokens", stop_sequence: null };
}

/** `input_tokens` are those after the last breakpoint; the three input counts together are all input. */
function usageOf({ readTokens, write5mTokens, write1hTokens }: AnthropicCounts, promptTokens: number, said: Answer) {
  const writeTokens = write5mTokens + write1hTokens;
  return {
    input_tokens: promptTokens - readTokens - writeTokens,
    cache_creation_input_tokens: writeTokens,
    cache_read_input_tokens: readTokens,
    cache_creation: { ephemeral_5m_input_tokens: write5mTokens, ephemeral_1h_input_tokens: write1hTokens },
    output_tokens: said.tokens.length,
    service_tier: "standard",
  };
}

/** Input counts come with `message_start`, the output count with `message_delta`, cumulative. */
function eventsOf(frame: object, said: Answer, usage: { readonly output_tokens: number }): string[] {
  const event = (type: string, more: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const begun = {
    ...frame,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  };
  return [
    event("message_start", { message: begun }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    event("ping", {}),
    ...said.pieces.map((text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } })),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta: stop(said), usage: { output_tokens: usage.output_tokens } }),
    event("message_stop", {}),
  ];
}
