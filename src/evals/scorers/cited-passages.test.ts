import fc from "fast-check";
import { expect, test } from "vitest";
import { citationsIn } from "./cited-passages.ts";

const passagesOf = (answer: string, minWords = 2) => citationsIn(answer, minWords, ["prices"]).passages;
const referencesOf = (answer: string) => citationsIn(answer, 2, ["prices"]).references;

test.each([
  ["It says “within 30 days”.", ["within 30 days"]],
  ['It says "within 30 days".', ["within 30 days"]],
  ["Es heißt „innerhalb von 30 Tagen“.", ["innerhalb von 30 Tagen"]],
  ["On lit « sous 30 jours ».", ["sous 30 jours"]],
  ["「30日以内に返品」とある。", ["30日以内に返品"]],
  ["> within 30 days\n> of the purchase\n\nThat is all.", ["within 30 days\nof the purchase"]],
  ["> “within 30 days”", ["within 30 days"]],
  ['The so-called "refund" is "within 30 days".', ["within 30 days"]],
  ['An open " quotation\n\nends "within 30 days".', ["within 30 days"]],
  ["“two lines\nof one”", ["two lines\nof one"]],
  ["It's Anna's, that's 'not a quotation'.", []],
  ["", []],
])("of %j the passages are %j", (answer, passages) => {
  expect(passagesOf(answer).map(({ text }) => text)).toEqual(passages);
});

test("a passage with fewer words than asked for is not counted", () => {
  const answer = "“within 30 days” and “of the full purchase price”";
  expect(passagesOf(answer, 3)).toHaveLength(2);
  expect(passagesOf(answer, 4).map(({ text }) => text)).toEqual(["of the full purchase price"]);
});

test.each([
  ["Thirty days [3].", ["3"]],
  ["Thirty days [1, 2][4].", ["1", "2", "4"]],
  ["Thirty days [refunds.md] and [handbook/terms.pdf; prices].", ["refunds.md", "handbook/terms.pdf", "prices"]],
  ["Thirty days [3] [3].", ["3"]],
  ["[sic] [...] [see above] [a, b] [link](https://example.com)", []],
])("of %j the references are %j", (answer, references) => {
  expect(referencesOf(answer)).toEqual(references);
});

test.each([
  ["“within 30 days” [3]", "3"],
  ["“within 30 days.”[refunds.md]", "refunds.md"],
  ["“within 30 days” (see below) [3]", null],
  ["> within 30 days\n[prices]", "prices"],
])("behind the passage of %j stands %j", (answer, reference) => {
  expect(passagesOf(answer)).toMatchObject([{ reference }]);
});

test("a quotation between marks is found whatever stands in it, unless it is a mark or an empty line", () => {
  const inside = fc.string({ unit: fc.constantFrom(..."ab .,\n[]>'*"), minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(inside, (text) => {
      fc.pre(!/\n[ \t]*\r?\n/.test(text) && !/(?:^|\n) {0,3}>/.test(text));
      const found = citationsIn(`It says “one two ${text}” here.`, 2, []).passages;
      expect(found.map((passage) => passage.text)).toEqual([`one two ${text}`.trim()]);
    }),
  );
});

test("a hundred thousand stray marks are no burden", () => {
  expect(passagesOf("“ ".repeat(100_000))).toEqual([]);
  expect(passagesOf(`${"“ ".repeat(100_000)}\n\n”`)).toEqual([]);
  expect(passagesOf("> \n".repeat(100_000))).toEqual([]);
  expect(passagesOf("> a\nb\n".repeat(100_000))).toEqual([]);
  expect(referencesOf("[".repeat(100_000))).toEqual([]);
});
