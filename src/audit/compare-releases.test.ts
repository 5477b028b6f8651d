import { expect, test } from "vitest";
import { readLedger } from "../ledger-files/index.ts";
import { type ComparedRow, type Comparison, compareReleases, resolveCompared } from "./compare-releases.ts";

const ledger = readLedger();
const surroundings = { cwd: "/", env: {} };
const today = "2026-11-24";

async function comparisonOf(...names: string[]): Promise<Comparison> {
  const compared = await Promise.all(names.map((name) => resolveCompared(name, surroundings)));
  return compareReleases(compared, ledger, { today, contexts: [32_768, 131_072] });
}

function row({ sections }: Comparison, title: string, says: string): ComparedRow {
  const found = sections.filter((section) => section.title === title).flatMap(({ rows }) => rows);
  const one = found.find((each) => each.says === says);
  if (one === undefined) throw new Error(`${says} is none of ${found.map((each) => each.says).join(", ")}`);
  return one;
}
const values = ({ cells }: ComparedRow) => cells.map((cell) => cell.map(({ value }) => value));

test("what is computed is anatomy's, with multiples of the first model", async () => {
  const comparison = await comparisonOf("deepseek-v3", "kimi-k2");
  const total = row(comparison, "Parameters", "backbone");
  expect(values(total)).toEqual([[671_026_419_200], [1_026_408_232_448]]);
  expect(total.ratios[1]).toBeCloseTo(1.5296, 4);
  expect(values(row(comparison, "Cache and work", "cache that a token adds"))).toEqual([[70_272], [70_272]]);
});

test("publishers who disagree stand below each other, each with its source, and give no multiple", async () => {
  const comparison = await comparisonOf("deepseek-v3", "kimi-k2");
  const said = row(comparison, "Sizes and contexts", "total parameters, backbone");
  expect(values(said)[1]).toEqual([1040e9, 1043e9]);
  expect(said.ratios[1]).toBeNull();
  expect(said.cells[1]!.map((value) => value.said!.id)).toEqual(["k2-params", "k2-params-table"]);
});

test("a release without a config keeps its place, and says why nothing is computed", async () => {
  const comparison = await comparisonOf("deepseek-v3", "kimi-k1.5");
  expect(comparison.models[1]).toMatchObject({
    release: "kimi-k1.5",
    noEstimate: "no estimate: the config of Kimi k1.5 is not published",
  });
  expect(values(row(comparison, "Parameters", "total"))[1]).toEqual([]);
});

test("prices have host, day and staleness, and currencies are not mixed", async () => {
  const comparison = await comparisonOf("kimi-k3", "deepseek-v4.1-flash");
  const input = row(comparison, "Prices", "a million input tokens, USD");
  expect(values(input)).toEqual([[3], [0.15, 0.3]]);
  expect(input.cells[1]![0]).toMatchObject({
    detail: expect.stringContaining("deepseek-ai"),
    said: { observed: "2026-10-27", stale: true, expires: "2026-11-03" },
  });
});

test("an idea that is not recorded is unknown, not absent", async () => {
  const comparison = await comparisonOf("kimi-k3", "deepseek-v4.1-flash");
  expect(values(row(comparison, "Ideas", "Muon optimizer"))).toEqual([["yes"], ["yes"]]);
  expect(values(row(comparison, "Ideas", "Engram"))).toEqual([[], ["yes"]]);
});

test("a name that nothing has is refused", async () => {
  await expect(resolveCompared("kimi-k33", surroundings)).rejects.toThrow("there is no release called kimi-k33");
});
