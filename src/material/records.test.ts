import fc from "fast-check";
import { expect, test } from "vitest";
import { csvContent, jsonlContent } from "./records.ts";

const cutOut = (text: string, sections: readonly { start: number; end: number }[]) =>
  sections.map(({ start, end }) => text.slice(start, end));

test("each row of a CSV file is a section, also where a field has line breaks and letters of several bytes", async () => {
  const text = 'id,answer\n1,"dreißig\nTage"\n2,你好\n';
  const { sections } = await csvContent("a.csv", text, ",");
  expect(cutOut(text, sections)).toEqual(["id,answer\n", '1,"dreißig\nTage"\n', "2,你好\n"]);
});

test("rows cover the whole file", async () => {
  const field = fc.string({ unit: "grapheme" }).map((value) => `"${value.replaceAll('"', '""').replaceAll("\r", "")}"`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 }), async (rows) => {
      const text = rows.map((row) => row.join(",")).join("\n");
      const { sections } = await csvContent("a.csv", text, ",");
      expect(cutOut(text, sections).map((row) => row.replace(/\n$/, ""))).toEqual(text === "" ? [] : rows.map(String));
    }),
  );
});

test("a quote that never closes is named with its line", async () => {
  await expect(csvContent("a.csv", 'x\n"open\n', ",")).rejects.toThrow(/a.csv is not CSV: .*line/);
});

test("each line of JSON is a section, and a line that is none is named", () => {
  const text = '{"a":1}\n\n[2]\n';
  expect(cutOut(text, jsonlContent("a.jsonl", text).sections)).toEqual(['{"a":1}', "[2]"]);
  expect(() => jsonlContent("a.jsonl", '{"a":1}\n{a}')).toThrow("a.jsonl, line 2: ");
});
