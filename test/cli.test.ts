/** What the real `assay` says to wrong input: three lines on standard error, the documented exit code, never a key. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureSpecimen } from "../src/specimens/index.ts";
import { cliPath, runCli, temporaryFolder } from "./cli-process.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";
import { assayInProcess } from "./in-process.ts";

const folder = temporaryFolder();
const key = "sk-secret-0123456789abcdef";
let server: FakeServer;
let vendor: string[];

beforeAll(async () => {
  server = await startFakeServer({ defaultScript: "answer?text=unknown" });
  vendor = ["--base-url", server.baseUrl, "--model", "fake", "--context", "256", "--documents", "1"];
  const files: Readonly<Record<string, string>> = {
    "broken.yaml": "scenario: [grounding\nmodel: fake",
    "unknown-key.yaml": "scenario: grounding\nmodell: fake\n",
    "list.yaml": "- grounding\n",
    "empty.yaml": "",
    "wrong-value.yaml": "scenario: grounding\ncontext: soon\n",
    "wrong-price.yaml": "price: cheap\n",
    "bomb.yaml": `a: &a [x]\nmodel: [${"*a, ".repeat(200)}*none]\n`,
    "other-scenario.yaml": "scenario: trivia\n",
    "not-a-model.gguf": "these are not the weights you are looking for",
    "cut.gguf": "GGUF\u0003\u0000\u0000\u0000",
    "a-file": "text",
    "empty.txt": "\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  mkdirSync(join(folder.path, "a-folder"));
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

const assay = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd: folder.path, env });

const threeLines = /^error: {4}(.+)\nexpected: (.+)\nto mend: {2}(.+)\n$/;

test.each([
  // arguments, exit code, what the first line says
  ["run broken.yaml", 1, "broken.yaml is not YAML"],
  ["run unknown-key.yaml", 1, 'there is no setting "modell"'],
  ["run list.yaml", 1, "list.yaml holds no mapping"],
  ["run empty.yaml", 1, "empty.yaml holds nothing"],
  ["run wrong-value.yaml", 1, 'context is "soon"'],
  ["run other-scenario.yaml", 1, 'scenario is "trivia"'],
  ["run no-such-file.yaml", 1, "no-such-file.yaml cannot be read"],
  ["run a-folder.yaml", 1, "a-folder.yaml cannot be read"],
  ["run trivia", 1, 'scenario is "trivia"'],
  ["run --model nobody/model", 1, 'no route leads to "nobody/model"'],
  ["run --model engine/none", 1, 'there is no specimen "none"'],
  ["run --gguf not-a-model.gguf", 1, "not-a-model.gguf is not a GGUF file"],
  ["run --gguf cut.gguf", 1, "cut.gguf"],
  ["run --gguf no-such-file.gguf", 1, "no-such-file.gguf cannot be read"],
  ["run --dry-run --gguf no-such-file.gguf", 1, "no-such-file.gguf cannot be read"],
  ["run --gguf a-folder", 1, "a-folder cannot be read"],
  ["run --model engine/mha --haystack no-such-file.txt", 1, "no-such-file.txt cannot be read"],
  ["run --model engine/mha --haystack empty.txt", 1, "empty.txt has no text"],
  ["run --model deepseek/deepseek-chat", 1, "there is no key for deepseek/deepseek-chat"],
  ["run --base-url nonsense --model m", 1, '"nonsense" is not an address'],
  ["run --base-url http://127.0.0.1:1/v1 --model m --api-key-env MY_KEY", 1, "MY_KEY is not set"],
  ["run wrong-price.yaml", 1, 'price is "cheap"'],
  ["run bomb.yaml", 1, "bomb.yaml"],
  ["run VENDOR --max-cost 1", 1, "--max-cost cannot be held"],
  ["run VENDOR --context 10", 1, "a context of 10 tokens has no room"],
  ["run VENDOR --store a-file", 1, "a-file cannot be used"],
  ["run VENDOR --store a-file/runs.db", 1, "a-file/runs.db cannot be used"],
  ["run VENDOR --store a-folder", 1, "a-folder cannot be used"],
  ["run VENDOR --output a-file/report.html", 1, "a-file/report.html cannot be written"],
  ["run VENDOR --store /proc/assay/runs.db", 1, "/proc/assay/runs.db cannot be used"],
  ["run VENDOR --output /proc/assay/report.html", 1, "/proc/assay/report.html cannot be written"],
  ["run --resume none", 1, 'there is no run "none"'],
  ["show none", 1, 'there is no run "none"'],
  ["report none", 1, 'there is no run "none"'],
  ["export none", 1, 'there is no run "none"'],
  ["runs --store none.db", 1, "there is no store at"],
  ["show latest --store none.db", 1, "there is no store at"],
  ["report latest --store none.db", 1, "there is no store at"],
  ["export latest --store none.db", 1, "there is no store at"],
  ["run --resume latest --store none.db", 1, "there is no store at"],
  ["runs --store empty.yaml", 1, "there is no store at"],
  ["engine serve --model none", 1, 'there is no specimen "none"'],
  ["specimens none", 1, 'there is no specimen "none"'],
  ["run --context soon", 2, '--context is "soon"'],
  ["run --repeats 0", 2, '--repeats is "0"'],
  ["run --documents 1.5", 2, '--documents is "1.5"'],
  ["run --concurrency many", 2, '--concurrency is "many"'],
  ["run --temperature 9", 2, '--temperature is "9"'],
  ["run --require 2", 2, '--require is "2"'],
  ["run --price cheap", 2, '--price is "cheap"'],
  ["run --kv-type f64", 2, "argument 'f64' is invalid"],
  ["run --modl x", 2, "unknown option '--modl'"],
  ["run --model", 2, "argument missing"],
  ["run a b", 2, "too many arguments"],
  ["show", 2, "missing required argument 'run'"],
  ["engine serve --port 99999", 2, '--port is "99999"'],
  ["trivia", 2, "unknown command 'trivia'"],
])("assay %s exits with %i and says what happened", async (line, code, happened) => {
  const args = line.split(" ").flatMap((word) => (word === "VENDOR" ? vendor : [word]));
  const ended = await assayInProcess(args, { cwd: folder.path, width: 100 });
  const said = `${ended.noted}\n`.replace(/^custom\/fake: .*\n/, "");
  expect(said).toMatch(threeLines);
  expect(threeLines.exec(said)![1]).toContain(happened);
  expect([ended.code, ended.printed]).toEqual([code, ""]);
  expect(readdirSync(folder.path)).not.toContain("none.db");
});

test("a process of its own says the same three lines, and ends with the same code", async () => {
  const { code, stdout, stderr } = await assay(["run", "unknown-key.yaml"]);
  expect(stderr).toMatch(threeLines);
  expect([code, stdout]).toEqual([1, ""]);
});

test("a port in use is said to be in use", async () => {
  const { code, stderr } = await assay(["engine", "serve", "--model", "mha", "--port", String(server.port)]);
  expect(stderr).toMatch(threeLines);
  expect(stderr).toContain(`cannot listen on 127.0.0.1:${server.port}`);
  expect(code).toBe(1);
});

test("a full disk at the end of the pipe is said, without a stack", async () => {
  const shell = ["/bin/sh", "-c", '"$0" "$@" > /dev/full', process.execPath, cliPath] as const;
  const { code, stderr } = await runCli(["models"], { cwd: folder.path, command: shell });
  expect(stderr).toMatch(threeLines);
  expect(stderr).toContain("the output cannot be written");
  expect(code).toBe(1);
});

test("looking around leaves nothing behind", async () => {
  const own = temporaryFolder();
  const none = await runCli(["runs"], { cwd: own.path });
  expect([none.code, none.stdout]).toEqual([0, expect.stringMatching(/^No runs yet/)]);
  expect((await runCli(["runs", "--json"], { cwd: own.path })).stdout).toBe("[]\n");
  expect((await runCli(["run", ...vendor, "--dry-run"], { cwd: own.path })).code).toBe(0);
  expect((await runCli(["run", "none.yaml"], { cwd: own.path })).code).toBe(1);
  expect(readdirSync(own.path)).toEqual([]);
  own.remove();
});

test.each([60, 80, 100])("what is listed fits %d columns", async (width) => {
  await assay(["run", ...vendor]);
  for (const line of ["--help", "run --help", "runs", "show latest --trials", "models", "specimens", "doctor"]) {
    const { printed } = await assayInProcess(line.split(" "), { cwd: folder.path, width });
    for (const text of printed.split("\n")) expect([...text].length, text).toBeLessThanOrEqual(width);
  }
});

test("abstaining is counted apart from grounded answers, on the screen and in the export", async () => {
  const { stderr } = await assay(["run", ...vendor]);
  expect(stderr).toContain("custom/fake: grounded 0 of 5, abstained 1 of 1");
  const { stdout } = await assay(["export", "latest", "-o", "-"]);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const scores = rows.map(({ answerable, grounded, exact, abstained }) => [answerable, grounded, exact, abstained]);
  expect(scores.filter(([answerable]) => answerable)).toEqual(Array(5).fill([true, 0, 0, null]));
  expect(scores.filter(([answerable]) => !answerable)).toEqual([[false, null, null, 1]]);
});

test("a finished run is shown again by --resume, even if its model file is another by now", async () => {
  const own = temporaryFolder();
  const model = join(own.path, "model.gguf");
  copyFileSync(await ensureSpecimen("mqa"), model);
  const options = { cwd: own.path };
  const first = await runCli(["run", "--gguf", model, "--context", "256", "--documents", "1"], options);
  expect(first.code).toBe(0);
  writeFileSync(model, "other weights");
  const again = await runCli(["run", "--resume", "latest"], options);
  expect([again.code, again.stdout]).toEqual([0, first.stdout]);
  own.remove();
});

test("trials that fail end with 4, and a run below --require with 100", async () => {
  const failing = await assay(["run", ...vendor, "--model", "401", "--retries", "0"]);
  expect(failing.code).toBe(4);
  const short = await assay(["run", ...vendor, "--require", "0.9"]);
  expect(short.code).toBe(100);
  expect(short.stderr).toContain("custom/fake falls short of --require 0.9");
  expect((await assay(["run", ...vendor])).code).toBe(0);
});

test("what falls short of --require is said, and ends with 100, where trials failed too", async () => {
  const flaky = await startFakeServer({
    scriptOf: (request) => (request % 2 === 0 ? "401" : "answer?text=unknown"),
  });
  const asked = ["--context", "256", "--documents", "1", "--retries", "0", "--require", "0.9"];
  const short = await assay(["run", "--base-url", flaky.baseUrl, "--model", "fake", ...asked]);
  await flaky.close();
  expect(short.stdout).toMatch(/\d failed/);
  expect([short.code, short.stderr]).toEqual([100, expect.stringContaining("falls short of --require 0.9")]);
  const failing = await assay(["run", "--base-url", server.baseUrl, "--model", "401", ...asked]);
  expect([failing.code, failing.stderr]).toEqual([
    4,
    expect.stringContaining("all that was asked of custom/401 failed: whether it reaches --require 0.9 is not known"),
  ]);
});

test("a run that reaches its cost cap ends with 3", async () => {
  const { code, stderr } = await assay(["run", ...vendor, "--price", "input=1,output=1", "--max-cost", "0.000001"]);
  expect(stderr).toContain("The cost cap is reached");
  expect(code).toBe(3);
  expect((await assay(["report", "latest"])).code).toBe(3);
});

test("a key is neither printed nor kept in any file, whatever a command does with it", async () => {
  const own = temporaryFolder();
  const options = { cwd: own.path, env: { OPENAI_API_KEY: key, MY_KEY: key } };
  const lines = [
    ["run", ...vendor, "--api-key-env", "MY_KEY"],
    ["run", ...vendor, "--model", "401", "--retries", "0", "--api-key-env", "MY_KEY", "--json"],
    ["show", "latest"],
    ["show", "latest", "1"],
    ["export", "latest", "-o", "trials.jsonl"],
    ["models"],
    ["doctor"],
    ["run", "--model", "openai/gpt", "--context", "soon"],
  ];
  for (const line of lines) {
    const { stdout, stderr } = await runCli(line, options);
    expect(`${stdout}${stderr}`).not.toContain(key);
  }
  const files = readdirSync(own.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(2);
  for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name), "latin1")).not.toContain(key);
  own.remove();
});
