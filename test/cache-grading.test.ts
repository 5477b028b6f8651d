/**
 * A run against vendors whose tokens nobody else knows: what their rules say should be read from the cache, counted in
 * words, beside what servers that follow the documentation report.
 */

import { expect, test } from "vitest";
import { grounding, groundingDefaults, planTokens, runTrials, type TrialRecord } from "../src/evals/index.ts";
import { vendorRoute } from "../src/routes/index.ts";
import { sendCall } from "../src/wire/index.ts";
import * as fake from "./fake-vendors/index.ts";
import { planFor } from "./fixtures/plan.ts";

const scenario = grounding({ ...groundingDefaults, contextTokens: [2_048], documents: 3 });

async function recordsOf(
  model: string,
  server: { readonly baseUrl: string; close(): Promise<void> },
  concurrency: number,
) {
  const vendor = model.split("/")[0]!.toUpperCase();
  const route = vendorRoute({ model }, { [`${vendor}_API_KEY`]: "k", [`${vendor}_BASE_URL`]: server.baseUrl });
  const records: TrialRecord[] = [];
  const never = new AbortController().signal;
  const plan = planFor(scenario, route, { maxTokens: 8 });
  const planned = await planTokens(plan, route, concurrency);
  const end = await runTrials({
    plan,
    concurrency: () => concurrency,
    retries: 0,
    recorder: { record: async (record) => void records.push(record) },
    isDone: () => false,
    send: ({ endpoint }, request, signal) => sendCall(endpoint, request, { signal }),
    judge: null,
    sleep: async () => {},
    budget: null,
    stopping: never,
    aborting: never,
    onTrial: () => {},
  });
  await server.close();
  expect(end).toBe("finished");
  const calls = records.map(({ trial }) => ({
    read: trial.usage!.cacheReadTokens ?? 0,
    expected: trial.expectedCacheReadTokens!,
    input: trial.usage!.inputTokens!,
  }));
  return { calls, plannedReadShare: 1 - planned.expectedUncachedTokens! / planned.inputTokens };
}

const answer = () => "unknown";

test.each([
  ["DeepSeek", "deepseek/deepseek-v4-pro", () => fake.deepSeek.start({ answer, storageUnitTokens: 64 })],
  ["Moonshot", "moonshot/kimi-k3", () => fake.moonshot.start({ answer })],
  ["OpenAI", "openai/gpt-5.1", () => fake.openAiAutomatic.start({ answer })],
  ["vLLM", "vllm/any", () => fake.vllm.start({ answer, enablePromptTokensDetails: true })],
  // These keep what is marked alone.
  ["Anthropic", "anthropic/claude-sonnet-5", () => fake.anthropic.start({ answer, minimumTokens: 1_024 })],
  ["OpenAI from GPT-5.6", "openai/gpt-5.6-sol", () => fake.openAiBreakpoints.start({ answer })],
])("%s reads what its rule expects, as far as words tell", async (_vendor, model, start) => {
  for (const concurrency of [1, 3]) {
    const { calls, plannedReadShare } = await recordsOf(model, await start(), concurrency);
    expect(calls).toHaveLength(18);
    const total = (of: "read" | "expected" | "input") => calls.reduce((sum, call) => sum + call[of], 0);
    expect(total("read")).toBeGreaterThan(total("input") / 3);
    expect(Math.abs(total("expected") - total("read")) / total("read")).toBeLessThan(0.05);
    expect(Math.abs(plannedReadShare - total("read") / total("input"))).toBeLessThan(0.1);
    if (concurrency === 1) for (const { read, expected } of calls) expect(expected > 0).toBe(read > 0);
  }
});

test("a vendor without a rule leaves it unknown", async () => {
  const route = vendorRoute({ model: "openrouter/any" }, { OPENROUTER_API_KEY: "k" });
  expect(route.cacheRule).toBeNull();
});
