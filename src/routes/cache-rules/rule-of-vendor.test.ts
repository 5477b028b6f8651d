import { expect, test } from "vitest";
import { vendors } from "../vendors.ts";
import { cacheRuleOf } from "./rule-of-vendor.ts";

test.each([
  ["openai", "gpt-4o-mini", "OpenAI: 1,024 tokens and more, in steps of 128"],
  ["openai", "o3", "OpenAI: 1,024 tokens and more, in steps of 128"],
  ["openai", "gpt-5", "OpenAI: 1,024 tokens and more, in steps of 128"],
  ["openai", "gpt-5.4-mini", "OpenAI: 1,024 tokens and more, in steps of 128"],
  ["openai", "gpt-5.5-pro", "OpenAI: 1,024 tokens and more, in steps of 2,048"],
  ["openai", "gpt-5.6-sol", "OpenAI: implicit and explicit breakpoints"],
  ["openai", "gpt-6", "OpenAI: implicit and explicit breakpoints"],
  ["openai", "gpt-6.1-sol", "OpenAI: implicit and explicit breakpoints"],
  ["anthropic", "claude-sonnet-4-5-20250929", "Anthropic: breakpoints with 20 blocks of look-back"],
  ["deepseek", "deepseek-flash", "DeepSeek: persisted prefix units"],
  ["moonshot", "kimi-k2.6", "Kimi: chunks of 256 tokens"],
  ["vllm", "anything", "vLLM: blocks of 16 tokens"],
  ["sglang", "anything", "SGLang: radix tree"],
])("%s/%s: %s", (vendor, model, name) => {
  expect(cacheRuleOf(vendor, model)?.name).toBe(name);
});

test.each([
  ["openai", "gpt-4-turbo"],
  ["openai", "gpt-oss-120b"],
  ["anthropic", "claude-of-tomorrow"],
  ["openrouter", "deepseek/deepseek-v4-pro"],
  ["custom", "model"],
])("%s/%s: not known", (vendor, model) => {
  expect(cacheRuleOf(vendor, model)).toBeNull();
});

// https://platform.claude.com/docs/en/build-with-claude/prompt-caching, "Cache limitations".
test.each([
  ["claude-haiku-5-5", 512],
  ["claude-opus-5", 512],
  ["claude-sonnet-5", 1_024],
  ["claude-opus-4-1-20250805", 1_024],
  ["claude-opus-4-7", 2_048],
  ["claude-haiku-4-5-20251001", 4_096],
])("%s caches %s tokens at least", (model, minimum) => {
  const written = (length: number) =>
    cacheRuleOf("anthropic", model)!
      .open()
      .begin({ tokens: new Int32Array(length), sentAtMs: 0, breakpoints: [{ endTokens: length }] }).expected
      .writtenTokens;
  expect([written(minimum - 1), written(minimum)]).toEqual([0, minimum]);
});

test("K3 reports writes, the Kimi models before it do not", () => {
  const written = (model: string) =>
    cacheRuleOf("moonshot", model)!
      .open()
      .begin({ tokens: new Int32Array(300), sentAtMs: 0 }).expected.writtenTokens;
  expect([written("kimi-k3"), written("kimi-k2.6")]).toEqual([256, null]);
});

test("every rule of a vendor names its source, the day and what it takes for granted", () => {
  for (const { name } of vendors) {
    for (const model of ["gpt-5.5", "gpt-5.6", "gpt-4o", "claude-opus-5", "kimi-k3"]) {
      const rule = cacheRuleOf(name, model);
      if (rule === null) continue;
      expect(URL.canParse(rule.source!.url)).toBe(true);
      expect(rule.source!.readOn).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(rule.assumptions.length).toBeGreaterThan(0);
    }
  }
});
