import { expect, test } from "vitest";
import { answer, sample, unasked } from "../../../test/fixtures/scored.ts";
import { Exact, exact } from "./exact.ts";

const scoreOf = (text: string, over = {}, options = {}) =>
  exact(Exact.parse({ type: "exact", ...options })).score(sample(over), answer(text), unasked);

test.each([
  ["30 days", 1],
  ["**30 Days.**", 1],
  ["30 days or so", 0],
  ["", 0],
])("against the target 30 days, the answer %j scores %d", (text, value) => {
  expect(scoreOf(text)).toMatchObject({ value });
});

test.each([
  ["?", "!", 0],
  ["...", "???", 0],
  ["?", "?", 1],
  [".5", "5", 0],
  ["**.5**", ".5", 1],
  ["'.5'.", ".5", 1],
  ["...5", "5", 0],
  ["", "?", 0],
])("%j against %j scores %d: marks that are the answer count", (text, target, value) => {
  expect(scoreOf(text, { target })).toMatchObject({ value });
});

test("where no punctuation counts, a decimal point still does", () => {
  const drop = { punctuation: "drop" };
  expect(scoreOf("15", { target: "1.5" }, drop)).toMatchObject({ value: 0 });
  expect(scoreOf("1.5.", { target: "1.5" }, drop)).toMatchObject({ value: 1 });
  expect(scoreOf("!", { target: "?" }, drop)).toMatchObject({ value: 0 });
});

test("an alternative is as good as the target, and the explanation names it", () => {
  expect(scoreOf("A month", { alternatives: ["a month"] })).toEqual({ value: 1, explanation: "right: a month" });
  expect(scoreOf("a week", { alternatives: ["a month"] })).toEqual({
    value: 0,
    explanation: "expected 30 days or a month, got a week",
  });
});

test("with everything kept, a capital, a space or a mark makes a difference", () => {
  const strict = { caseSensitive: true, whiteSpace: "keep", punctuation: "keep" };
  expect(["30 days", "30 Days", "30  days", "30 days."].map((text) => scoreOf(text, {}, strict))).toMatchObject([
    { value: 1 },
    { value: 0 },
    { value: 0 },
    { value: 0 },
  ]);
});

test("there is nothing to say without a target, and where abstaining is right", () => {
  expect(scoreOf("30 days", { target: "" })).toBeNull();
  expect(scoreOf("30 days", { target: null })).toBeNull();
  expect(scoreOf("unknown", { target: "unknown", answerable: false })).toBeNull();
});

test("an explanation quotes the beginning of a long answer", () => {
  expect(scoreOf("x".repeat(10_000))!).toMatchObject({
    explanation: `expected 30 days, got ${"x".repeat(200)}…`,
  });
});
