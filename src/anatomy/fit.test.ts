import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfig, readRelease } from "../ledger-files/index.ts";
import { type Device, decodeSeconds, devicesNeeded, largestBatch, prefillSeconds, usdPerMillionTokens } from "./fit.ts";
import { cacheFormat, modelShapeOf } from "./index.ts";

/** NVIDIA's H100 SXM datasheet, dense. */
const h100: Device = {
  memoryBytes: 80e9,
  bandwidthBytesPerSecond: 3.35e12,
  flopsPerSecond: { bf16: 989e12, fp8: 1979e12 },
  interconnectBytesPerSecond: 450e9,
  domainDevices: 8,
};
const deepseek = modelShapeOf(readConfig(readRelease("deepseek-v3"))!.values);
// Llama-3.1-8B's config.json: 8,030,261,248 parameters, 525,336,576 of them a table that is only looked up.
const llama = modelShapeOf({
  model_type: "llama",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  tie_word_embeddings: false,
  torch_dtype: "bfloat16",
});
const bf16 = cacheFormat("bf16");

test("DeepSeek-V3 in FP8 needs nine H100 at least, sixteen to be safe", () => {
  const { low, high } = devicesNeeded({ model: deepseek, device: h100, format: bf16, contextTokens: 4_096 });
  expect([low, high]).toEqual([9, 16]);
});

test("a token of Llama-3.1-8B takes what reading its weights takes", () => {
  const { low } = decodeSeconds({ model: llama, device: h100, format: bf16, contextTokens: 0 }, 1);
  expect(low).toBeCloseTo((2 * (8_030_261_248 - 525_336_576)) / 3.35e12, 5);
});

test("one H100 at $2 an hour that takes 5 ms a token: $2.78 a million", () => {
  expect(usdPerMillionTokens({ low: 0.005, high: null }, 1, 1, 2)).toEqual({
    low: expect.closeTo(2.7778, 4),
    high: null,
  });
});

test("what is not known of a device is not guessed", () => {
  const device = { ...h100, memoryBytes: null, bandwidthBytesPerSecond: null, interconnectBytesPerSecond: null };
  const serving = { model: llama, device, format: bf16, contextTokens: 1_024 };
  for (const bounds of [devicesNeeded(serving), largestBatch(serving, 1), decodeSeconds(serving, 2)])
    expect(bounds).toEqual({ low: null, high: null });
  const unlinked = { ...serving, device: { ...h100, interconnectBytesPerSecond: null } };
  expect(decodeSeconds(unlinked, 2).high).toBeNull();
});

test("low is never above high; devices never slow the lower bound; context never lowers devices; a cache saves work", () => {
  const tokens = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(llama, deepseek),
      tokens,
      tokens,
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 512 }),
      (model, contextTokens, more, devices, batch) => {
        const serving = { model, device: h100, format: bf16, contextTokens };
        const needed = devicesNeeded(serving, batch);
        const decode = decodeSeconds(serving, devices, batch);
        const prefill = prefillSeconds(serving, devices);
        for (const { low, high } of [needed, decode, prefill, largestBatch(serving, devices)])
          if (high !== null) expect(low).toBeLessThanOrEqual(high);
        expect(decodeSeconds(serving, devices + 1, batch).low).toBeLessThanOrEqual(decode.low!);
        const longer = devicesNeeded({ ...serving, contextTokens: contextTokens + more }, batch);
        expect(longer.low).toBeGreaterThanOrEqual(needed.low!);
        expect(longer.high ?? Infinity).toBeGreaterThanOrEqual(needed.high ?? Infinity);
        expect(prefillSeconds(serving, devices, contextTokens >> 1).low).toBeLessThanOrEqual(prefill.low!);
      },
    ),
    { numRuns: 40 },
  );
});
