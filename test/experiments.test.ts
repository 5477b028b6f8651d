/** The experiments that were run and committed: their results follow from their trials, and the ledger says the same. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimsOf } from "../src/ledger/index.ts";
import { readLedger } from "../src/ledger-files/index.ts";
import { experimentDocument } from "../src/report/experiments/index.ts";
import { tablesMarkdown } from "../src/report/index.ts";
import { analyse, type Preregistration, type TrialRecord } from "../src/reproduce/index.ts";

const experiments = readdirSync("repro", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join("repro", entry.name, "result.json")))
  .map(({ name }) => name);

function read(name: string) {
  const text = (file: string) => readFileSync(join("repro", name, file), "utf8");
  const registered = JSON.parse(text("protocol.json")) as Preregistration;
  const trials = text("trials.jsonl")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as TrialRecord);
  return { registered, trials, analysis: analyse(registered.form, trials), text };
}

test.each(experiments)("%s: complete, and its result and page are what its trials give", (name) => {
  const { registered, trials, analysis, text } = read(name);
  expect(analysis.isComplete).toBe(true);
  expect(JSON.parse(text("result.json"))).toEqual(JSON.parse(JSON.stringify(analysis)));
  expect(text("README.md")).toBe(tablesMarkdown(experimentDocument({ registered, trials, analysis })));
});

test("what the ledger has as measured in an experiment is what the experiment found", () => {
  const measured = claimsOf(readLedger()).filter(
    ({ source }) => source.provenance === "measured" && source.runId.startsWith("repro/"),
  );
  expect(measured.length).toBeGreaterThan(0);
  for (const { id, value, range, source } of measured) {
    if (source.provenance !== "measured") continue;
    const { analysis } = read(source.runId.replace("repro/", ""));
    const matches = analysis.findings.filter(
      ({ estimate }) =>
        estimate?.interval != null &&
        Math.abs(estimate.mean - Number(value)) < 6e-4 &&
        Math.abs(estimate.interval.low - range![0]) < 6e-4 &&
        Math.abs(estimate.interval.high - range![1]) < 6e-4,
    );
    expect(matches, id).toHaveLength(1);
  }
});
