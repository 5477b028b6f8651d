import fc from "fast-check";
import { expect, test } from "vitest";
import { prefixHistory } from "./prefix-history.ts";

test("expects the longest prefix shared with any earlier prompt, but evaluates at least one token", () => {
  const prompts = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(prompts, (history) => {
      const predictor = prefixHistory();
      for (const [index, prompt] of history.entries()) {
        const shared = history.slice(0, index).map((earlier) => {
          const differs = prompt.findIndex((token, at) => earlier[at] !== token);
          return differs < 0 ? prompt.length : differs;
        });
        expect(predictor.expect(Int32Array.from(prompt))).toBe(Math.min(Math.max(0, ...shared), prompt.length - 1));
        predictor.remember(Int32Array.from(prompt));
      }
    }),
  );
});

// Recorded from llama-server: an identical prompt of 498 tokens reads 497 from the cache.
test("an identical prompt reads all but its last token", () => {
  const predictor = prefixHistory();
  const prompt = Int32Array.from({ length: 498 }, (_, index) => index);
  predictor.remember(prompt);
  expect(predictor.expect(prompt)).toBe(497);
});
