/** What all vendors have in common: answers over a socket, whole and streamed, with a usage that the wire reads. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CallRequest, type Message, type Protocol, sendCall } from "../../src/wire/index.ts";
import {
  anthropic,
  deepSeek,
  kimiCoding,
  moonshot,
  openAiAutomatic,
  openAiBreakpoints,
  sglang,
  type VendorServer,
  vllm,
} from "./index.ts";
import { text } from "./input-buckets.ts";

interface Row {
  readonly name: string;
  readonly protocol: Protocol;
  readonly start: () => Promise<VendorServer>;
  /** Tokens of the prompt that the server saw, from the body. */
  readonly tokens: (body: Body) => number;
  /** Reads and writes of the first request, and of the same request again; null where the vendor does not say. */
  readonly first: readonly [read: number | null, write: number | null];
  readonly again: readonly [read: number | null, write: number | null];
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the adapter put into the body
type Body = Readonly<Record<string, any>>;

const chat = (vendor: { tokenize(messages: [], tools?: []): number[] }) => (body: Body) =>
  vendor.tokenize(body.messages, body.tools).length;

/** Marks: around the system turn, around the user turn, before each answer; the tool's own and those of its turn. */
const rows: readonly Row[] = [
  {
    name: "DeepSeek",
    protocol: "openai-chat",
    start: () => deepSeek.start(),
    tokens: chat(deepSeek),
    first: [0, null],
    again: [1 + 2 + 2 + 1 + 1_500, null], // all but the mark that opens the answer
  },
  {
    name: "Moonshot",
    protocol: "openai-chat",
    start: () => moonshot.start(),
    tokens: chat(moonshot),
    first: [0, null],
    again: [5 * 256, null],
  },
  {
    name: "Kimi, coding",
    protocol: "openai-chat",
    start: () => kimiCoding.start(),
    tokens: chat(kimiCoding),
    first: [0, null],
    again: [3 + 1 + 4 + 1_502 + 1, null], // all
  },
  {
    name: "OpenAI, automatic",
    protocol: "openai-chat",
    start: () => openAiAutomatic.start(),
    tokens: chat(openAiAutomatic),
    first: [0, null],
    again: [11 * 128, null],
  },
  {
    name: "OpenAI, breakpoints",
    protocol: "openai-chat",
    start: () => openAiBreakpoints.start(),
    tokens: chat(openAiBreakpoints),
    first: [0, 4 + 4 + 1_502],
    again: [4 + 4 + 1_502, 0],
  },
  {
    name: "Anthropic",
    protocol: "anthropic-messages",
    start: () => anthropic.start({ minimumTokens: 1_024 }),
    tokens: (body) => anthropic.tokenize(body.messages, body.tools, body.system).length,
    first: [0, 2 + 4 + 1_502],
    again: [2 + 4 + 1_502, 0],
  },
  {
    name: "vLLM",
    protocol: "openai-chat",
    start: () => vllm.start({ enablePromptTokensDetails: true }),
    tokens: chat(vllm),
    first: [null, null],
    again: [94 * 16, null],
  },
  {
    name: "SGLang",
    protocol: "openai-chat",
    start: () => sglang.start({ enableCacheReport: true }),
    tokens: chat(sglang),
    first: [null, null],
    again: [1 + 2 + 2 + 1 + 1_502, null], // all but the last token
  },
];

describe.each(rows)("$name", ({ protocol, start, tokens, first, again }) => {
  let server: VendorServer;
  beforeEach(async () => {
    server = await start();
  });
  afterEach(() => server.close());

  const send = (messages: readonly Message[], more: Partial<CallRequest> = {}) => {
    const extraBody = protocol === "anthropic-messages" ? { cache_control: { type: "ephemeral" } } : {};
    return sendCall(
      { baseUrl: server.baseUrl, protocol, apiKey: null },
      { model: "m", messages, stream: false, extraBody, ...more },
    );
  };
  const ask = (name: string): Message[] => [
    { role: "system", content: "Be brief." },
    { role: "user", content: text(name, 1_500) },
  ];
  const tools = [{ name: "look", parameters: { type: "object" } }];

  test.each([false, true])("reports reads and writes where it does (streamed: %s)", async (stream) => {
    const messages = ask(`stream-${stream}-`);
    for (const [readTokens, writeTokens] of [first, again]) {
      const call = await send(messages, { stream, tools });
      expect(call.failure).toBeNull();
      const { usage } = call;
      expect([usage?.cacheReadTokens, usage?.cacheWriteTokens]).toEqual([readTokens, writeTokens]);
      const promptTokens = tokens(JSON.parse(call.requestBody) as Body);
      expect(usage?.inputTokens).toBe(promptTokens);
      // Where reads are not reported, the split is unknown.
      const uncached = readTokens === null ? null : promptTokens - readTokens - (writeTokens ?? 0);
      expect(usage?.uncachedInputTokens).toBe(uncached);
    }
  });

  test("answers the same whole and streamed, an echo of the last words", async () => {
    const messages: Message[] = [{ role: "user", content: "Say after me: one two three" }];
    for (const stream of [false, true]) {
      const { answer, usage } = await send(messages, { stream });
      expect(answer.text).toBe("You said: Say after me: one two three");
      expect(answer.finishReason).toMatch(/stop|end_turn/);
      expect(usage?.outputTokens).toBe(8 + 1); // the words, and the mark that ends the turn
      const cut = await send(messages, { stream, maxTokens: 3 });
      expect(cut).toMatchObject({ answer: { text: "You said: Say" }, usage: { outputTokens: 3 } });
      expect(cut.answer.finishReason).toMatch(/length|max_tokens/);
    }
  });

  test("refuses a body without messages in the vendor's words", async () => {
    const call = await send([]);
    expect(call.failure).toMatchObject({ class: "invalid-request", status: 400 });
    expect(call.failure?.message).toMatch(/messages/);
  });
});

describe("where a stream has its usage", () => {
  /** The events of a stream as JSON values, the last word left out. */
  async function events(server: VendorServer, include_usage: boolean): Promise<Body[]> {
    const response = await fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({
        model: "m",
        messages: [{ role: "user", content: "Hi" }],
        stream: true,
        ...(include_usage && { stream_options: { include_usage } }),
      }),
    });
    const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
    return lines.map((line) => JSON.parse(line.slice(6)) as Body);
  }
  /** Of the last two events: usage at the top, in the choice, null, or absent. */
  const place = ({ usage, choices }: Body): string => {
    if (usage) return choices.length === 0 ? "own" : "top";
    if (choices[0]?.usage) return "choice";
    return usage === null ? "null" : "-";
  };

  test.each([
    ["DeepSeek", deepSeek.start, ["-", "top"], ["null", "own"]],
    ["Moonshot", moonshot.start, ["-", "choice"], ["choice", "own"]],
    ["Kimi, coding", kimiCoding.start, ["-", "choice"], ["choice", "own"]],
    ["OpenAI, automatic", openAiAutomatic.start, ["-", "-"], ["null", "own"]],
    ["OpenAI, breakpoints", openAiBreakpoints.start, ["-", "-"], ["null", "own"]],
    ["vLLM", vllm.start, ["-", "-"], ["-", "own"]],
    ["SGLang", sglang.start, ["-", "-"], ["-", "own"]],
  ] as const)("%s, by default and when asked for", async (_name, start, byDefault, asked) => {
    const server = await start();
    expect((await events(server, false)).slice(-2).map(place)).toEqual(byDefault);
    expect((await events(server, true)).slice(-2).map(place)).toEqual(asked);
    await server.close();
  });
});
