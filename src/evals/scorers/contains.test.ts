import fc from "fast-check";
import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Contains, ContainsAll, ContainsAny, ContainsNone, contains, containsOf, containsWords } from "./contains.ts";

const containing = (text: string, options = {}, over = {}) =>
  contains(Contains.parse({ type: "contains", ...options })).score(sample(over), answer(text), unasked);

test("the target may stand anywhere, in any case and spacing; so may an alternative", () => {
  expect(containing("You have 30\nDays to return it.")).toEqual({ value: 1, explanation: "right: 30 days" });
  expect(containing("A month.", {}, { alternatives: ["a month"] })).toMatchObject({ value: 1 });
  expect(containing("Two weeks.")).toEqual({ value: 0, explanation: "expected 30 days, got Two weeks." });
  expect(containing("30 days", {}, { target: "" })).toBeNull();
  expect(containing("30 days", {}, { answerable: false })).toBeNull();
});

test("a value of the spec's own is looked for in every sample", () => {
  expect(containing("SKU-7", { value: "sku-7" }, { target: "", answerable: false })).toMatchObject({ value: 1 });
  expect(containing("SKU-7", { value: "sku-7", caseSensitive: true })).toMatchObject({ value: 0 });
});

test("whole words are not found inside others, unless the script sets no spaces", () => {
  expect(containing("130 days")).toMatchObject({ value: 1 });
  expect(containing("130 days", { wholeWords: true })).toMatchObject({ value: 0 });
  expect(containing("130 days, or 30 days.", { wholeWords: true })).toMatchObject({ value: 1 });
  expect(containing("退款期限为30天以内", { value: "30天", wholeWords: true })).toMatchObject({ value: 1 });
});

test.each([
  ["30.5", false],
  ["1.30", false],
  [".30", false],
  ["30,5", false],
  ["30,000", false],
  ["1,030", false],
  ["1'030", false],
  ["30.", true],
  ["It is 30, or so", true],
  ["30...", true],
  ["at the end.30 days", true],
  ["30.11.2026", true],
  ["10,20,30", true],
  ["30.5 or 30", true],
  ["-30%", true],
])("whether 30 is a whole word of %j: %s", (text, isFound) => {
  expect(containsWords("30", text)).toBe(isFound);
});

test("a text that begins or ends with a number is not cut out of a longer one", () => {
  expect(containsWords("30 days", "1.30 days")).toBe(false);
  expect(containsWords("day 30", "day 30.5")).toBe(false);
  expect(containsWords("1.30 days", "within 1.30 days")).toBe(true);
  expect(containsWords("1.3", "11.3")).toBe(false);
  expect(containsWords("$30", "$30.50")).toBe(false);
  expect(containsWords("7", "7,".repeat(50_000))).toBe(true);
});

test("a whole word is found exactly where the pattern with word bounds finds it", () => {
  const word = fc.string({ unit: fc.constantFrom(..."ab1 -é"), minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(word, fc.string({ unit: fc.constantFrom(..."ab1 -é"), maxLength: 12 }), (value, text) => {
      const isWord = (character: string) => /[\p{L}\p{N}]/u.test(character);
      const before = isWord(value[0]!) ? "(?<![\\p{L}\\p{N}])" : "";
      const after = isWord(value.at(-1)!) ? "(?![\\p{L}\\p{N}])" : "";
      expect(containsWords(value, text)).toBe(new RegExp(`${before}${value}${after}`, "u").test(text));
    }),
  );
});

test.each([
  ["contains-all", "red and green", 1, "right: red | green"],
  ["contains-all", "only red", 0, "expected red | green, got all but green"],
  ["contains-any", "only red", 1, "right: red"],
  ["contains-any", "blue", 0, "expected red | green, got none of them"],
  ["contains-none", "blue", 1, "right: none of red | green"],
  ["contains-none", "green", 0, "expected none of red | green, got green"],
] as const)("%s of red and green in %j scores %d: %s", (type, text, value, explanation) => {
  const schema = { "contains-all": ContainsAll, "contains-any": ContainsAny, "contains-none": ContainsNone }[type];
  const spec = schema.parse({ type, values: ["red", "green"] });
  expect(containsOf(spec).score(sample(), answer(text), unasked)).toEqual({ value, explanation });
});
