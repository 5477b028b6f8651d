/** `assay validate` as a process: what a job would ask, what would stop it, and nothing sent. */
import { expect, test } from "vitest";
import { runCli } from "./cli-process.ts";
import { folderOf } from "./made-files/imported.ts";

const job = {
  job: "support",
  question: "Which model answers from the handbook?",
  material: ["handbook/*.md", "prices.html"],
  instructions: "Answer from the documents.",
  samples: [
    { id: "refunds", input: "What is the refund window?", target: "30 days" },
    { id: "parking", input: "Where can I park?", answerable: false },
    { id: "opinion", input: "Is plan A good?" },
  ],
  import: { from: "promptfoo", path: "promptfooconfig.yaml" },
  scorers: ["contains", { type: "abstention", phrases: ["unknown"] }],
  arms: ["whole", { retrieval: "hybrid", embeddings: "openai/e", topK: 1, passageWords: 20 }],
  model: ["deepseek/deepseek-chat", "engine/reader-gqa"],
};
const files = {
  "job.json": job,
  "handbook/refunds.md": "# Refunds\n\nThe refund window is 30 days.\n",
  "handbook/shipping.md": `# Shipping\n\n${"Parcels go out every day. ".repeat(20)}\n`,
  "prices.html": "<h1>Prices</h1><p>Plan A is 10 EUR.</p><script>steal()</script>",
  "promptfooconfig.yaml": JSON.stringify({
    prompts: ["Say {{word}}"],
    tests: [{ vars: { word: "hi" }, assert: [{ type: "similar", value: "hi" }] }],
  }),
};
const keys = { DEEPSEEK_API_KEY: "sk-secret-1", OPENAI_API_KEY: "sk-secret-2" };
const validate = (cwd: string, args: readonly string[] = ["job.json"], env: Readonly<Record<string, string>> = keys) =>
  runCli(["validate", ...args], { cwd, env });

test("a sound job is shown in sixty columns, without a key and with all that was lost", async () => {
  const { code, stdout, stderr } = await validate(folderOf(files), ["job.json"], { ...keys, COLUMNS: "60" });
  expect([code, stderr]).toEqual([0, ""]);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(stdout).not.toContain("sk-secret");
  for (const shown of ["4 samples: 3 answerable, 1 not", "handbook/refunds.md", "scripts", "assertion similar"])
    expect(stdout).toContain(shown);
  expect(stdout).toMatch(/contains +contains +1 of 4/);
  const unfolded = stdout.replaceAll(/\s+/g, " ");
  expect(unfolded).toContain("BM25 stands in for the models of hybrid with openai/e top 1");
  expect(unfolded).toContain('anything to say about 2 samples, first "opinion"');
});

test("a job in TypeScript needs no package around it", async () => {
  const lines = [
    'import { defineJob } from "assay";',
    "const names: readonly string[] = ['a', 'b'];",
    "export default defineJob({ job: 'x', samples: names.map((input) => ({ input, target: input })), scorers: ['exact', { type: 'module', name: 'mine', path: 'mine.ts' }] });",
  ];
  const scorer = [
    'import { defineScorer } from "assay";',
    "export default defineScorer({ name: 'mine', version: 1, score: () => null });",
  ];
  const folder = folderOf({ "job.ts": lines.join("\n"), "mine.ts": scorer.join("\n") });
  const { code, stdout, stderr } = await validate(folder, ["job.ts"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toContain("2 samples: 2 answerable, 0 not");
  expect(stdout).toMatch(/mine +module/);
});

test("as JSON it is all there for programs", async () => {
  const { code, stdout } = await validate(folderOf(files), ["job.json", "--json"]);
  const found = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(found).toMatchObject({
    job: "support",
    samples: { count: 4, answerable: 3, unjudged: 2 },
    imports: [{ unsupported: [{ what: "assertion similar", count: 1 }] }],
    arms: [{ name: "whole" }, { isStandIn: true }],
    candidates: [
      { model: "deepseek/deepseek-chat", role: "answers", key: "set" },
      { model: "engine/reader-gqa", at: "embedded engine" },
      { model: "openai/e", role: "embeds", key: "set" },
    ],
    problems: [],
  });
  expect(found.material[0].sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("what would stop the run is said, all of it, and ends with 1", async () => {
  const { code, stdout, stderr } = await validate(folderOf(files), ["job.json"], {});
  expect(code).toBe(1);
  expect(stdout).toContain("cannot be asked: see the error");
  expect(stderr.match(/^error: .*$/gm)).toEqual([
    expect.stringContaining("there is no key for deepseek/deepseek-chat"),
    expect.stringContaining("there is no key for openai/e"),
  ]);
});

test("the text of a file and the prompt of a sample are printed as a model gets them", async () => {
  const cwd = folderOf(files);
  const text = await validate(cwd, ["job.json", "--text", "prices.html"], {});
  expect([text.code, text.stdout]).toEqual([0, "Prices\n\nPlan A is 10 EUR.\n"]);
  expect(text.stderr).toMatch(/^left out: scripts/);
  const first = await validate(cwd, ["job.json", "--prompt", "first"], {});
  expect(first.code).toBe(0);
  const [whole, found] = first.stdout.split("━━ ").slice(1);
  expect(whole).toMatch(/^whole, sample refunds\n── system\n<document id="handbook\/refunds.md">/);
  expect(whole).toContain("── user\nWhat is the refund window?");
  expect(whole).toContain("Parcels go out");
  expect(found).toContain("The refund window is 30 days.");
  expect(found).not.toContain("Parcels go out");
});

test("a job that cannot be read is three lines", async () => {
  const cwd = folderOf({ "job.yaml": "job: j\nsample: []\n" });
  const { code, stdout, stderr } = await validate(cwd, ["job.yaml"]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^error: {4}job\.yaml, line 2: there is no key "sample"\nexpected: .+\nto mend: {2}.+\n$/);
});
