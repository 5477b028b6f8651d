import fc from "fast-check";
import { expect, test } from "vitest";
import { wordPieces } from "../word-pieces.ts";
import { wordTokens } from "./word-tokens.ts";

const units = [
  "a",
  "é",
  "B",
  " ",
  " ",
  "\n",
  "\t",
  "1",
  "٣",
  ".",
  "-",
  "漢",
  "か",
  "ก",
  "ิ",
  "😀",
  "𝒳",
  "𠮷",
  "\ud800",
  "\udc00",
];
const texts = fc.array(fc.constantFrom(...units), { maxLength: 20 }).map((parts) => parts.join(""));
const tokensOf = (content: string) => [...wordTokens([{ role: "user", content }])].slice(1);

test("a text is cut as everywhere else", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const expected = wordPieces(text).map((piece) => tokensOf(piece)[0]);
      expect(tokensOf(text)).toEqual(expected);
    }),
    { numRuns: 3_000 },
  );
});

test("the same piece has the same number, another piece another", () => {
  fc.assert(
    fc.property(texts, texts, (left, right) => {
      const [a, b] = [left, right].map((text) => wordPieces(text)[0] ?? null);
      fc.pre(a !== null && b !== null);
      expect(tokensOf(a!)[0] === tokensOf(b!)[0]).toBe(a === b);
    }),
  );
});

test("roles, parts and tools are told apart", () => {
  const tools = [{ name: "look", parameters: {} }];
  const all = [
    wordTokens([{ role: "user", content: "a" }]),
    wordTokens([{ role: "system", content: "a" }]),
    wordTokens([{ role: "user", content: [{ type: "image", url: "data:,a" }] }]),
    wordTokens([{ role: "user", content: "a" }], tools),
  ].map((tokens) => tokens.join());
  expect(new Set(all).size).toBe(4);
  expect(all[0]).toBe(wordTokens([{ role: "user", content: [{ type: "text", text: "a" }] }]).join());
});
