/** `assay init` as a process: what it writes is a job that validates, and one of them runs as it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "./cli-process.ts";
import { folderOf } from "./made-files/imported.ts";

const documents = { "handbook/a.md": "# A\n\nThe window is 30 days.\n", "handbook/b.md": "# B\n\nNothing.\n" };
const init = (cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runCli(["init", ...args], { cwd, env });
const threeLines = /^error: {4}(.+)\nexpected: (.+)\nto mend: {2}(.+)\n$/;

test("the example runs offline, and both readers answer it", async () => {
  const cwd = folderOf({});
  const { code, stdout } = await init(cwd, ["--kind", "example"], { COLUMNS: "60" });
  expect(code).toBe(0);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(readdirSync(cwd)).toEqual(["job.yaml", "register.txt"]);
  const text = readFileSync(join(cwd, "job.yaml"), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=.*job\.schema\.json\n/);
  const run = await runCli(["run", "job.yaml", "--json"], { cwd });
  expect(run.code, run.stderr).toBe(0);
  const { candidates } = JSON.parse(run.stdout);
  expect(candidates.map((one: { candidate: { id: string } }) => one.candidate.id)).toEqual([
    "engine/reader-gqa",
    "engine/reader-mla",
  ]);
  for (const { total } of candidates) expect(total.quality.share).toBeGreaterThan(0.8);
});

test("documents in the folder become a job with the candidates whose key is set, and it validates", async () => {
  const cwd = folderOf(documents);
  const env = { DEEPSEEK_API_KEY: "sk-secret" };
  const { code, stdout } = await init(cwd, ["support.yaml", "--volume", "5000"], env);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Wrote support\.yaml: questions about your own documents; handbook\/\*\.md: 2 files\./);
  expect(stdout).toMatch(/^1\. Edit support\.yaml, lines \d/m);
  const text = readFileSync(join(cwd, "support.yaml"), "utf8");
  expect(text).toContain("model: [deepseek/deepseek-chat]");
  expect(text).not.toContain("sk-secret");
  expect((await runCli(["validate", "support.yaml"], { cwd, env })).code).toBe(0);
});

test("questions of another tool are taken where nobody is asked", async () => {
  const cwd = folderOf({
    ...documents,
    "promptfooconfig.yaml": "prompts: [Say hi]\nproviders: [openai:gpt-5-mini]\ntests: [{}]",
  });
  expect((await init(cwd)).stdout).toContain("the questions of promptfooconfig.yaml (promptfoo)");
  const validated = await runCli(["validate", "job.yaml", "--json"], { cwd, env: { OPENAI_API_KEY: "sk" } });
  expect(JSON.parse(validated.stdout).candidates).toMatchObject([{ model: "openai/gpt-5-mini" }]);
});

test.each([
  [["--kind", "documents"], 1, "there are no documents in"],
  [["none/job.yaml", "--kind", "chat"], 1, "cannot be written"],
  [["--kind", "poetry"], 2, "poetry"],
])("%j is refused in three lines, and nothing is written", async (args, expected, said) => {
  const cwd = folderOf({});
  const { code, stdout, stderr } = await init(cwd, args);
  expect([code, stdout]).toEqual([expected, ""]);
  expect(threeLines.exec(stderr)?.[1], stderr).toContain(said);
  expect(readdirSync(cwd)).toEqual([]);
});
