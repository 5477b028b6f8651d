import fc from "fast-check";
import { expect, test } from "vitest";
import { type Normalisation, normalised, trimmed } from "./normalise.ts";

const how: fc.Arbitrary<Normalisation> = fc.record({
  caseSensitive: fc.boolean(),
  whiteSpace: fc.constantFrom("collapse", "keep"),
  punctuation: fc.constantFrom("trim", "drop", "keep"),
});
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..." \t\n.,'\"“”*_()aAİßΣςﬁ½²Ⅻ\u00a0\u0307\u0323一") }),
);

test("normalising twice changes nothing", () => {
  fc.assert(
    fc.property(text, how, (given, options) => {
      const once = normalised(given, options);
      expect(normalised(once, options)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test("trimming is what the pattern that it stands for does", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..." .!ab") }), (given) => {
      expect(trimmed(given, new Set(" .!"))).toBe(given.replace(/^[ .!]+|[ .!]+$/g, ""));
    }),
  );
});

const defaults: Normalisation = { caseSensitive: false, whiteSpace: "collapse", punctuation: "trim" };
test.each([
  ["  **Thirty  Days**.\n", {}, "thirty days"],
  ["“Thirty days”", {}, "thirty days"],
  ["３０\u00a0days", {}, "30 days"],
  ["Thirty Days", { caseSensitive: true }, "Thirty Days"],
  ["co-op, Ltd.", { punctuation: "drop" }, "coop ltd"],
  ["-5 %", {}, "-5 %"],
  [" a  b. ", { whiteSpace: "keep", punctuation: "keep" }, " a  b. "],
] as const)("%j with %j is %j", (given, options, expected) => {
  expect(normalised(given, { ...defaults, ...options })).toBe(expected);
});
