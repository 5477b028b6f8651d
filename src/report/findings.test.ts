import { expect, test } from "vitest";
import { candidateOf, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { findings } from "./findings.ts";
import { summarize } from "./summary.ts";

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
