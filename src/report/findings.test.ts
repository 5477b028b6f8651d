import { expect, test } from "vitest";
import { candidateOf, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { findings } from "./findings.ts";
import { summarize } from "./summary.ts";
import { terminalSummary } from "./terminal.ts";

const trials = Array.from({ length: 40 }, (_, document) =>
  ["a", "b"].map((candidate) => ({
    trial: trialOf({ candidate, arm: "whole", sample: String(document), quality: Number(candidate === "a") }),
  })),
).flat();

test("a run that stopped when it was clear names no arm where there is one", async () => {
  const run = runOf(["a", "b"].map((id) => candidateOf(id)));
  const found = async (options: readonly string[]) =>
    findings(await summarize({ ...run, sequential: { careAbout: 0.05, options, documents: 40, seed: 1 } }, trials))[0];
  expect(await found(["a · whole", "b · whole"])).toMatch(/a is better. b minus a is −100.0 points \(−100.0 to −\d/);
  expect(await found(["a · whole", "a · bm25 top 8", "b · whole"])).toContain("a · whole; ");
});

test("a run that may stop when it is clear says first what holds for that, and of its tables that they do not", async () => {
  const run = runOf(["a", "b"].map((id) => candidateOf(id)));
  const sequential = { careAbout: 0.05, options: ["a · whole", "b · whole"], documents: 40, seed: 1 };
  const summary = await summarize({ ...run, sequential }, trials);
  const [first, second] = findings(summary);
  expect(first).toContain("the mean over documents, for which the run was planned");
  expect(second).toMatch(
    /^Had the number of samples been fixed beforehand, which it was not: a has the highest quality/,
  );
  expect(terminalSummary(summary, { colour: false, width: 120 })).toContain(
    "means over samples, and hold for a number",
  );
  expect(findings(await summarize(run, trials))[0]).toMatch(/^a has the highest quality/);
});

test("arms with long names are folded before a column is left out", async () => {
  const arm = "hybrid with vendor/embeddings-of-some-length top 8, reranked by vendor/rerank";
  const id = "vendor/a-rather-long-name-of-a-model";
  const asked = ["whole", arm].flatMap((arm) =>
    [0, 1].map((sample) => ({
      trial: trialOf({ candidate: id, arm, sample: `${sample}`, quality: 1, costUsd: 0.5, ttftMs: 20 }),
    })),
  );
  const summary = await summarize(runOf([candidateOf(id)]), asked);
  for (const width of [100, 120]) {
    const lines = terminalSummary(summary, { colour: false, width }).split("\n");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    const head = lines.findIndex((line) => line.startsWith("Candidate"));
    expect(lines[head]).toMatch(/TTFT.*Cost$/);
    const table = lines.slice(head + 1, lines.indexOf("", head));
    const names = table.map((line) => line.slice(0, 36).trim()).join(" ");
    expect(names).toContain("by vendor/rerank");
    expect(table.filter((line) => line.endsWith("$1.00"))).toHaveLength(2);
  }
});
