import { expect, test } from "vitest";
import { answerOfMessage, promptOfBody } from "./prompt-of-body.ts";
import type { PromptTokenizer } from "./prompt-tokens.ts";

/** A number for each word and each mark, by its first use. */
const names: string[] = [];
const numberOf = (name: string) => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
const words: PromptTokenizer = {
  text: (text) => (text.match(/\S+/g) ?? []).map(numberOf),
  mark: (name) => [numberOf(`<${name}>`)],
};
const spelled = (vendor: string, body: object) =>
  [...promptOfBody(vendor, body as Record<string, unknown>, words)!.tokens]
    .map((token) => names[token] ?? "?")
    .join(" ");
const prompt = (vendor: string, body: object) => promptOfBody(vendor, body as Record<string, unknown>, words)!;

const tools = [{ name: "look" }];
const messages = [
  { role: "system", content: "Be brief." },
  { role: "user", content: [{ type: "text", text: "Who?" }] },
];

test("tools stand first, or where DeepSeek's encoding has them: at the end of the system turn", () => {
  expect(spelled("moonshot", { tools, messages })).toBe(
    '<tools> <tool> {"name":"look"} <end> <system> Be brief. <end> <user> Who? <end> <assistant>',
  );
  expect(spelled("deepseek", { tools, messages })).toBe(
    '<system> Be brief. <tool> {"name":"look"} <user> Who? <assistant>',
  );
  expect(spelled("vllm", { tools, messages: messages.slice(1) })).toBe(
    '<system> <tool> {"name":"look"} <end> <user> Who? <end> <assistant>',
  );
});

test("the input ends before the mark that opens the answer, and a prompt that goes on begins with both", () => {
  const first = prompt("deepseek", { messages });
  expect([first.tokens.length, first.inputTokens]).toEqual([6, 5]);
  const answer = {
    role: "assistant",
    content: "Nobody.",
    tool_calls: [{ function: { name: "look", arguments: "{}" } }],
  };
  const next = prompt("deepseek", { messages: [...messages, answer, { role: "user", content: "Sure?" }] });
  const whole = [...first.tokens, ...answerOfMessage("deepseek", answer, words)!];
  expect([...next.tokens.subarray(0, whole.length)]).toEqual(whole);
  // One that a limit has cut has no end.
  expect(answerOfMessage("deepseek", answer, words, false)!.length).toBe(whole.length - first.tokens.length - 1);
});

test("settings that a prefix depends on change its first token, and no length", () => {
  const plain = prompt("vllm", { messages }).tokens;
  const salted = prompt("vllm", { messages, cache_salt: "mine" }).tokens;
  expect([salted.length, [...salted.subarray(1)]]).toEqual([plain.length, [...plain.subarray(1)]]);
  expect(salted[0]).toBeLessThan(0);
  expect(salted).toEqual(prompt("vllm", { messages, cache_salt: "mine" }).tokens);
  expect(salted[0]).not.toBe(prompt("vllm", { messages, cache_salt: "other" }).tokens[0]);
});

test("what a request asks for: keys and lifetimes", () => {
  expect(prompt("deepseek", { messages, user_id: "me" }).cacheKey).toBe("me");
  expect(prompt("openai", { model: "gpt-5", messages, prompt_cache_key: "key" }).cacheKey).toBe("key");
  expect(prompt("openai", { model: "gpt-5", messages, prompt_cache_retention: "24h" }).lifetimeMs).toBe(86_400_000);
  expect(prompt("moonshot", { messages, prompt_cache_options: { ttl: "1h" } }).lifetimeMs).toBe(3_600_000);
});

test("OpenAI from GPT-5.6: ends of messages that count, and breakpoints but those on the assistant's text", () => {
  const marked = (text: string, more: object = {}) => [
    { type: "text", text, prompt_cache_breakpoint: { mode: "explicit", ...more } },
  ];
  const body = {
    model: "gpt-5.6-sol",
    prompt_cache_options: { ttl: "12h" },
    messages: [
      { role: "developer", content: marked("one") },
      { role: "system", content: "two" },
      { role: "user", content: marked("three", { ttl: "30m" }) },
      { role: "assistant", content: marked("four") },
      { role: "tool", content: "five" },
      { role: "tool", content: "six" },
    ],
  };
  expect(prompt("openai", body)).toMatchObject({
    blockEnds: [6, 9, 18],
    mode: "implicit",
    lifetimeMs: 43_200_000,
    breakpoints: [
      { endTokens: 3, lifetimeMs: 43_200_000 },
      { endTokens: 9, lifetimeMs: 1_800_000 },
    ],
  });
  expect(prompt("openai", { ...body, prompt_cache_options: { mode: "explicit" } }).mode).toBe("explicit");
  expect(prompt("openai", { ...body, model: "gpt-5.5" }).breakpoints).toBeUndefined();
});

test("without opening developer messages no more ends are given than are looked up", () => {
  const many = Array.from({ length: 30 }, () => ({ role: "user", content: "again" }));
  expect(prompt("openai", { model: "gpt-5.6", messages: many }).blockEnds).toHaveLength(21);
  const opened = [{ role: "developer", content: "first" }, ...many];
  expect(prompt("openai", { model: "gpt-5.6", messages: opened }).blockEnds).toHaveLength(31);
});

const anthropic = {
  tools: [{ name: "look", cache_control: { type: "ephemeral", ttl: "1h" } }],
  system: "Be brief.",
  messages: [
    { role: "user", content: "Who?" },
    {
      role: "assistant",
      content: [
        { type: "tool_use", id: "1", name: "look", input: {} },
        { type: "tool_use", id: "2", name: "look", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "1", content: "no" },
        { type: "tool_result", tool_use_id: "2", content: [{ type: "text", text: "body" }] },
        { type: "text", text: "And?", cache_control: { type: "ephemeral" } },
      ],
    },
  ],
};

test("Anthropic: a block for each thing said, its marks, and the runs that count as one", () => {
  expect(spelled("anthropic", anthropic)).toBe(
    '<tool> {"name":"look"} <system> Be brief. <end> <user> Who? <end> <assistant> <tool_use> look {} ' +
      "<tool_use> look {} <end> <user> <tool_result> no <tool_result> body And? <end>",
  );
  expect(prompt("anthropic", anthropic)).toMatchObject({
    blockEnds: [2, 6, 9, 13, 17, 20, 22, 24],
    insideRuns: [13, 20],
    breakpoints: [
      { endTokens: 2, lifetimeMs: 3_600_000 },
      { endTokens: 24, lifetimeMs: 300_000 },
    ],
  });
});

test("Anthropic: automatic caching marks the last block that can be marked", () => {
  const thinking = { role: "assistant", content: [{ type: "thinking", thinking: "hm" }] };
  const body = { cache_control: { type: "ephemeral" }, messages: [{ role: "user", content: "Who?" }, thinking] };
  expect(prompt("anthropic", body).breakpoints).toEqual([{ endTokens: 3, lifetimeMs: 300_000 }]);
});

test("Anthropic: thinking, effort, tool choice and images change the messages, and not tools and system", () => {
  const plain = [...prompt("anthropic", anthropic).tokens];
  for (const setting of [{ tool_choice: { type: "any" } }, { thinking: {} }, { output_config: { effort: "low" } }]) {
    const set = [...prompt("anthropic", { ...anthropic, ...setting }).tokens];
    expect(set.slice(0, 6)).toEqual(plain.slice(0, 6));
    expect(set[6]).toBeLessThan(0);
    expect(set.slice(7)).toEqual(plain.slice(7));
  }
});

test("a vendor whose order is not known has no prompt", () => {
  expect(promptOfBody("groq", { messages }, words)).toBeNull();
  expect(answerOfMessage("groq", { content: "" }, words)).toBeNull();
});
