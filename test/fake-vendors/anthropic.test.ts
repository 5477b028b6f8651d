import { afterEach, describe, expect, test } from "vitest";
import type { AnthropicMessage, CacheControl, ContentBlock } from "./anthropic-prompt.ts";
import { anthropic, hourMs, manualClock, minuteMs, type VendorServer } from "./index.ts";
import { type InputBuckets, inputBuckets, post, text } from "./input-buckets.ts";

let server: VendorServer;
afterEach(() => server.close());

async function send(body: object): Promise<InputBuckets> {
  return inputBuckets(server, "messages", { max_tokens: 20, ...body });
}

async function refusal(body: object): Promise<{ status: number; type: string }> {
  const response = await post(server, "messages", { max_tokens: 20, ...body });
  const { error } = (await response.json()) as { error: { type: string } };
  return { status: response.status, type: error.type };
}

const ephemeral = (ttl?: "5m" | "1h"): CacheControl => ({ type: "ephemeral", ...(ttl && { ttl }) });
const block = (content: string, cache_control?: CacheControl): ContentBlock => ({
  type: "text",
  text: content,
  ...(cache_control && { cache_control }),
});

/** One user turn of so many blocks of 100 words, with breakpoints on some of them. */
function blocks(count: number, marked: readonly number[], name = "block"): { messages: AnthropicMessage[] } {
  const content = Array.from({ length: count }, (_, i) =>
    block(text(`${name}${i + 1}-`, 100), marked.includes(i + 1) ? ephemeral() : undefined),
  );
  return { messages: [{ role: "user", content }] };
}

/** Tokens of such a turn up to the end of a block: the turn's mark comes first. */
const upTo = (count: number): number => 1 + 100 * count;

describe("the guide's growing conversation: 10, 15 and 35 blocks", () => {
  test("the third turn is one position outside the window", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    // The mark that ends the turn belongs to its last block, so a turn of 10 blocks is not the start of one of 15. The
    // conversation grows by turns instead.
    const grow = (counts: readonly number[]) => ({
      messages: counts.map((count, turn) => ({
        role: "user",
        content: Array.from({ length: count }, (_, i) =>
          block(
            text(`turn${turn}-${i}-`, 100),
            turn === counts.length - 1 && i === count - 1 ? ephemeral() : undefined,
          ),
        ),
      })),
    });
    expect(await send(grow([10]))).toMatchObject({ read: 0, write: 1_002, uncached: 0 });
    expect(await send(grow([10, 5]))).toMatchObject({ read: 1_002, write: 502, uncached: 0 });
    expect(await send(grow([10, 5, 20]))).toMatchObject({ read: 0, write: 3_506 });
  });

  test("a second breakpoint at block 15 starts a second window, which finds the entry", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    await send(blocks(16, [15]));
    expect(await send(blocks(35, [35]))).toMatchObject({ read: 0 });
    await send(blocks(16, [15], "other"));
    expect(await send(blocks(35, [15, 35], "other"))).toMatchObject({ read: upTo(15) });
  });

  test("nineteen blocks further on it is still inside", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    await send(blocks(16, [15]));
    expect(await send(blocks(34, [34]))).toMatchObject({ read: upTo(15) });
  });
});

test("a breakpoint on content that changes writes each time and never reads; before it, it reads", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const system = Array.from({ length: 5 }, (_, i) => block(text(`static${i}-`, 100)));
  const ask = (time: string) => ({
    system,
    messages: [{ role: "user", content: [block(`${time} what now?`, ephemeral())] }],
  });
  expect(await send(ask("10:00"))).toMatchObject({ read: 0, write: 507 });
  expect(await send(ask("10:01"))).toMatchObject({ read: 0, write: 507 });
  const stable = (time: string) => ({
    system: [...system.slice(0, 4), block(system[4]!.text!, ephemeral())],
    messages: [{ role: "user", content: `${time} what now?` }],
  });
  expect(await send(stable("10:02"))).toEqual({ input: 507, uncached: 5, read: 0, write: 502 });
  expect(await send(stable("10:03"))).toEqual({ input: 507, uncached: 5, read: 502, write: 0 });
});

test("automatic caching moves along: each request reads up to the last user turn and writes the rest", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const conversation = (turns: number) => ({
    cache_control: ephemeral(),
    system: text("system", 98),
    messages: Array.from({ length: 2 * turns - 1 }, (_, i) => ({
      role: i % 2 === 0 ? "user" : "assistant",
      content: text(`turn${i}-`, 48),
    })),
  });
  expect(await send(conversation(2))).toEqual({ input: 250, uncached: 0, read: 0, write: 250 });
  expect(await send(conversation(3))).toEqual({ input: 350, uncached: 0, read: 250, write: 100 });
  expect(await send(conversation(4))).toEqual({ input: 450, uncached: 0, read: 350, write: 100 });
});

test("a large context in the system prompt: written once, then read, with the question apart", async () => {
  server = await anthropic.start({ minimumTokens: 1_024 });
  const ask = (question: string) => ({
    system: [block("You analyze legal documents."), block(text("agreement", 2_000), ephemeral())],
    messages: [{ role: "user", content: question }],
  });
  expect(await send(ask("What are the key terms?"))).toEqual({ input: 2_013, uncached: 7, read: 0, write: 2_006 });
  expect(await send(ask("Who signed?"))).toEqual({ input: 2_010, uncached: 4, read: 2_006, write: 0 });
});

test("tools, instructions, documents and history, each with a breakpoint, are reused as far as nothing changed", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const request = (documents: string, history: readonly string[]) => ({
    tools: [
      { name: "search", description: text("search", 97) },
      { name: "get", description: text("get", 97), cache_control: ephemeral() },
    ],
    system: [block(text("instructions", 99), ephemeral()), block(text(documents, 99), ephemeral())],
    messages: history.map((name, i) => ({
      role: i % 2 === 0 ? "user" : "assistant",
      content: [block(text(name, 98), i === history.length - 1 ? ephemeral() : undefined)],
    })),
  });
  const prompt = request("documents", ["one"]);
  const ends = anthropic.render(prompt.messages, prompt.tools, prompt.system).blocks.map(({ endTokens }) => endTokens);
  const [, tools, instructions, documents, all] = ends as [number, number, number, number, number];
  expect(await send(prompt)).toMatchObject({ read: 0, write: all, uncached: 0 });
  expect(await send(request("documents", ["one", "two", "three"]))).toMatchObject({ read: all, write: 200 });
  expect(await send(request("other-documents", ["one"]))).toMatchObject({ read: instructions });
  expect(await send(request("documents", ["another"]))).toMatchObject({ read: documents });
  const changed = request("documents", ["one"]);
  changed.system[0] = block("Other instructions.", ephemeral());
  expect(await send(changed)).toMatchObject({ read: tools });
});

describe("mixed lifetimes are billed at A, B and C", () => {
  const mixed = (marks: readonly (CacheControl | undefined)[]) => ({
    system: marks.map((mark, i) => block(text(`part${i}-`, 100), mark)),
    messages: [{ role: "user", content: "Go on." }],
  });
  const written = async (body: object) => {
    const response = await post(server, "messages", { max_tokens: 20, ...body });
    const { usage } = (await response.json()) as { usage: { cache_creation: object; cache_read_input_tokens: number } };
    return { read: usage.cache_read_input_tokens, ...usage.cache_creation };
  };

  test("up to the last 1-hour breakpoint at that price, from there to the last breakpoint at the other", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    expect(await written(mixed([ephemeral("1h"), undefined, ephemeral("5m")]))).toEqual({
      read: 0,
      ephemeral_1h_input_tokens: 101,
      ephemeral_5m_input_tokens: 201,
    });
  });

  test("a hit past the 1-hour breakpoint leaves only 5-minute writes", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    await written(mixed([ephemeral("1h"), ephemeral("5m"), undefined]));
    expect(await written(mixed([ephemeral("1h"), ephemeral("5m"), ephemeral("5m")]))).toEqual({
      read: 201,
      ephemeral_1h_input_tokens: 0,
      ephemeral_5m_input_tokens: 101,
    });
  });

  test("after 5 minutes the longer prefix is gone and the shorter one is read", async () => {
    const clock = manualClock();
    server = await anthropic.start({ minimumTokens: 1, clock });
    const body = mixed([ephemeral("1h"), undefined, ephemeral("5m")]);
    await written(body);
    clock.advance(10 * minuteMs);
    expect(await written(body)).toMatchObject({ read: 101, ephemeral_5m_input_tokens: 201 });
    clock.advance(hourMs + 1);
    expect(await written(body)).toMatchObject({ read: 0, ephemeral_1h_input_tokens: 101 });
  });
});

test("use renews an entry, from the start of the request on", async () => {
  const clock = manualClock();
  server = await anthropic.start({ minimumTokens: 1, clock });
  const body = blocks(3, [3]);
  await send(body);
  for (let i = 0; i < 3; i += 1) {
    clock.advance(4 * minuteMs);
    expect(await send(body)).toMatchObject({ write: 0 });
  }
  clock.advance(5 * minuteMs + 1);
  expect(await send(body)).toMatchObject({ read: 0 });
});

test("each model has its minimum; shorter prefixes are neither written nor refused", async () => {
  server = await anthropic.start();
  const ask = (model: string, tokens: number) => ({
    model,
    messages: [{ role: "user", content: [block(text(`${model}-`, tokens - 2), ephemeral())] }],
  });
  for (const [model, minimum] of [
    ["claude-opus-5", 512],
    ["claude-sonnet-4-5", 1_024],
    ["claude-haiku-4-5", 4_096],
  ] as const) {
    expect(await send(ask(model, minimum - 1))).toMatchObject({ uncached: minimum - 1, read: 0, write: 0 });
    expect(await send(ask(model, minimum))).toMatchObject({ uncached: 0, write: minimum });
  }
  expect(await refusal(ask("claude-0", 10))).toEqual({ status: 404, type: "not_found_error" });
});

test("a run of tool uses is one position, and so is a run of tool results", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const use = (id: number) => ({ type: "tool_use", id: `t${id}`, name: "look", input: { id } });
  const result = (id: number) => ({ type: "tool_result", tool_use_id: `t${id}`, content: `found ${id}` });
  const ids = Array.from({ length: 30 }, (_, i) => i);
  const question = { role: "user", content: [block("Look everywhere.", ephemeral())] };
  await send({ messages: [question] });
  const results: ContentBlock[] = ids.map(result);
  results[29] = { ...results[29]!, cache_control: ephemeral() };
  const messages = [
    { role: "user", content: "Look everywhere." },
    { role: "assistant", content: ids.map(use) },
    { role: "user", content: results },
  ];
  expect(await send({ messages })).toMatchObject({ read: 4 });
});

test("tool choice, thinking, effort and images belong to message prefixes, and not to those before them", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const body = {
    system: [block(text("system", 99), ephemeral())],
    messages: [{ role: "user", content: [block(text("question", 98), ephemeral())] }],
  };
  await send(body);
  expect(await send({ ...body, tool_choice: { type: "none" } })).toMatchObject({ read: 101 });
  expect(await send({ ...body, thinking: { type: "adaptive" } })).toMatchObject({ read: 101 });
  expect(await send({ ...body, output_config: { effort: "low" } })).toMatchObject({ read: 101 });
  expect(await send(body)).toMatchObject({ read: 201 });
});

test("without a breakpoint there is no caching", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  await send(blocks(3, [3]));
  expect(await send(blocks(3, []))).toEqual({ input: 302, uncached: 302, read: 0, write: 0 });
});

test("zero output tokens warm the cache", async () => {
  server = await anthropic.start({ minimumTokens: 1 });
  const system = [block(text("system", 98), ephemeral())];
  const warm = await post(server, "messages", {
    max_tokens: 0,
    system,
    messages: [{ role: "user", content: "warmup" }],
  });
  expect(await warm.json()).toMatchObject({
    content: [],
    stop_reason: "max_tokens",
    usage: { output_tokens: 0, cache_creation_input_tokens: 100 },
  });
  expect(await send({ system, messages: [{ role: "user", content: "Go." }] })).toMatchObject({ read: 100 });
});

describe("what is refused", () => {
  const invalid = { status: 400, type: "invalid_request_error" };

  test("more than four breakpoints, or a fifth for automatic caching", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    expect(await refusal(blocks(6, [1, 2, 3, 4, 5]))).toEqual(invalid);
    expect(await refusal({ ...blocks(6, [1, 2, 3, 4]), cache_control: ephemeral() })).toEqual(invalid);
    expect(await send({ ...blocks(6, [1, 2, 3, 6]), cache_control: ephemeral() })).toMatchObject({ uncached: 0 });
  });

  test("automatic caching with another lifetime than the last block's own", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    expect(await refusal({ ...blocks(2, [2]), cache_control: ephemeral("1h") })).toEqual(invalid);
  });

  test("a longer lifetime after a shorter one", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    const system = [block("one", ephemeral("5m")), block("two", ephemeral("1h"))];
    expect(await refusal({ system, messages: [{ role: "user", content: "Go." }] })).toEqual(invalid);
  });

  test("breakpoints on thinking; automatic caching goes back to the block before it", async () => {
    server = await anthropic.start({ minimumTokens: 1 });
    const thought = (more: object) => ({
      messages: [
        { role: "user", content: text("question", 98) },
        { role: "assistant", content: [{ type: "thinking", thinking: "hm hm", ...more }] },
      ],
    });
    expect(await refusal(thought({ cache_control: ephemeral() }))).toEqual(invalid);
    expect(await send({ ...thought({}), cache_control: ephemeral() })).toEqual({
      input: 104,
      uncached: 4,
      read: 0,
      write: 100,
    });
  });
});
