import fc from "fast-check";
import { expect, test } from "vitest";
import { passagesOf } from "../retrieval/index.ts";
import { excerptsOf, passageIds, rangesOf } from "./excerpts.ts";

const material = [
  { id: "a.md", text: "One two.\nThree four.\nFive six.\n" },
  { id: "b.md", text: "Seven eight.\nNine ten.\n" },
];
const passages = material.flatMap((document) => passagesOf(document, 2));
const lines = ["One two.\n", "Three four.\n", "Five six.\n", "Seven eight.\n", "Nine ten.\n"];

test("all passages, in whatever order, are the documents again", () => {
  expect(passages.map(({ text }) => text)).toEqual(lines);
  fc.assert(
    fc.property(fc.shuffledSubarray(passages, { minLength: passages.length }), (shuffled) => {
      const ranges = rangesOf(shuffled, material);
      expect(excerptsOf(ranges, material)).toEqual(material);
      expect(passageIds(ranges, material)).toEqual(passages.map(({ id }) => id));
    }),
  );
});

test("passages keep the order of the text, each document has one excerpt, and gaps are marked", () => {
  const [first, , third, fourth, fifth] = passages;
  expect(excerptsOf(rangesOf([fifth!, third!, first!], material), material)).toEqual([
    { id: "a.md", text: "One two.\n[…]\nFive six.\n" },
    { id: "b.md", text: "Nine ten.\n" },
  ]);
  expect(excerptsOf(rangesOf([fifth!, fourth!], material), material)).toEqual([material[1]]);
  expect(excerptsOf(rangesOf([], material), material)).toEqual([]);
});
