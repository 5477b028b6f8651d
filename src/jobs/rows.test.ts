import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRows } from "./rows.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(name: string, text: string) {
  writeFileSync(join(folder, name), text);
  const rows = await openRows(join(folder, name), name);
  expect(rows.sha256).toBe(createHash("sha256").update(text).digest("hex"));
  const read = [...rows.read()];
  expect(rows.count).toBe(read.length);
  expect([...rows.read()]).toEqual(read);
  return read;
}
const valuesOf = async (name: string, text: string) => (await rowsOf(name, text)).map(({ value }) => value);

const entry = fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ stringUnit: "grapheme" }), { maxKeys: 3 });

test("JSON Lines and JSON lists give what JSON.parse gives", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), fc.constantFrom(0, 1, 2), async (entries, indent) => {
      const whole = JSON.parse(JSON.stringify(entries));
      expect(await valuesOf("a.json", JSON.stringify(entries, null, indent))).toEqual(whole);
      expect(await valuesOf("a.jsonl", entries.map((one) => JSON.stringify(one)).join("\n"))).toEqual(whole);
    }),
    { numRuns: 60 },
  );
});

test("CSV comes back as the texts that were written", async () => {
  const field = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\ufeff]/g, ""));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 }), async (rows) => {
      const text = `id,answer\n${rows.map((row) => row.map(quoted).join(",")).join("\n")}\n`;
      expect(await valuesOf("a.csv", text)).toEqual(rows.map(([id, answer]) => ({ id, answer })));
    }),
    { numRuns: 60 },
  );
});

test("rows across the pieces in which a file is read are whole, and know their lines", async () => {
  const entries = Array.from({ length: 700 }, (_, id) => ({ id, text: `ä"${"x".repeat(5_000)}\n` }));
  const lines = await rowsOf("big.jsonl", entries.map((one) => JSON.stringify(one)).join("\n\n"));
  expect(lines.map(({ value }) => value)).toEqual(entries);
  expect(lines[699]!.where).toBe("big.jsonl, line 1399");
  expect(await valuesOf("big.json", JSON.stringify(entries, null, 2))).toEqual(entries);
  const csv = await rowsOf(
    "big.csv",
    `id,text\n${entries.map(({ id, text }) => `${id},"${text.replaceAll('"', '""')}"`).join("\n")}`,
  );
  expect(csv.map(({ value }) => value)).toEqual(entries.map(({ id, text }) => ({ id: String(id), text })));
  expect(csv.at(-1)!.where).toBe("big.csv, line 1400");
});

test("byte-order marks, carriage returns and blank lines are no rows", async () => {
  expect(await valuesOf("a.jsonl", '\ufeff{"a":1}\r\n\r\n{"a":2}\r\n')).toEqual([{ a: 1 }, { a: 2 }]);
  expect(await valuesOf("a.json", '\ufeff [ {"a":1}\n , 2 ] \n')).toEqual([{ a: 1 }, 2]);
  expect(await valuesOf("a.csv", "\ufeff id , q\r\n\r\n1,x\r\n")).toEqual([{ id: "1", q: "x" }]);
  expect(await valuesOf("a.tsv", "id\tq\n1\tx,y\n")).toEqual([{ id: "1", q: "x,y" }]);
  expect(await valuesOf("none.jsonl", "")).toEqual([]);
  expect(await valuesOf("none.csv", "")).toEqual([]);
});

test("what is no row is named with its line", async () => {
  await expect(rowsOf("a.jsonl", '{"a":1}\n{a}')).rejects.toThrow("a.jsonl, line 2: ");
  await expect(rowsOf("a.json", '[{"a":1},\nnope]')).rejects.toThrow("a.json, line 2: ");
  await expect(rowsOf("a.json", '{"a":1}')).rejects.toThrow("a.json is no JSON list");
  await expect(rowsOf("a.json", '[{"a":1}')).rejects.toThrow("a.json has a list that does not end");
  await expect(rowsOf("a.csv", 'id\n"open')).rejects.toThrow(/a.csv is not CSV: .*line/);
  await expect(openRows(join(folder, "none.json"), "none.json")).rejects.toThrow("none.json cannot be read: ENOENT");
});
