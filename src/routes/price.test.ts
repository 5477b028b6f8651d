import { expect, test } from "vitest";
import type { Usage } from "../wire/index.ts";
import { costCeiling, costOf, type Price } from "./price.ts";

// DeepSeek V3.2, api-docs.deepseek.com, 2025-09-29: 0.28 / 0.028 / 0.42 USD per million tokens.
const price: Price = {
  uncachedInputUsdPerMtok: 0.28,
  cacheReadUsdPerMtok: 0.028,
  cacheWriteUsdPerMtok: null,
  outputUsdPerMtok: 0.42,
  observedOn: "2025-09-29",
  source: "https://api-docs.deepseek.com/quick_start/pricing",
};
const usage = (given: Partial<Usage>): Usage => ({
  uncachedInputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  inputTokens: null,
  raw: null,
  ...given,
});

test("each bucket is charged at its own price", () => {
  const used = usage({ uncachedInputTokens: 1e6, cacheReadTokens: 2e6, outputTokens: 1e6 });
  expect(costOf(used, price)).toBeCloseTo(0.28 + 2 * 0.028 + 0.42, 12);
});

test("input that nobody split counts as uncached", () => {
  expect(costOf(usage({ inputTokens: 1e6, outputTokens: 0 }), price)).toBeCloseTo(0.28, 12);
});

test("what is not known makes the cost unknown, never zero", () => {
  expect(costOf(null, price)).toBeNull();
  expect(costOf(usage({ inputTokens: 5, outputTokens: 5 }), null)).toBeNull();
  expect(costOf(usage({ inputTokens: 5 }), price)).toBeNull();
  expect(costOf(usage({ outputTokens: 5 }), price)).toBeNull();
});

test("the ceiling is above every cost of a call that kept its limits", () => {
  const content = "a".repeat(4_000);
  const request = { model: "m", messages: [{ role: "user", content } as const], stream: true, maxTokens: 100 };
  expect(costCeiling(request, price)).toBeGreaterThan(
    costOf(usage({ uncachedInputTokens: 1_000, cacheReadTokens: 0, outputTokens: 100 }), price)!,
  );
});

test("an image that the request only points at counts as the largest there is", () => {
  const image = { type: "image", url: "https://example.com/a.png" } as const;
  const request = { model: "m", messages: [{ role: "user", content: [image] } as const], stream: true, maxTokens: 0 };
  expect(costCeiling(request, price)).toBeGreaterThan((48_169 * 0.28) / 1e6);
});
