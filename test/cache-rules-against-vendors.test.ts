/**
 * Every cache rule that has a fake vendor, against it: random histories are sent to the vendor's endpoint over HTTP, and
 * what it says it read and wrote has to be what the rule expects of the body that was sent, call for call. The vendors were
 * written from their documentation by someone who had not seen the rules; only the tokenizer is shared.
 */
import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import * as routes from "../src/routes/index.ts";
import { type Random, randomFrom } from "../src/stats/index.ts";
import { readUsage } from "../src/wire/index.ts";
import * as vendors from "./fake-vendors/index.ts";
import {
  type Conversation,
  chatBody,
  messagesBody,
  nextConversation,
  pad,
  type Sent,
  type Shape,
} from "./fake-vendors/random-conversations.ts";
import { mark, words } from "./fake-vendors/tokens.ts";

const { hourMs, minuteMs, manualClock } = vendors;
const histories = 1_000;

interface Pairing {
  readonly name: string;
  readonly vendor: string;
  readonly shape: Shape;
  /** Prompts of these lengths, and a token more or less, are tried often. */
  readonly lengths: (tokens: number) => number;
  readonly lifetimesMs: readonly number[];
  /** A vendor's server and the rule for it, both of the history with this number. */
  readonly open: (history: number, clock: vendors.ManualClock) => Opened;
  /** Whether breakpoints are left out of a history's bodies, where the vendor takes them. */
  readonly marksNothing?: (history: number) => boolean;
  /** What stands in a body beside the conversation. */
  readonly settings?: (history: number, random: Random) => object;
  /** A longer prompt and its answer may not fit. */
  readonly longestTokens?: number;
  /** Where the vendor says nothing, it read nothing. */
  readonly silentAtNothing?: boolean;
}

interface Opened {
  readonly server: Promise<vendors.VendorServer>;
  readonly rule: routes.CacheRule;
}

const chat: Shape = { paragraphWords: [40, 3, 10, 90, 150, 300], marks: [""], mostTokens: 1_500 };
/** Of servers whose cache is to be full: a few prompts fill it. */
const small: Shape = { paragraphWords: [30, 3, 10, 60, 100], marks: [""], mostTokens: 160 };
const upTo =
  (multiple: number, least = multiple) =>
  (tokens: number) =>
    Math.max(least, Math.ceil(tokens / multiple) * multiple);
const sometimes = (random: Random, share: number, fields: object) => (random.uniform() < share ? fields : {});

const pairings: readonly Pairing[] = [
  {
    name: "DeepSeek",
    vendor: "deepseek",
    shape: chat,
    lengths: upTo(64),
    lifetimesMs: [2 * hourMs],
    open: (history, clock) => {
      const unit = [1, 64][history % 2]!;
      const interval = [undefined, 100, 500, 64][(history >> 1) % 4];
      const lifetimeMs = 2 * hourMs;
      return {
        server: vendors.deepSeek.start({
          ...{ clock, lifetimeMs, storageUnitTokens: unit, intervalTokens: interval ?? Number.POSITIVE_INFINITY },
        }),
        rule: routes.deepSeek({ granularityTokens: unit, intervalTokens: interval ?? null, lifetimeMs }),
      };
    },
    settings: (_, random) => sometimes(random, 0.1, { user_id: random.pick(["one", "other"]) }),
  },
  {
    name: "Kimi",
    vendor: "moonshot",
    shape: chat,
    lengths: upTo(256),
    lifetimesMs: [5 * minuteMs, hourMs],
    open: (history, clock) => ({
      server: vendors.moonshot.start({ clock }),
      // In every other history all calls ask for one lifetime: then both readings say the same.
      rule: routes.kimi({ lifetimes: history % 2 === 0 ? "first" : "apart", reportsWrites: true }),
    }),
    settings: (history, random) => ({
      model: "kimi-k3",
      ...sometimes(random, 0.05, { reasoning_effort: "low" }),
      ...sometimes(random, 0.2, { prompt_cache_key: "key" }),
      ...(history % 2 === 0
        ? sometimes(random, 0.6, { prompt_cache_options: { ttl: random.pick(["5m", "1h"]) } })
        : sometimes(random, 1, history % 4 === 1 ? {} : { prompt_cache_options: { ttl: "1h" } })),
    }),
  },
  {
    name: "Kimi, coding endpoint",
    vendor: "moonshot",
    shape: chat,
    lengths: upTo(256),
    lifetimesMs: [10 * minuteMs],
    open: (_, clock) => ({ server: vendors.kimiCoding.start({ clock }), rule: routes.kimiCoding() }),
    settings: (_, random) => sometimes(random, 0.2, { prompt_cache_key: "key" }),
  },
  {
    name: "OpenAI, intervals of 128",
    vendor: "openai",
    shape: { ...chat, paragraphWords: [700, 3, 40, 128, 300, 1_000], mostTokens: 2_500 },
    lengths: upTo(128, 1_024),
    lifetimesMs: [5 * minuteMs],
    open: (history, clock) => ({
      server: vendors.openAiAutomatic.start({ clock }),
      // The server has one machine: keys of their own show where all calls have the same.
      rule: routes.openAiIntervals({ keysApart: history % 2 === 0 }),
    }),
    settings: (history, random) => ({
      model: "gpt-5",
      ...sometimes(random, 0.05, { response_format: { type: "json_object" } }),
      ...sometimes(random, 0.1, { prompt_cache_retention: "24h" }),
      ...(history % 2 === 0 ? { prompt_cache_key: "all" } : sometimes(random, 0.3, { prompt_cache_key: "some" })),
    }),
  },
  {
    name: "OpenAI, intervals of 2,048",
    vendor: "openai",
    shape: { ...chat, paragraphWords: [1_500, 3, 40, 600, 2_048], mostTokens: 4_000 },
    lengths: upTo(2_048),
    lifetimesMs: [30 * minuteMs],
    open: (_, clock) => ({
      server: vendors.openAiAutomatic.start({ clock, intervalTokens: 2_048, lifetimeMs: 30 * minuteMs }),
      rule: routes.cacheRuleOf("openai", "gpt-5.5")!,
    }),
    settings: () => ({ model: "gpt-5.5" }),
  },
  {
    name: "OpenAI, breakpoints",
    vendor: "openai",
    shape: { paragraphWords: [1_000, 3, 40, 200, 500, 1_022], marks: ["", "", "30m", "12h"], mostTokens: 2_500 },
    lengths: upTo(1_024),
    lifetimesMs: [30 * minuteMs, 12 * hourMs],
    open: (_, clock) => ({
      server: vendors.openAiBreakpoints.start({ clock }),
      rule: routes.cacheRuleOf("openai", "gpt-5.6-sol")!,
    }),
    // A third of the histories marks nothing, in a third only marks count.
    marksNothing: (history) => history % 3 === 0,
    settings: (history, random) => ({
      model: "gpt-5.6-sol",
      ...sometimes(random, 0.05, { response_format: { type: "json_object" } }),
      ...sometimes(random, 0.05, { verbosity: "low" }),
      ...sometimes(random, 0.1, { prompt_cache_key: "key" }),
      ...(history % 3 === 1
        ? { prompt_cache_options: { mode: "explicit", ...sometimes(random, 0.3, { ttl: "12h" }) } }
        : sometimes(random, 0.3, { prompt_cache_options: random.pick([{ mode: "explicit" }, { ttl: "12h" }]) })),
    }),
  },
  {
    name: "Anthropic",
    vendor: "anthropic",
    shape: { paragraphWords: [200, 3, 10, 90, 250], marks: ["", "", "5m", "1h"], mostTokens: 1_200 },
    lengths: upTo(512),
    lifetimesMs: [5 * minuteMs, hourMs],
    open: (history, clock) => {
      const minimumTokens = [1, 64, 512][history % 3]!;
      return {
        server: vendors.anthropic.start({ clock, minimumTokens }),
        rule: routes.anthropic({ minimumTokens, marksLengthen: true }),
      };
    },
    settings: (_, random) => ({
      ...sometimes(random, 0.05, { tool_choice: { type: "any" } }),
      ...sometimes(random, 0.05, { thinking: { type: "enabled", budget_tokens: 1_024 } }),
      ...sometimes(random, 0.05, { output_config: { effort: "low" } }),
    }),
  },
  {
    name: "vLLM",
    vendor: "vllm",
    shape: small,
    lengths: upTo(16),
    lifetimesMs: [minuteMs],
    open: (history, clock) => {
      const [blockSize, capacityTokens] = (
        [
          [16, 65_536],
          [16, 272],
          [64, 320],
          [4, 262],
        ] as const
      )[history % 4]!;
      return {
        server: vendors.vllm.start({ clock, blockSize, capacityTokens, enablePromptTokensDetails: true }),
        rule: routes.vllm({
          blockTokens: blockSize,
          capacityTokens: capacityTokens === 65_536 ? null : capacityTokens,
        }),
      };
    },
    settings: (_, random) => sometimes(random, 0.05, { cache_salt: "salt" }),
    longestTokens: 240,
    silentAtNothing: true,
  },
  {
    name: "SGLang",
    vendor: "sglang",
    shape: small,
    lengths: upTo(64),
    lifetimesMs: [minuteMs],
    open: (history, clock) => {
      const capacityTokens = [65_536, 260, 400][history % 3]!;
      const evicts = history % 2 === 0 ? "what is missing" : "what is needed";
      return {
        server: vendors.sglang.start({ clock, capacityTokens, evicts, enableCacheReport: true }),
        rule: routes.sglang({ capacityTokens: capacityTokens === 65_536 ? null : capacityTokens, evicts }),
      };
    },
    longestTokens: 240,
    silentAtNothing: true,
  },
];

test.each(pairings)("$name: what a call reads and writes is what the rule expects", async (pairing) => {
  const totals = { calls: 0, hits: 0 };
  const disagreements: unknown[] = [];
  for (let history = 0; history < histories && disagreements.length < 3; history++) {
    const found = await compared(pairing, history, totals);
    if (found !== null) disagreements.push(found);
  }
  expect(disagreements).toEqual([]);
  // A history in which nothing is read would show nothing.
  expect(totals.hits / totals.calls).toBeGreaterThan(0.15);
});

/** The first call of a history at which server and rule disagree; null where there is none. */
async function compared(pairing: Pairing, history: number, totals: Record<"calls" | "hits", number>) {
  const random = randomFrom(`${pairing.name} ${history}`);
  const clock = manualClock();
  const { server: starting, rule } = pairing.open(history, clock);
  const server = await starting;
  const agent = new Agent({ keepAlive: true });
  const cache = rule.open();
  const sent: Sent[] = [];
  const bodies: object[] = [];
  try {
    for (let calls = 3 + random.integer(pairing.longestTokens === undefined ? 5 : 10); calls > 0; calls--) {
      clock.advance(idleMs(pairing, random));
      const { conversation, body, prompt } = nextRequest(pairing, history, sent, random);
      bodies.push(body);
      const call = cache.begin({ ...prompt, sentAtMs: clock.now() });
      const { answer, isWhole, usage } = await post(server, agent, pairing, body);
      const reported = {
        inputTokens: usage.inputTokens,
        readTokens: usage.cacheReadTokens ?? (pairing.silentAtNothing ? 0 : null),
        writtenTokens: usage.cacheWriteTokens,
      };
      const expected = { inputTokens: prompt.tokens.length, ...call.expected };
      totals.calls++;
      if (call.expected.readTokens > 0) totals.hits++;
      if (JSON.stringify(reported) !== JSON.stringify(expected))
        return { history, call: bodies.length, reported, expected, bodies: bodies.map((one) => JSON.stringify(one)) };
      const tokens = routes.answerOfMessage(pairing.vendor, { content: answer }, tokenizer, isWhole);
      call.end(tokens === null ? undefined : { tokens, atMs: clock.now() });
      sent.push({ conversation, promptTokens: prompt.tokens.length, answer });
    }
    return null;
  } finally {
    agent.destroy();
    await server.close();
  }
}

function nextRequest(pairing: Pairing, history: number, sent: readonly Sent[], random: Random) {
  for (;;) {
    const conversation = nextConversation(sent, pairing.shape, random);
    const automatic = random.uniform() < 0.3 ? random.pick(pairing.shape.marks) : null;
    const more = { model: "m", ...pairing.settings?.(history, random), max_tokens: random.pick([1, 4, 100, 100]) };
    const request = () => {
      const body = { ...wireBody(pairing, history, conversation, automatic), ...more };
      return { conversation, body, prompt: promptOf(pairing, body) };
    };
    const first = request();
    const { length } = first.prompt.tokens;
    const missing = random.uniform() < 0.5 ? pairing.lengths(length) - length + random.integer(3) - 1 : 0;
    if (length + missing > (pairing.longestTokens ?? Number.POSITIVE_INFINITY)) continue;
    if (missing <= 0) return first;
    pad(conversation, missing);
    return request();
  }
}

/** Mostly a moment; often about as long as something lives, or a millisecond more or less. */
function idleMs({ lifetimesMs }: Pairing, random: Random): number {
  if (random.uniform() < 0.8) return random.integer(2) * 1_000;
  return Math.round(random.pick(lifetimesMs) * random.pick([0.5, 1, 1, 1, 2])) + random.integer(3) - 1;
}

function wireBody(pairing: Pairing, history: number, conversation: Conversation, automatic: string | null): object {
  if (pairing.vendor === "anthropic") return messagesBody(conversation, automatic);
  return chatBody(conversation, pairing.marksNothing?.(history) === false);
}

const tokenizer: routes.PromptTokenizer = { text: words, mark: (name) => [mark(name)] };

function promptOf({ vendor }: Pairing, body: object) {
  return routes.promptOfBody(vendor, body as Record<string, unknown>, tokenizer)!;
}

interface Reply {
  readonly choices?: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly content?: readonly { readonly text: string }[];
}

async function post({ baseUrl }: vendors.VendorServer, agent: Agent, { vendor }: Pairing, body: object) {
  const path = vendor === "anthropic" ? "messages" : "chat/completions";
  const text = await new Promise<string>((resolve, reject) => {
    const sending = request(`${baseUrl}/${path}`, { method: "POST", agent }, (response) => {
      let received = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        received += piece;
      });
      response.on("end", () => (response.statusCode === 200 ? resolve(received) : reject(new Error(received))));
    });
    sending.on("error", reject).end(JSON.stringify(body));
  });
  const reply = JSON.parse(text) as Reply;
  const [choice] = reply.choices ?? [];
  const answer = choice?.message.content ?? reply.content?.map((block) => block.text).join("") ?? "";
  return { answer, isWhole: choice?.finish_reason === "stop", usage: readUsage(reply)! };
}
