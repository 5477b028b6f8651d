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

/** With a judge, an arm of passages that a model finds, and one in which the model reads for itself. */
const judged = {
  ...job,
  settings: { maxTokens: 10 },
  scorers: ["exact", { type: "judge", model: "deepseek/deepseek-v4-pro", rubric: "Right?", repeats: 3, maxTokens: 20 }],
};
const written = (name: string, text: object) => writeFileSync(join(folder, name), JSON.stringify(text));
const said = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli(args, { cwd: folder });
  expect(code, stderr).toBe(0);
  return stdout;
};

test("the judge is in it, at its own price, and a dry run says the same", async () => {
  written("judged.json", judged);
  const asked = ["judged.json", "--model", "openai/none", "--price", "input=1,output=1"];
  const { candidates, judge, together } = JSON.parse(await said("plan", ...asked, "--json"));
  expect(judge).toMatchObject({ judge: "deepseek/deepseek-v4-pro", calls: 3 * 2 * questions });
  expect(judge.mostOutputTokens).toBe(20 * judge.calls);
  expect(together.mostCostUsd).toBeCloseTo(candidates[0].mostCostUsd + judge.mostCostUsd, 12);
  expect(together.calls).toBe(4 * 2 * questions);
  expect(JSON.parse(await said("run", ...asked, "--dry-run", "--json"))).toEqual({
    ...{ candidates, judge, together, finding: [], detects: null },
  });
  const text = (await said("plan", ...asked)).replaceAll(/\s+/g, " ");
  expect(text).toContain("judge deepseek/deepseek-v4-pro: 48 calls, about");
  expect(text).toMatch(/together: 64 calls, at most about \$\S+ without retries/);
});

test("a judge without a price makes the money unknown, and the rest is said", async () => {
  const [exact, judge] = judged.scorers as [string, object];
  written("unpriced.json", { ...judged, scorers: [exact, { ...judge, model: "openai/no-such-judge" }] });
  const asked = ["unpriced.json", "--model", "openai/none", "--price", "input=1,output=1"];
  const { together } = JSON.parse(await said("plan", ...asked, "--json"));
  expect(together).toMatchObject({ mostCostUsd: null, notKnown: ["the price of openai/no-such-judge, which judges"] });
  expect(together.mostKnownCostUsd).toBeGreaterThan(0);
  expect((await said("plan", ...asked)).replaceAll(/\s+/g, " ")).toMatch(
    /at most \$\S+ without retries \(not known, and not in it: the price of openai\/no-such-judge, which judges\)/,
  );
});

test("where a model reads for itself, what it reads is not known, and the price and the other arms are", async () => {
  written("agent.json", { ...judged, scorers: ["exact"], arms: ["whole", { agent: { maxTurns: 5 } }] });
  const text = await said("plan", "agent.json", "--model", "openai/none", "--price", "input=1,output=1");
  const line = text.replaceAll(/\s+/g, " ");
  // 16 questions of one call, and 16 of five, with answers of 10 tokens.
  expect(line).toContain("at most 96 calls, input unknown, at most 960 out, at most $");
  expect(line).toMatch(/ for arm whole \(what it reads in arm agent of 5 turns is not known\)/);
  expect(line).toMatch(/not known, and not in it: what openai\/none reads in arm agent of 5 turns\)/);
  expect(line).not.toContain("price");
});

test("an arm whose passages a model finds is said to be counted with BM25's", async () => {
  written("found.json", { ...judged, arms: [{ retrieval: "embeddings", embeddings: "openai/e", topK: 1 }] });
  const text = await said("plan", "found.json", "--model", "openai/none");
  expect(text.replaceAll(/\s+/g, " ")).toContain(
    "are counted with BM25's passages in the place of those that a model finds",
  );
});

test("samples of all cells detect a difference together, and those of arms once", async () => {
  const detects = async (...args: string[]) =>
    JSON.parse(await said("plan", ...args, "--json", "--detect", "0.1")).detects;
  const grounding = ["grounding", "--model", "engine/reader-gqa", "--documents", "3"];
  const one = await detects(...grounding, "--context", "256");
  const two = await detects(...grounding, "--context", "256,512");
  expect([two.samples, two.documents]).toEqual([2 * one.samples, 2 * one.documents]);
  written("arms.json", { ...judged, scorers: ["exact"], arms: ["whole", { retrieval: "bm25", topK: 1 }] });
  expect(await detects("arms.json")).toMatchObject({ samples: 2 * questions, documents: 2 });
});

test("nothing is written, and a difference that is none is refused", async () => {
  const { code, stderr } = await runCli(["plan", "job.json", "--detect", "2"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("--detect");
  expect((await runCli(["runs"], { cwd: folder })).stdout).toContain(
    `No runs yet in ${join(folder, ".assay", "runs.db")}`,
  );
});
