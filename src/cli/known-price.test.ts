import { expect, test } from "vitest";
import { knownPrice } from "./known-price.ts";

test("a vendor's price is the ledger's of that day, the dearest tier of it, with its source", () => {
  expect(knownPrice("deepseek/deepseek-v4-pro", "2026-11-01")).toMatchObject({
    uncachedInputUsdPerMtok: 1.32,
    cacheReadUsdPerMtok: 0.044,
    outputUsdPerMtok: 3.96,
    observedOn: "2026-10-27",
    source: expect.stringContaining("peak price"),
  });
  expect(knownPrice("deepseek/deepseek-v4-pro", "2026-06-01")?.uncachedInputUsdPerMtok).toBe(0.435);
});

test("what the ledger does not know has no price", () => {
  expect(knownPrice("deepseek/no-such-model", "2026-11-01")).toBeNull();
  expect(knownPrice("openai/gpt-5.5", "2026-11-01")).toBeNull();
  expect(knownPrice("custom/deepseek-v4-pro", "2026-11-01")).toBeNull();
});
