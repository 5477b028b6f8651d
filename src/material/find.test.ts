import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findFiles } from "./find.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-find-"));
  mkdirSync(join(folder, "handbook", "old"), { recursive: true });
  for (const name of ["b.md", "a.md", "handbook/z.md", "handbook/B.md", "handbook/old/x.md", "[1].md", "prices.pdf"])
    writeFileSync(join(folder, name), "x");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("files come pattern after pattern, sorted within one, each once", async () => {
  expect(await findFiles(["handbook/*.md", "prices.pdf", "**/*.md"], folder)).toEqual([
    "handbook/B.md",
    "handbook/z.md",
    "prices.pdf",
    "[1].md",
    "a.md",
    "b.md",
    "handbook/old/x.md",
  ]);
});

test("a name with brackets is that file, and a path may lead out of the folder", async () => {
  expect(await findFiles(["[1].md"], folder)).toEqual(["[1].md"]);
  expect(await findFiles(["../*.md", join(folder, "a.md")], join(folder, "handbook"))).toEqual([
    "../[1].md",
    "../a.md",
    "../b.md",
  ]);
});

test("a missing file, a pattern without files and a folder are mistakes", async () => {
  await expect(findFiles(["a.md", "missing.md"], folder)).rejects.toThrow('there is no file "missing.md"');
  await expect(findFiles(["handbook/*.docx"], folder)).rejects.toThrow('"handbook/*.docx" matches no file');
  await expect(findFiles(["handbook/"], folder)).rejects.toThrow('"handbook/" is a folder');
});
