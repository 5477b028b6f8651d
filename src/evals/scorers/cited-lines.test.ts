import { expect, test } from "vitest";
import { answer, sample } from "../../../test/fixtures/scored.ts";
import { citedValues, citesTheLine, exactAnswer, grounded } from "./cited-lines.ts";

const asked = (target: string) =>
  sample({ target, depth: target === "unknown" ? null : 0.5, answerable: target !== "unknown" });
const values = (target: string, text: string) =>
  [grounded, exactAnswer, citesTheLine].map((scorer) => scorer.score(asked(target), answer(text))?.value ?? null);

test.each([
  // target, answer, [grounded, exact, cited]
  ["lantern. [7]", " lantern. [7]", [1, 1, 1]],
  ["lantern. [7]", "Lantern [7].", [1, 1, 1]],
  ["lantern. [7]", "**lantern** [7]", [1, 1, 1]],
  ["lantern. [7]", "lantern", [0, 1, 0]],
  ["lantern. [7]", "lantern [8]", [0, 1, 0]],
  ["lantern. [7]", "lanterns [7]", [0, 0, 1]],
  ["lantern. [7]", "lantern [7] or drum [8]", [0, 0, 0]],
  ["lantern. [7]", "unknown", [0, 0, 0]],
  ["lantern. [7]", "", [0, 0, 0]],
  ["lantern. [7]\ndrum. [9]", "lantern. [7]\ndrum. [9]", [1, 1, 1]],
  ["lantern. [7]\ndrum. [9]", "drum. [9]\nlantern. [7]", [0, 0, 0]],
  ["lantern. [7]\ndrum. [9]", "lantern. [7]", [0, 0, 0]],
  ["unknown", " unknown", [1, 1, null]],
  ["unknown", "Unknown.", [1, 1, null]],
  ["unknown", "lantern. [7]", [0, 0, null]],
  ["unknown", "unknown [3]", [1, 1, null]],
])("asked for %j, the answer %j scores %j", (target, text, expected) => {
  expect(values(target, text)).toEqual(expected);
});

test("an answer of any size or shape is split, never an exception", () => {
  expect(citedValues("[1][2] a [99999999999] b")).toEqual([
    { value: "", line: 1 },
    { value: "", line: 2 },
    { value: "a [99999999999] b", line: null },
  ]);
});

test("a long run of marks is no burden", () => {
  const marks = ".".repeat(200_000);
  expect(citedValues(`lantern ${marks} drum [7]`)).toEqual([{ value: `lantern ${marks} drum`, line: 7 }]);
});
