/**
 * `POST /v1/chat/completions`, whole and streamed, around any vendor's cache. Vendors agree on the form of an answer and
 * differ in the usage object and in the place where a stream has it.
 */
import { answerOf, echo } from "./answer.ts";
import { type ChatMessage, type ChatPrompt, textOf } from "./chat-prompt.ts";
import { Refusal, startVendorServer, type VendorOptions, type VendorServer } from "./vendor-server.ts";

export interface CacheRequest {
  readonly prompt: ChatPrompt;
  /** Tokens that the model answers. */
  readonly output: readonly number[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly nowMs: number;
}

export interface CacheCounts {
  readonly readTokens: number;
  readonly writeTokens: number;
}

export interface Counts extends CacheCounts {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface UsagePlace {
  /** On the chunk that has the finish reason: at its top, or in its choice. */
  readonly finish: "top" | "choice" | null;
  /** In a chunk of its own, which has no choices. */
  readonly own: boolean;
  /** Chunks without a usage say `usage: null`. */
  readonly nullElsewhere: boolean;
}

export interface ChatVendor {
  render(messages: readonly ChatMessage[], tools?: readonly unknown[]): ChatPrompt;
  /** Looks the prompt up, and then keeps what the vendor keeps. */
  run(request: CacheRequest): CacheCounts;
  usage(counts: Counts, body: CacheRequest["body"]): object;
  /** @param asked  whether the request has `stream_options.include_usage` */
  usagePlace(asked: boolean): UsagePlace;
}

export function startChatServer(vendor: ChatVendor, options: VendorOptions): Promise<VendorServer> {
  const answer = options.answer ?? echo;
  let requests = 0;
  return startVendorServer(
    {
      path: "chat/completions",
      errorBody: ({ message, type }) => ({ error: { message, type, param: null, code: null } }),
      respond(body, nowMs) {
        if (!Array.isArray(body.messages) || body.messages.length === 0) throw new Refusal("'messages' is required");
        const messages = body.messages as readonly ChatMessage[];
        const prompt = vendor.render(messages, (body.tools ?? []) as readonly unknown[]);
        const limit = Number(body.max_completion_tokens ?? body.max_tokens ?? Number.POSITIVE_INFINITY);
        const { pieces, tokens, isWhole } = answerOf(answer(textOf(messages.at(-1)?.content)), limit);
        const cached = vendor.run({ prompt, output: tokens, body, nowMs });
        const counts = { ...cached, promptTokens: prompt.tokens.length, outputTokens: tokens.length };
        requests += 1;
        const frame = { id: `chatcmpl-${requests}`, created: Math.floor(nowMs / 1_000), model: body.model };
        const stream = body.stream === true;
        const usage = vendor.usage(counts, body);
        const finish_reason = isWhole ? "stop" : "length";
        if (stream) {
          const asked = (body.stream_options as { include_usage?: boolean } | undefined)?.include_usage === true;
          const chunk = { ...frame, object: "chat.completion.chunk" };
          return { events: eventsOf(chunk, pieces, finish_reason, usage, vendor.usagePlace(asked)) };
        }
        const message = { role: "assistant", content: pieces.join("") };
        return {
          json: { ...frame, object: "chat.completion", choices: [{ index: 0, message, finish_reason }], usage },
        };
      },
    },
    options.clock,
  );
}

function eventsOf(
  frame: object,
  pieces: readonly string[],
  finish_reason: string,
  usage: object,
  place: UsagePlace,
): string[] {
  const none = place.nullElsewhere ? { usage: null } : {};
  const chunk = (delta: object, more: object = none): object => ({
    ...frame,
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  });
  const last = {
    ...frame,
    choices: [{ index: 0, delta: {}, finish_reason, ...(place.finish === "choice" && { usage }) }],
    ...(place.finish === "top" ? { usage } : none),
  };
  const chunks = [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((content) => chunk({ content })),
    last,
    ...(place.own ? [{ ...frame, choices: [], usage }] : []),
  ];
  return [...chunks.map((value) => `data: ${JSON.stringify(value)}\n\n`), "data: [DONE]\n\n"];
}

/** A state for each key, made when the key is first seen. */
export function stateByKey<State>(make: (key: unknown) => State): (key: unknown) => State {
  const states = new Map<string, State>();
  return (key) => {
    const name = JSON.stringify(key);
    const known = states.get(name);
    if (known !== undefined) return known;
    const state = make(key);
    states.set(name, state);
    return state;
  };
}
