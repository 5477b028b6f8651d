/**
 * The generic formula's errors as https://github.com/unslothai/unsloth/pull/4757 prints them, and anatomy beside the true
 * values. The table's GB are GiB; its contexts, which it does not name, are the ones that the models declare.
 */
import { expect, test } from "vitest";
import { releasedModel } from "../../test/fixtures/configs.ts";
import { cacheBytes, cacheFormat, cacheLayersOf, entryBytes, naiveCacheBytes } from "./index.ts";

const GiB = 2 ** 30;

test.each([
  { of: "gemma-3-27b", contextTokens: 131_072, naive: 81.38, truth: 10.41, error: 682 },
  { of: "qwen3.5-27b", contextTokens: 262_144, naive: 53.25, truth: 16.0, error: 233 },
  // V3.1 has V3's shape.
  { of: "deepseek-v3", contextTokens: 163_840, naive: 2.08, truth: 10.72, error: -81 },
  // The table's truth leaves out the indexer's keys (test below), and counts the prediction layer.
  { of: "glm-5", contextTokens: 202_752, naive: 5.73, truth: 17.18, error: -67, withoutIndexKeys: true },
  { of: "kimi-k2.5", contextTokens: 262_144, naive: 6.67, truth: 17.16, error: -61 },
  { of: "qwen3-0.6b", contextTokens: 40_960, naive: 2.19, truth: 4.38, error: -50 },
])("$of: the formula is $error % off, anatomy is not", ({ of, contextTokens, naive, truth, error, ...row }) => {
  const model = releasedModel(of);
  const bytes = cacheBytes(model, cacheFormat("bf16"), contextTokens);
  const ours = bytes - ("withoutIndexKeys" in row ? indexKeyBytes(of) * contextTokens : 0);
  const formula = naiveCacheBytes(model, contextTokens)!;
  expect(Math.abs(ours / GiB / truth - 1)).toBeLessThan(0.02);
  expect(Math.abs(formula / GiB / naive - 1)).toBeLessThan(0.015);
  expect(Math.abs(100 * (formula / ours - 1) - error)).toBeLessThan(error > 0 ? 0.03 * error : 1);
});

const indexKeyBytes = (of: string) =>
  cacheLayersOf(releasedModel(of))
    .flatMap(({ stores }) => stores)
    .map(({ span, elements }) => ({ span, elements: elements.filter(({ role }) => role === "index key") }))
    .reduce((sum, store) => sum + entryBytes(cacheFormat("bf16"), store), 0);

test("GLM-5's indexer keeps a key of 128 values in each of 78 layers besides", () => {
  expect(indexKeyBytes("glm-5")).toBe(78 * 128 * 2);
});
