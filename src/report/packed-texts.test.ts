import fc from "fast-check";
import { expect, test } from "vitest";
import { TextTable, unpack } from "./packed-texts.ts";

test("every text comes back as it was", () => {
  const texts = fc.array(fc.array(fc.constantFrom("a", "b", "", "\r", "long line", "\u2028"), { maxLength: 12 }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(texts, (lists) => {
      const table = new TextTable();
      const packed = lists.map((lines) => ({ text: lines.join("\n"), runs: table.pack(lines.join("\n")) }));
      for (const { text, runs } of packed) expect(unpack(table.lines, runs)).toBe(text);
    }),
  );
});

test("a document that was said before costs two numbers", () => {
  const table = new TextTable();
  const document = Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join("");
  table.pack(`${document}first question`);
  expect(table.pack(`${document}second question`)).toEqual([0, 100, 101, 1]);
  expect(table.lines).toHaveLength(102);
});
