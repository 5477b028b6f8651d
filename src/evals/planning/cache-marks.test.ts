import fc from "fast-check";
import { expect, test } from "vitest";
import { routeTo } from "../../../test/fixtures/route.ts";
import { cacheRuleOf, kimi } from "../../routes/index.ts";
import { type Message, textOf, wireBody } from "../../wire/index.ts";
import { type Plan, type PlannedTrial, requestFor } from "../plan.ts";
import type { Scenario } from "../scenario.ts";
import { openingOf } from "../solver.ts";
import { markedTrials } from "./cache-marks.ts";
import { planInputCosts, planTokens } from "./plan-tokens.ts";
import { planPrompts } from "./prompt-plan.ts";
import { promptsOf } from "./prompts.ts";

const anthropic = routeTo("http://localhost", {
  id: "anthropic/claude-sonnet-5",
  protocol: "anthropic-messages",
  cacheRule: cacheRuleOf("anthropic", "claude-sonnet-5"),
});

const user = (content: string): Message => ({ role: "user", content });
const system = (content: string): Message => ({ role: "system", content });

const trialOf = (messages: readonly Message[], index: number, route = anthropic): PlannedTrial => ({
  ...{ id: String(index), route, cell: {}, repeat: 0 },
  sample: { id: String(index), document: "", messages, target: null, depth: null, answerable: true },
});

function planOf(prompts: readonly (readonly Message[])[], isInOrder = false): Plan {
  const samples = prompts.map((messages, index) => trialOf(messages, index).sample);
  const scenario: Scenario = {
    ...{ name: "s", version: 1, question: "", source: "", cells: [{}], isInOrder, scorers: [], options: {} },
    ...{ sampleCount: () => samples.length, samples: () => samples, contextTokens: () => 0 },
  };
  return {
    ...{ scenario, routes: [], repeats: 1, limit: () => Number.POSITIVE_INFINITY },
    ...{ temperature: null, seed: 1, maxTokens: null },
  };
}

/** The prompts as they are asked for, with a bar at each mark. */
async function marked(prompts: readonly (readonly Message[])[], route = anthropic): Promise<string[]> {
  const plan = planOf(prompts);
  const trials = prompts.map((messages, index) => trialOf(messages, index, route));
  const { schedule } = planPrompts(await promptsOf(trials, route, plan), route.cacheRule, 1);
  return markedTrials(trials, schedule.order, route, plan).map((trial) =>
    requestFor(trial, openingOf(trial.sample), plan)
      .messages.map(({ content }) =>
        typeof content === "string"
          ? content
          : content.map((part) => `${textOf([part])}${part.endsPrefix ? "|" : ""}`).join(""),
      )
      .join("/"),
  );
}

test("questions about one document are marked where they part, and what nobody shares is not", async () => {
  const asked = ["one?", "two?"].map(user);
  expect(await marked([...asked.map((one) => [system("A"), one]), [system("B"), user("one?")]])).toEqual([
    "A|/one?",
    "A|/two?",
    "B/one?",
  ]);
});

test("within a message, at the end of the last line that all share", async () => {
  expect(await marked(["What?", "Who?", "Where?"].map((one) => [user(`A document.\n\n${one}`)]))).toEqual([
    "A document.|\n\nWhat?",
    "A document.|\n\nWho?",
    "A document.|\n\nWhere?",
  ]);
});

test("where some share more, both ends are marked; a prompt that is asked again is marked whole", async () => {
  const both = [system("A\nB"), user("one?")];
  expect(await marked([both, both, [system("A\nB"), user("two?")], [system("A\nC"), user("one?")]])).toEqual([
    "A|\nB|/one?|",
    "A|\nB|/one?|",
    "A|\nB|/two?",
    "A|\nC/one?",
  ]);
});

test("a vendor that takes no marks gets the messages as they are", async () => {
  const prompts = [[user("A\nx")], [user("A\ny")]];
  const route = routeTo("http://localhost", { id: "moonshot/kimi-k3", cacheRule: kimi() });
  expect(await marked(prompts, route)).toEqual(["A\nx", "A\ny"]);
});

test("the assistant's messages take no marks", async () => {
  const shots: Message[] = [user("1?"), { role: "assistant", content: "one" }];
  expect(await marked(["2?", "3?"].map((one) => [...shots, user(one)]))).toEqual(["1?|/one/2?", "1?|/one/3?"]);
});

const line = fc.constantFrom("a", "b", "", " ");
const message = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join("\n"));
const prompt = fc.tuple(message, message).map(([first, second]) => [system(first), user(second)]);

test("a mark ends a prefix that another prompt has and marks too; the text stays, and no part is blank", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(prompt, { minLength: 1, maxLength: 8 }), async (prompts) => {
      const all = await marked(prompts);
      const prefixes = all.map((text) =>
        text
          .split("|")
          .slice(0, -1)
          .map((_, index, parts) => parts.slice(0, index + 1).join("")),
      );
      for (const [index, text] of all.entries()) {
        expect(text.replaceAll("|", "")).toBe(prompts[index]!.map(({ content }) => content).join("/"));
        expect(prefixes[index]!.length).toBeLessThanOrEqual(3);
        for (const part of text.split("|").slice(0, -1)) expect(part.trim()).not.toBe("");
        const hasToo = (other: number, prefix: string) =>
          prefixes[other]!.includes(prefix) ||
          // It has marks enough behind it.
          (prefixes[other]!.length === 3 && all[other]!.replaceAll("|", "").startsWith(prefix));
        for (const prefix of prefixes[index]!)
          expect(all.some((_, other) => other !== index && hasToo(other, prefix))).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

test("a tool's result is marked itself, and not within", () => {
  const result: Message = {
    ...{ role: "tool", toolCallId: "1" },
    content: [{ type: "text", text: "seven", endsPrefix: true }],
  };
  const { messages } = wireBody("anthropic-messages", { model: "m", stream: false, messages: [result] });
  expect(messages).toEqual([
    {
      role: "user",
      content: [
        {
          ...{ type: "tool_result", tool_use_id: "1", content: [{ type: "text", text: "seven" }] },
          cache_control: { type: "ephemeral" },
        },
      ],
    },
  ]);
});

const words = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`).join(" ");

test.each([
  ["anthropic/claude-sonnet-5", "anthropic-messages"],
  ["openai/gpt-5.6-sol", "openai-chat"],
] as const)(
  "%s: the plan expects that each document is written once, and what is written is paid for",
  async (id, protocol) => {
    const [vendor, model] = id.split("/") as [string, string];
    const route = routeTo("http://localhost", { id, model, protocol, cacheRule: cacheRuleOf(vendor, model) });
    const prompts = Array.from({ length: 20 }, (_, index) => [
      system(words(`d${index % 4}x`, 1_500)),
      user(`${words("same", 3)}\n${words(`q${index}x`, 10)}`),
    ]);
    const tokens = await planTokens(planOf(prompts), route, 4);
    // A letter or a number is a word.
    const document = 1_500 * 4;
    const question = 3 * 2 + 1 + 10 * 4;
    expect(tokens.expectedUncachedTokens! / (4 * document + 20 * question)).toBeCloseTo(1, 1);
    expect(tokens.expectedCacheWriteTokens!).toBeGreaterThanOrEqual(4 * document);
    expect(tokens.inputTokens - tokens.expectedUncachedTokens!).toBeGreaterThanOrEqual(16 * document);
    const price = {
      ...{ uncachedInputUsdPerMtok: 1, cacheReadUsdPerMtok: 0.1, cacheWriteUsdPerMtok: 1.25, outputUsdPerMtok: 0 },
      ...{ observedOn: "2026-11-28", source: "made up" },
    };
    const { expectedUsd } = planInputCosts(tokens, price);
    expect(expectedUsd! * 1e6).toBeCloseTo(
      1.25 * tokens.expectedCacheWriteTokens! +
        (tokens.expectedUncachedTokens! - tokens.expectedCacheWriteTokens!) +
        0.1 * (tokens.inputTokens - tokens.expectedUncachedTokens!),
      6,
    );
    // Documents that nobody shares are not marked, and not written on purpose.
    const alone = await planTokens(planOf(prompts.slice(0, 4)), route, 4);
    expect(alone.expectedUncachedTokens).toBe(alone.inputTokens);
    if (vendor === "anthropic") expect(alone.expectedCacheWriteTokens).toBe(0);
  },
);
