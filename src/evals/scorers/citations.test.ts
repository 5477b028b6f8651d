import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Citations, citations } from "./citations.ts";

const material = [
  {
    id: "handbook/refunds.md",
    text: "Refunds are paid within 30 days of the purchase.\nThey are *never* paid in cash — not\neven once.",
  },
  { id: "prices.pdf", text: "A basic plan costs 5 dollars a month. [7]" },
];
const scoreOf = (text: string, options = {}, over = {}) =>
  citations(Citations.parse({ type: "citations", ...options })).score(
    sample({ material, ...over }),
    answer(text),
    unasked,
  );

test("passages and references that are in the material are right", () => {
  expect(scoreOf("It says “paid within 30 days” [refunds.md].")).toEqual({
    value: 1,
    explanation: "right: all 2 found",
  });
  expect(scoreOf("Thirty days [1], five dollars [2] [7].")).toEqual({ value: 1, explanation: "right: all 3 found" });
});

test("what is not in the material is named, and the rest is the share that is", () => {
  expect(scoreOf("“paid within 30 days” but “only for new customers” [terms.md]")).toEqual({
    value: 1 / 3,
    explanation: "expected 3 found, got 1; not in the material: “only for new customers”; [terms.md]",
  });
  expect(scoreOf("Five dollars [8].")).toMatchObject({ value: 0 });
});

test("a passage that stands in another document than the one it is given for is not found there", () => {
  expect(scoreOf("“paid within 30 days” [prices.pdf]")).toEqual({
    value: 1 / 2,
    explanation:
      "expected 2 found, got 1; not in the material: “paid within 30 days” in prices.pdf (it is in handbook/refunds.md)",
  });
});

test("spacing, capitals, emphasis and kinds of dashes count only in an exact comparison", () => {
  const loose = '"They are never paid in cash - not even once."';
  expect(scoreOf(loose)).toMatchObject({ value: 1 });
  expect(scoreOf(loose, { matching: "exact" })).toMatchObject({ value: 0 });
  expect(scoreOf("“paid within 30 days”", { matching: "exact" })).toMatchObject({ value: 1 });
});

test("parts around an ellipsis have to follow each other in one document", () => {
  expect(scoreOf("“Refunds are paid … even once”")).toMatchObject({ value: 1 });
  expect(scoreOf("“even once [...] Refunds are paid”")).toMatchObject({ value: 0 });
  expect(scoreOf("“Refunds are paid ... dollars a month”")).toMatchObject({ value: 0 });
});

test("an answer that cites nothing is wrong, unless abstaining was right", () => {
  expect(scoreOf("Thirty days.")).toEqual({
    value: 0,
    explanation: "expected a passage of the material, got none cited",
  });
  expect(scoreOf("I do not know.", {}, { answerable: false })).toBeNull();
  expect(scoreOf("“It is forty days by law.”", {}, { answerable: false })).toMatchObject({ value: 0 });
});

test("without material there is nothing to say", () => {
  expect(scoreOf("“paid within 30 days”", {}, { material: [] })).toBeNull();
});
