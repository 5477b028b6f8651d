import { expect, test } from "vitest";
import { recordsOf } from "../../../../../test/agent-loop/running.ts";
import * as fake from "../../../../../test/fake-vendors/index.ts";
import { routeTo } from "../../../../../test/fixtures/route.ts";
import * as rules from "../../../../routes/index.ts";
import type { Call, Message } from "../../../../wire/index.ts";
import type { Scenario } from "../../../scenario.ts";
import { playSteps } from "../steps.ts";
import { loopTurns } from "./loop-turns.ts";
import { wordPrompts } from "./word-prompts.ts";

const user = (content: string): Message => ({ role: "user", content });
const long = user(Array.from({ length: 1_100 }, (_, at) => `word${at}`).join(" "));
const grown = (turns: number) => [
  long,
  ...Array.from({ length: turns }, (_, at): Message[] => [
    { role: "assistant", content: "yes" },
    user(`${at}?`),
  ]).flat(),
];

/** One session that asks these. */
const scenarioOf = (prompts: readonly (readonly Message[])[]): Scenario => ({
  ...{ name: "s", version: 1, question: "", source: "", cells: [{}], isInOrder: true, scorers: [], options: {} },
  sampleCount: () => 1,
  samples: () => [{ id: "a", document: "a", messages: prompts[0]!, target: null, depth: null, answerable: true }],
  solver: () =>
    playSteps({ name: "s", version: 1 }, () => prompts.map((messages) => ({ kind: "ask", turn: { messages } }))),
  contextTokens: () => 0,
});

// The guide looks up the end of the first developer block, however long ago it was, and of other messages the latest 21.
test("OpenAI from GPT-5.6: without developer messages the first user message is not looked up for ever", async () => {
  const server = await fake.openAiBreakpoints.start({});
  const route = routeTo(server.baseUrl, { id: "openai/gpt-5.6-sol", model: "gpt-5.6-sol" });
  const records = await recordsOf(scenarioOf([grown(0), grown(20), grown(60)]), route);
  await server.close();
  const turns = loopTurns(records, { price: null, rule: rules.openAiBreakpoints() });
  expect(turns.map(({ cachedTokens, expectedTokens }) => [cachedTokens! > 0, expectedTokens! > 0])).toEqual([
    [false, false],
    [true, true],
    [false, false],
  ]);
});

test("a server that reports more than was ever sent reads no more than all, and how much more is known", async () => {
  const server = await fake.moonshot.start({});
  const records = await recordsOf(scenarioOf([grown(0), grown(20)]), routeTo(server.baseUrl, { id: "custom/m" }));
  await server.close();
  // It claims 80% of every prompt, the first one as well.
  const inventing = records.map((record) => ({
    ...record,
    calls: record.calls.map((call) => {
      const { inputTokens } = call.usage!;
      const cacheReadTokens = Math.floor(0.8 * inputTokens!);
      return {
        ...call,
        usage: { ...call.usage!, cacheReadTokens, uncachedInputTokens: inputTokens! - cacheReadTokens },
      };
    }),
  }));
  const turns = loopTurns(inventing, { price: null, rule: null });
  for (const { cachedTokens, ceilingTokens } of turns) expect(ceilingTokens).toBeGreaterThanOrEqual(cachedTokens!);
  expect(turns.map(({ beyondTokens }) => beyondTokens)).toEqual([turns[0]!.cachedTokens, 0]);
});

test.each([
  ["openai/gpt-5", "openai-chat"],
  ["deepseek/deepseek-chat", "openai-chat"],
  ["anthropic/claude-sonnet-5", "anthropic-messages"],
  ["groq/any", "openai-chat"],
] as const)("%s: a prompt that goes on begins with the one before and its answer", (candidate, protocol) => {
  const call = (messages: readonly Message[]) =>
    ({
      protocol,
      requestBody: JSON.stringify({ messages }),
      answer: { text: "yes", reasoning: null, toolCalls: [], finishReason: "stop" },
      usage: { inputTokens: 3_000 },
    }) as unknown as Call;
  const [first, second] = [call(grown(0)), call(grown(1))];
  const promptOf = wordPrompts(candidate, [first, second]);
  const { prompt, answer } = promptOf(first);
  const whole = [...prompt.tokens, ...answer!];
  expect([...promptOf(second).prompt.tokens.subarray(0, whole.length)]).toEqual(whole);
  // Both were reported with 3,000 tokens, and together they are stretched to them.
  expect((prompt.tokens.length + promptOf(second).prompt.tokens.length) / 6_000).toBeCloseTo(1, 2);
});
