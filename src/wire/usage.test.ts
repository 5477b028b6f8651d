import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readUsage, type Usage } from "./usage.ts";

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
}

type Buckets = readonly [
  uncached: number | null,
  read: number | null,
  write: number | null,
  input: number | null,
  output: number | null,
  reasoning: number | null,
];

function bucketsOf(usage: Usage | null): Buckets | null {
  if (!usage) return null;
  const { uncachedInputTokens, cacheReadTokens, cacheWriteTokens, inputTokens, outputTokens, reasoningTokens } = usage;
  return [uncachedInputTokens, cacheReadTokens, cacheWriteTokens, inputTokens, outputTokens, reasoningTokens];
}

const table: readonly [vendorAndSource: string, body: unknown, expected: Buckets][] = [
  [
    "OpenAI chat: the example of its prompt-caching guide",
    {
      usage: {
        prompt_tokens: 2006,
        completion_tokens: 300,
        total_tokens: 2306,
        prompt_tokens_details: { cached_tokens: 1920 },
        completion_tokens_details: { reasoning_tokens: 0, accepted_prediction_tokens: 0 },
      },
    },
    [86, 1920, null, 2006, 300, 0],
  ],
  [
    "OpenAI chat with cache writes: openai-python, InputTokensDetails.cache_write_tokens",
    {
      usage: {
        prompt_tokens: 3000,
        completion_tokens: 10,
        prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 1024 },
      },
    },
    [952, 1024, 1024, 3000, 10, null],
  ],
  [
    "OpenAI Responses, as llama.cpp serves it (recorded)",
    fixture("llama-server-responses-api-response.json"),
    [1, 30, null, 31, 8, null],
  ],
  [
    "OpenAI Responses, in the event that ends its stream",
    {
      type: "response.completed",
      response: {
        usage: {
          input_tokens: 100,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 50,
          output_tokens_details: { reasoning_tokens: 32 },
          total_tokens: 150,
        },
      },
    },
    [100, 0, null, 100, 50, 32],
  ],
  [
    "DeepSeek: hit and miss, api-docs.deepseek.com/guides/kv_cache",
    {
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 20,
        total_tokens: 1020,
        prompt_tokens_details: { cached_tokens: 896 },
        completion_tokens_details: { reasoning_tokens: 12 },
        prompt_cache_hit_tokens: 896,
        prompt_cache_miss_tokens: 104,
      },
    },
    [104, 896, null, 1000, 20, 12],
  ],
  [
    "Kimi: cached_tokens at the top, platform.moonshot.ai chat API",
    { usage: { prompt_tokens: 600, completion_tokens: 5, total_tokens: 605, cached_tokens: 512 } },
    [88, 512, null, 600, 5, null],
  ],
  [
    "Kimi: usage inside the choice of a stream, MoonshotAI/K2-Vendor-Verifier",
    {
      choices: [
        {
          index: 0,
          delta: {},
          finish_reason: "stop",
          usage: { prompt_tokens: 19, completion_tokens: 21, total_tokens: 40 },
        },
      ],
    },
    [null, null, null, 19, 21, null],
  ],
  [
    "Anthropic: input apart from cache reads and writes, docs.anthropic.com prompt caching",
    {
      type: "message",
      usage: {
        input_tokens: 2048,
        cache_read_input_tokens: 1800,
        cache_creation_input_tokens: 248,
        cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
        output_tokens: 503,
      },
    },
    [2048, 1800, 248, 4096, 503, null],
  ],
  [
    "Anthropic: only the split of what was written",
    {
      input_tokens: 10,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
      output_tokens: 1,
    },
    [10, 0, 248, 258, 1, null],
  ],
  [
    "Anthropic's message_start",
    { type: "message_start", message: { usage: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 } } },
    [25, 5, null, 30, 1, null],
  ],
  [
    "Anthropic's protocol at llama.cpp (recorded)",
    fixture("llama-server-anthropic-messages-response.json"),
    [31, 0, null, 31, 8, null],
  ],
  [
    "OpenRouter: cost and writes, openrouter.ai/docs usage accounting",
    {
      usage: {
        prompt_tokens: 194,
        completion_tokens: 2,
        total_tokens: 196,
        cost: 0.95,
        cost_details: { upstream_inference_cost: 19 },
        prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 100, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    },
    [94, 0, 100, 194, 2, 0],
  ],
  [
    "Gemini: usageMetadata, as in the google provider tests of vercel/ai",
    {
      usageMetadata: {
        promptTokenCount: 12,
        cachedContentTokenCount: 4,
        candidatesTokenCount: 71,
        toolUsePromptTokenCount: 65,
        thoughtsTokenCount: 89,
        totalTokenCount: 237,
      },
    },
    [73, 4, null, 77, 160, 89],
  ],
  [
    "vLLM with --enable-prompt-tokens-details: BerriAI/litellm#22984",
    {
      usage: {
        total_tokens: 150_687,
        prompt_tokens: 150_383,
        completion_tokens: 304,
        prompt_tokens_details: { text_tokens: null, cached_tokens: 149_936 },
        completion_tokens_details: { reasoning_tokens: 15, accepted_prediction_tokens: null },
      },
    },
    [447, 149_936, null, 150_383, 304, 15],
  ],
  [
    "vLLM without it, or at no hits: the object is null, vllm-project/vllm#16162",
    { usage: { prompt_tokens: 40, total_tokens: 50, completion_tokens: 10, prompt_tokens_details: null } },
    [null, null, null, 40, 10, null],
  ],
  [
    "vLLM: local and external hits, vllm-project/vllm#52199",
    {
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 1,
        prompt_tokens_details: { local_cached_tokens: 320, external_cached_tokens: 512, created_cache_tokens: 160 },
      },
    },
    [8, 832, 160, 1000, 1, null],
  ],
  [
    "SGLang: reasoning_tokens at the top, details only with --enable-cache-report",
    {
      usage: {
        prompt_tokens: 30,
        completion_tokens: 9,
        total_tokens: 39,
        prompt_tokens_details: null,
        reasoning_tokens: 4,
      },
    },
    [null, null, null, 30, 9, 4],
  ],
  [
    "xAI: reasoning beside completion_tokens, seen from the total",
    {
      usage: {
        prompt_tokens: 37,
        completion_tokens: 530,
        total_tokens: 809,
        prompt_tokens_details: { cached_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 242 },
      },
    },
    [29, 8, null, 37, 772, 242],
  ],
  ["llama.cpp, cold (recorded)", fixture("llama-server-chat-response-cold.json"), [498, 0, null, 498, 16, null]],
  [
    "llama.cpp, the same prompt again (recorded)",
    fixture("llama-server-chat-response-identical-prompt.json"),
    [1, 497, null, 498, 16, null],
  ],
  [
    "llama.cpp, timings alone",
    { timings: { cache_n: 474, prompt_n: 17, predicted_n: 16 } },
    [17, 474, null, 491, 16, null],
  ],
  [
    "llama.cpp of before prompt_tokens_details: the cache from the timings",
    { usage: { prompt_tokens: 491, completion_tokens: 16 }, timings: { cache_n: 474, prompt_n: 17 } },
    [17, 474, null, 491, 16, null],
  ],
];

test.each(table)("%s", (_vendor, body, expected) => {
  expect(bucketsOf(readUsage(body))).toEqual(expected);
});

test("the vendor's own object is kept as it was", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, service_tier: "x" };
  expect(readUsage({ usage })?.raw).toBe(usage);
  expect(readUsage(usage)?.raw).toBe(usage);
});

describe("numbers that cannot be", () => {
  test.each([undefined, null, 7, "usage", [], {}, { usage: null }, { usage: {} }, { usage: { prompt_tokens: "12" } }])(
    "%j is no usage",
    (value) => {
      expect(readUsage(value)).toBeNull();
    },
  );

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null, true, {}])(
    "a cached count of %j is unknown",
    (cached) => {
      const usage = { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: cached } };
      expect(bucketsOf(readUsage(usage))).toEqual([null, null, null, 10, 1, null]);
    },
  );

  test("parts that contradict the total leave the total, and no split", () => {
    const more = { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 11 } };
    expect(bucketsOf(readUsage(more))).toEqual([null, null, null, 10, 1, null]);
    const hitAndMiss = { prompt_tokens: 10, prompt_cache_hit_tokens: 4, prompt_cache_miss_tokens: 4 };
    expect(bucketsOf(readUsage(hitAndMiss))).toEqual([null, null, null, 10, null, null]);
    const reasoning = { prompt_tokens: 1, completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 9 } };
    expect(bucketsOf(readUsage(reasoning))).toEqual([null, null, null, 1, 5, null]);
  });
});

// Any of the known fields, each with a count, a wrong value, or absent.
const value = fc.oneof(fc.nat(5_000), fc.constantFrom<unknown>(null, -1, "7", 0, 2.5, Number.NaN));
const details = fc.oneof(
  fc.constant(null),
  fc.record(
    Object.fromEntries(
      ["cached_tokens", "cache_write_tokens", "local_cached_tokens", "created_cache_tokens", "reasoning_tokens"].map(
        (name) => [name, value],
      ),
    ),
    { requiredKeys: [] },
  ),
);
const counts = Object.fromEntries(
  [
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "prompt_cache_hit_tokens",
    "prompt_cache_miss_tokens",
    "cached_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "promptTokenCount",
    "cachedContentTokenCount",
    "candidatesTokenCount",
    "thoughtsTokenCount",
  ].map((name) => [name, value]),
);
const usageObject = fc.record(
  { ...counts, prompt_tokens_details: details, input_tokens_details: details, completion_tokens_details: details },
  { requiredKeys: [] },
);

test("whatever a vendor says, buckets are disjoint and sum to the input", () => {
  fc.assert(
    fc.property(usageObject, (usage) => {
      const read = readUsage({ usage });
      if (!read) return;
      for (const bucket of bucketsOf(read)!) {
        expect(bucket === null || (Number.isSafeInteger(bucket) && bucket >= 0)).toBe(true);
      }
      const { uncachedInputTokens, cacheReadTokens, cacheWriteTokens, inputTokens, outputTokens, reasoningTokens } =
        read;
      if (uncachedInputTokens !== null && cacheReadTokens !== null && inputTokens !== null) {
        expect(uncachedInputTokens + cacheReadTokens + (cacheWriteTokens ?? 0)).toBe(inputTokens);
      }
      if (inputTokens !== null) {
        const parts = (uncachedInputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
        expect(parts).toBeLessThanOrEqual(inputTokens);
      }
      if (outputTokens !== null && reasoningTokens !== null) expect(reasoningTokens).toBeLessThanOrEqual(outputTokens);
    }),
    { numRuns: 2_000 },
  );
});

test("no value makes it throw", () => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      readUsage(anything);
      readUsage({ usage: anything, choices: anything, timings: anything });
    }),
  );
});
