import fc from "fast-check";
import { expect, test } from "vitest";
import { holmAdjusted } from "./holm.ts";

test("five p-values are adjusted as R adjusts them", () => {
  // R: p.adjust(c(0.01, 0.04, 0.03, 0.02, 0.05), method = "holm")
  const adjusted = [0.05, 0.09, 0.09, 0.08, 0.09];
  for (const [index, p] of holmAdjusted([0.01, 0.04, 0.03, 0.02, 0.05]).entries())
    expect(p).toBeCloseTo(adjusted[index]!, 12);
});

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test("it rejects what Holm's steps reject", () => {
  fc.assert(
    fc.property(pValues, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (drawn, alpha) => {
      const sorted = drawn.toSorted((a, b) => a - b);
      let rejected = 0;
      while (rejected < sorted.length && sorted[rejected]! <= alpha / (sorted.length - rejected)) rejected++;
      const adjusted = holmAdjusted(drawn).filter((p) => p <= alpha * (1 + 1e-12)).length;
      expect(adjusted).toBe(rejected);
    }),
  );
});

test("it follows the order given, never lowers a p-value, and keeps one alone", () => {
  fc.assert(
    fc.property(pValues, (drawn) => {
      const adjusted = holmAdjusted(drawn);
      expect(holmAdjusted(drawn.toReversed())).toEqual(adjusted.toReversed());
      for (const [index, p] of drawn.entries()) expect(adjusted[index]).toBeGreaterThanOrEqual(p);
    }),
  );
  expect(holmAdjusted([0.03])).toEqual([0.03]);
  expect(() => holmAdjusted([1.2])).toThrow(RangeError);
});
