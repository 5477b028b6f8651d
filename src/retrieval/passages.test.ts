import fc from "fast-check";
import { expect, test } from "vitest";
import { passagesOf } from "./passages.ts";
import { wordCount } from "./words.ts";

const pieces = fc.constantFrom(
  "word ",
  "Two words. ",
  "\n",
  "\n\n",
  "# Heading\n",
  "日本語",
  "“Quote” ",
  "- ",
  "🙂",
  "30.5 ",
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 60 }).map((all) => all.join("")),
  fc.string({ unit: "grapheme", maxLength: 80 }),
);
const textsOf = (text: string, words: number) => passagesOf({ id: "d", text }, words).map((passage) => passage.text);

test("passages follow each other, cover the text, and hold no more words than asked for", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 12 }), (text, words) => {
      const passages = passagesOf({ id: "d", text }, words);
      expect(passages.map((passage) => passage.text).join("")).toBe(text.trim() === "" ? "" : text);
      for (const { id, start, end, text: own } of passages) {
        expect(own).toBe(text.slice(start, end));
        expect(id).toBe(`d:${start}-${end}`);
        expect(own.isWellFormed()).toBe(true);
        expect(wordCount(own)).toBeLessThanOrEqual(words);
      }
      expect(passagesOf({ id: "d", text }, words)).toEqual(passages);
    }),
  );
});

test("a passage is smaller than half only where what follows would not fit, or at the end", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 12 }), (text, words) => {
      for (const [index, passage] of textsOf(text, words).entries()) {
        const next = textsOf(text, words)[index + 1];
        if (next !== undefined && wordCount(passage) < words / 2)
          expect(wordCount(passage) + wordCount(next.split("\n").find((line) => wordCount(line) > 0)!)).toBeGreaterThan(
            words,
          );
      }
    }),
  );
});

test("a heading begins a passage, and else a paragraph, a line, a sentence does", () => {
  const section = (name: string) => `# ${name}\n\nOne two three.\nFour five six.\n\nSeven eight nine.\n`;
  expect(textsOf(section("First") + section("Second"), 16)).toEqual([section("First"), section("Second")]);
  expect(textsOf(section("First"), 8)).toEqual([
    "# First\n\nOne two three.\nFour five six.\n\n",
    "Seven eight nine.\n",
  ]);
  expect(textsOf("One two three.\nFour five six.\nSeven eight nine.", 7)).toEqual([
    "One two three.\nFour five six.\n",
    "Seven eight nine.",
  ]);
  expect(textsOf("One two three. “Four five six.” Seven eight nine.", 5)).toEqual([
    "One two three. ",
    "“Four five six.” ",
    "Seven eight nine.",
  ]);
});

test("where no spaces are set between words, characters are counted", () => {
  expect(textsOf("一二三四。五六七八。九", 6)).toEqual(["一二三四。", "五六七八。九"]);
});
