import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "./comparison.ts";

// DeepSeek-V2, arXiv:2405.04434, abstract; DeepSeek-V4.1-Flash, arXiv:2609.19969: 890 B against 389,120 B.
test("published comparisons come out of the values they compare", () => {
  expect(compare(172.8, 300.6, "cut")).toBeCloseTo(0.425, 3);
  expect(compare(890, 389_120, "times less")).toBeCloseTo(437.2, 1);
  expect(compare(562_027, 87_072, "gain")).toBeCloseTo(5.45, 2);
});

test("the five ways say the same", () => {
  const value = fc.double({ min: 1e-3, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(value, value, (own, other) => {
      const share = compare(own, other, "share");
      expect(compare(own, other, "cut")).toBeCloseTo(1 - share, 6);
      expect(compare(own, other, "gain")).toBe(share - 1);
      expect(compare(own, other, "times more")).toBe(share);
      expect(compare(own, other, "times less") * share).toBeCloseTo(1, 6);
    }),
  );
});
