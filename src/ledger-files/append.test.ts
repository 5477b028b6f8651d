import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { type ClaimEntry, claimsAsOf, historyOf, quantities } from "../ledger/index.ts";
import { appendClaim, ownFolder, readRelease } from "./index.ts";

const folder = join(mkdtempSync(join(tmpdir(), "ledger-")), "data");
cpSync(ownFolder, folder, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

const file = "releases/deepseek-v3.json";
const textOf = () => readFileSync(join(folder, file), "utf8");
const source = {
  provenance: "official-docs",
  title: "A page that changed",
  url: "https://example.org/changed",
  seen: true,
} as const;
const claim: ClaimEntry = {
  id: "deepseek-v3-context-tokens-changed",
  quantity: "contextTokens",
  value: 65_536,
  unit: "tokens",
  scope: { setting: "as the release says" },
  source: "changed-page",
  observed: "2026-11-24",
  replaces: "deepseek-v3-context-tokens",
};

test("a value that changed is added; the old one stays, with its date", () => {
  const before = textOf().split("\n");
  appendClaim({ file, claim, source }, folder);
  const after = new Set(textOf().split("\n").map(bare));
  expect(before.map(bare).filter((line) => !after.has(line))).toEqual([]);
  const { claims } = readRelease("deepseek-v3", folder);
  const contextOn = (day: string) =>
    claimsAsOf(claims, day)
      .filter(({ quantity }) => quantity === "contextTokens")
      .map(({ value }) => value);
  expect(contextOn("2026-11-23")).toEqual([131_072]);
  expect(contextOn("2026-11-24")).toEqual([65_536]);
  expect(historyOf(claims, claim.id).map(({ value }) => value)).toEqual([65_536, 131_072]);
});
const bare = (line: string) => line.replace(/,$/, "");

test("nothing that stands is rewritten: not a claim, not a source", () => {
  const before = textOf();
  expect(() => appendClaim({ file, claim: { ...claim, value: 1 } }, folder)).toThrow(UserError);
  const other = { ...source, title: "Another page" };
  expect(() => appendClaim({ file, claim: { ...claim, id: "other" }, source: other }, folder)).toThrow(UserError);
  expect(() => appendClaim({ file, claim: { ...claim, id: "other", source: "nowhere" } }, folder)).toThrow(UserError);
  expect(() => appendClaim({ file, claim: { ...claim, id: "other", replaces: "nothing" } }, folder)).toThrow(UserError);
  expect(textOf()).toBe(before);
});

test("what is added is read back as it was", () => {
  let index = 0;
  const numbers = fc.double({ min: 0, max: 1e15, noNaN: true });
  fc.assert(
    fc.property(
      numbers,
      fc.string({ minLength: 1 }),
      fc.constantFrom("2026", "2026-03", "2026-03-04"),
      (value, note, observed) => {
        const id = `added-${index++}`;
        const added = {
          ...claim,
          id,
          value,
          note,
          observed,
          quantity: "cacheBytes",
          unit: quantities.cacheBytes.unit,
        } as const;
        const { replaces: _, ...entry } = added;
        appendClaim({ file, claim: entry, source }, folder);
        expect(readRelease("deepseek-v3", folder).claims.at(-1)).toEqual({ ...entry, subject: "deepseek-v3", source });
      },
    ),
    { numRuns: 10 },
  );
});
