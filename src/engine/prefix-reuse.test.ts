// A question changes behind a document that was read before: only the question may be read again.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { designs, ensureSpecimen } from "../specimens/index.ts";
import { type Engine, startEngine } from "./index.ts";

let engine: Engine;
beforeAll(async () => {
  const models = await Promise.all(
    designs.map(async ({ name }) => ({
      id: name,
      path: await ensureSpecimen(name),
      kind: "calibration specimen",
      notice: null,
    })),
  );
  engine = await startEngine({ models });
});
afterAll(() => engine.close());

const document = Array.from({ length: 400 }, (_, line) => `Item ${line * 7919} costs ${(line * 31) % 97} dollars. `);

interface Answer {
  readonly tokens: number;
  readonly cached: number;
  readonly promptMs: number;
  readonly text: string;
}

async function complete(model: string, prompt: readonly number[], extra: object = {}): Promise<Answer> {
  const response = await fetch(`${engine.baseUrl}/completions`, {
    method: "POST",
    body: JSON.stringify({ model, prompt, max_tokens: 12, temperature: 0, ignore_eos: true, ...extra }),
  });
  const { usage, timings, choices } = JSON.parse(await response.text());
  return {
    tokens: usage.prompt_tokens,
    cached: usage.prompt_tokens_details.cached_tokens,
    promptMs: timings.prompt_ms,
    text: choices[0].text,
  };
}

async function tokenize(model: string, content: string): Promise<number[]> {
  const response = await fetch(`${engine.baseUrl}/../tokenize`, {
    method: "POST",
    body: JSON.stringify({ model, content }),
  });
  return ((await response.json()) as { tokens: number[] }).tokens;
}

describe.each(designs.map(({ name }) => name))("%s", (name) => {
  const prefixTokens = 2_000;
  const questionTokens = 20;
  /** What may lie between the last checkpoint and the place where prompts part; 0 where any token will do. */
  const checkpointGap = ["csa-hca", "kda"].includes(name) ? 31 : 0;

  test("reads little more than a new question, says so, and answers as if it had read everything", async () => {
    const prefix = (await tokenize(name, document.join(""))).slice(0, prefixTokens);
    const questions = await Promise.all(
      ["What does the first one cost, and the last? ".repeat(3), "Who bought some of these, and when? ".repeat(3)].map(
        async (text) => (await tokenize(name, text)).slice(0, questionTokens),
      ),
    );
    const [first, second] = questions.map((question) => [...prefix, ...question]) as [number[], number[]];

    const cold = await complete(name, first);
    expect(cold).toMatchObject({ tokens: prefixTokens + questionTokens, cached: 0 });

    const warm = await complete(name, second);
    expect(warm.cached).toBeGreaterThanOrEqual(prefixTokens - checkpointGap);
    expect(warm.cached).toBeLessThanOrEqual(prefixTokens);
    // 15 and more on an idle machine; what is asserted leaves room for a busy one.
    expect(cold.promptMs / warm.promptMs).toBeGreaterThan(3);

    const third = await complete(name, [...prefix, ...second.slice(-questionTokens).reverse()]);
    // The second request left the first one here, so here a checkpoint was kept.
    expect(third.cached).toBeGreaterThanOrEqual(prefixTokens);

    await complete(name, second);
    const again = await complete(name, second);
    expect(again.cached).toBe(prefixTokens + questionTokens - 1);

    const fresh = await complete(name, second, { cache_prompt: false });
    expect(fresh.cached).toBe(0);
    expect([warm.text, again.text]).toEqual([fresh.text, fresh.text]);
  });
});

test("a conversation goes on from its last answer, and an earlier one is still in another sequence", async () => {
  const turn = async (messages: { role: string; content: string }[]) => {
    const response = await fetch(`${engine.baseUrl}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "kda", messages, max_tokens: 8, temperature: 0 }),
    });
    const { usage, choices } = JSON.parse(await response.text());
    const cached: number = usage.prompt_tokens_details.cached_tokens;
    return { prompt: usage.prompt_tokens as number, cached, answer: choices[0].message };
  };
  const opening = (seed: number) => [{ role: "user", content: document.slice(seed, seed + 40).join("") }];
  const first = await turn(opening(0));
  await turn(opening(200));
  const next = await turn([...opening(0), first.answer, { role: "user", content: "And then?" }]);
  expect(next.cached).toBeGreaterThan(first.prompt - 32);
});
