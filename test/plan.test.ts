/** `assay plan` on a job whose numbers can be counted by hand, by the real process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";

/** Of letters alone, so that each is one token. */
const word = (at: number) => String(at).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)]!);
const words = (count: number, of: string) => Array.from({ length: count }, (_, at) => of + word(at)).join(" ");
const questions = 8;
const job = {
  job: "two-documents",
  samples: [1, 2].flatMap((document) =>
    Array.from({ length: questions }, (_, at) => ({
      input: `question ${at}`,
      target: "x",
      material: { id: `document ${document}`, text: words(500, document === 1 ? "x" : "y") },
    })),
  ),
  scorers: ["exact"],
};
const { path: folder, remove } = temporaryFolder();
writeFileSync(join(folder, "job.json"), JSON.stringify(job));
afterAll(remove);

const plan = async (...more: string[]) => {
  const { code, stdout, stderr } = await runCli(["plan", "job.json", "--json", ...more], { cwd: folder });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

test("a plan has the tokens that no cache can do without, what it expects, and what the given order would take", async () => {
  const { candidates } = await plan("--model", "engine/reader-gqa");
  const { tokens, calls } = candidates[0];
  expect(calls).toBe(2 * questions);
  expect(tokens.prompts).toBe(2 * questions);
  // Each document once, and each question: some ten words and marks around them.
  expect(tokens.lowerBoundTokens).toBeGreaterThan(2 * 500);
  expect(tokens.lowerBoundTokens).toBeLessThan(2 * 500 + 2 * questions * 12 + 60);
  expect(tokens.expectedUncachedTokens).toBeLessThanOrEqual(1.05 * tokens.lowerBoundTokens);
  expect(tokens.inputTokens).toBeGreaterThan(2 * questions * 500);
});

test("under a vendor's rule and price it is money, and a difference has the samples that it takes", async () => {
  const { candidates, detects } = await plan("--model", "deepseek/deepseek-v4-pro", "--detect", "0.1");
  const { inputCosts, mostCostUsd, tokens } = candidates[0];
  expect(inputCosts.expectedUsd).toBeLessThan(inputCosts.naiveUsd);
  expect(inputCosts.lowerBoundUsd).toBeLessThanOrEqual(inputCosts.expectedUsd);
  expect(mostCostUsd).toBeGreaterThan(inputCosts.naiveUsd);
  expect(tokens.approximate).toBe(true);
  expect(detects).toMatchObject({ difference: 0.1, samples: 2 * questions, documents: 2 });
  expect(detects.samplesNeeded).toBeGreaterThan(2 * questions);
});

test("nothing is written, and a difference that is none is refused", async () => {
  const { code, stderr } = await runCli(["plan", "job.json", "--detect", "2"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("--detect");
  expect((await runCli(["runs"], { cwd: folder })).stdout).toContain(
    `No runs yet in ${join(folder, ".assay", "runs.db")}`,
  );
});
