import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { runInProcess } from "../../../test/in-process.ts";
import { folderOf } from "../../../test/made-files/imported.ts";
import { initCommand } from "./init.ts";

/** `assay init` on a terminal where somebody gives these answers. */
async function init(cwd: string, answers: readonly string[], args: readonly string[] = []) {
  const { asked, noted } = await runInProcess(initCommand, args, { cwd, answers });
  return { asked, noted, job: parse(readFileSync(join(cwd, "job.yaml"), "utf8")) };
}

const documents = { "docs/a.md": "# A\n", "docs/b.md": "# B\n" };

test("a wrong answer is asked for again, and Enter takes what stands in brackets", async () => {
  const answers = ["poetry", "documents", "two words", "support", "none/*.md", "", "ollama/qwen3, vllm/m", "-1", "500"];
  const { asked, noted, job } = await init(folderOf(documents), answers);
  expect(asked).toEqual([
    "What is the job [documents]: ",
    "What is the job [documents]: ",
    expect.stringMatching(/^The job's name \[assay-import-.+\]: $/),
    expect.stringMatching(/^The job's name/),
    "The documents, a path or pattern [docs/*.md]: ",
    "The documents, a path or pattern [docs/*.md]: ",
    "Candidates, with commas between them [engine/reader-gqa,engine/reader-mla]: ",
    "Calls a month [unknown]: ",
    "Calls a month [unknown]: ",
  ]);
  expect(noted).toContain('! "poetry"; expected one of documents, extract');
  expect(job).toMatchObject({
    job: "support",
    material: "docs/*.md",
    model: ["ollama/qwen3", "vllm/m"],
    volume: { callsPerMonth: 500 },
  });
});

test("questions that lie in the folder are offered, and may be declined", async () => {
  const files = { ...documents, "chat.jsonl": [{ messages: [{ role: "user", content: "Hello" }] }] };
  const taken = await init(folderOf(files), ["yes"]);
  expect(taken.asked[0]).toBe("Take the questions of chat.jsonl (chat)? [yes]: ");
  expect(taken.job.import).toEqual({ from: "chat", path: "chat.jsonl" });
  const declined = await init(folderOf(files), ["no", "classify"]);
  expect(declined.job.import).toBeUndefined();
  expect(declined.job.scorers).toEqual(["exact"]);
});

test("material that is named goes with imported questions, and is refused where a kind has none", async () => {
  const folder = folderOf({ ...documents, "questions.csv": "input,target\nWhy?,because\n" });
  const { asked, job } = await init(
    folder,
    [],
    ["--import", "questions.csv", "--material", "docs/*.md", "--volume", "1"],
  );
  expect(job).toMatchObject({ material: "docs/*.md", samples: "questions.csv" });
  expect(asked.some((question) => question.startsWith("The documents"))).toBe(false);
  const without = await init(folder, [], ["--import", "questions.csv", "--force"]);
  expect(without.job.material).toBeUndefined();
});

test("what a flag says is not asked", async () => {
  const folder = folderOf(documents);
  const flags = ["--kind", "chat", "--name", "n", "--model", "ollama/a", "--volume", "3"];
  expect((await init(folder, [], flags)).asked).toEqual([]);
  expect(readdirSync(folder)).toEqual(["docs", "job.yaml"]);
});

const piped = (cwd: string, args: readonly string[]) => runInProcess(initCommand, args, { cwd });
const threeLines = /^error: {4}(.+)\nexpected: (.+)\nto mend: {2}(.+)$/;

test("a file that is there is kept, and written over with --force", async () => {
  const cwd = folderOf({ "job.yaml": "mine" });
  const refused = await piped(cwd, ["--kind", "chat"]);
  expect([refused.code, threeLines.exec(refused.noted)?.[1]]).toEqual([
    1,
    expect.stringContaining("job.yaml is there already"),
  ]);
  expect(readFileSync(join(cwd, "job.yaml"), "utf8")).toBe("mine");
  expect((await piped(cwd, ["--kind", "chat", "--force"])).code).toBe(0);
  writeFileSync(join(cwd, "register.txt"), "mine");
  const beside = await piped(cwd, ["other.yaml", "--kind", "example"]);
  expect([beside.code, threeLines.exec(beside.noted)?.[1]]).toEqual([
    1,
    expect.stringContaining("register.txt is there already"),
  ]);
  expect(readdirSync(cwd)).toEqual(["job.yaml", "register.txt"]);
});

test.each([
  [["--kind", "documents"], 1, "there are no documents in"],
  [["--kind", "documents", "--material", "none/*.md"], 1, '"none/*.md" matches no file'],
  [["--import", "none.jsonl"], 1, "there is no such file"],
  [["--import", "notes.jsonl"], 1, "holds no questions in a known form"],
  [["--kind", "chat", "--import", "notes.jsonl"], 1, "--kind chat is given together with --import"],
  [
    ["--kind", "classify", "--material", "notes.jsonl"],
    1,
    "--material notes.jsonl is given, and a job of kind classify",
  ],
  [["--kind", "chat", "--name", "two words"], 1, 'the name is "two words"'],
  [["--kind", "chat", "--model", "ollama/a,nonsense"], 1, 'no route leads to "nonsense"'],
  [["--kind", "chat", "--model", "engine/nobody"], 1, 'there is no specimen "nobody"'],
  [["job.txt"], 1, "the job's file is to be job.txt"],
  [["none/job.yaml"], 1, "cannot be written"],
  [["/proc/job.yaml", "--kind", "chat"], 1, "/proc/job.yaml cannot be written"],
  [["--kind", "poetry"], 2, "poetry"],
  [["--volume", "-1"], 2, "--volume"],
])("%j is refused", async (args, expected, said) => {
  const cwd = folderOf({ "notes.jsonl": [{ note: 1 }] });
  const { code, printed, noted } = await piped(cwd, args);
  expect([code, printed]).toEqual([expected, ""]);
  expect(threeLines.exec(noted)?.[1], noted).toContain(said);
  expect(readdirSync(cwd)).toEqual(["notes.jsonl"]);
});
