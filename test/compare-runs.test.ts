/** `assay compare-runs` as a process, over runs that a process made: two candidates, then one of them again. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Decision } from "../src/decision/index.ts";
import type { RunSummary } from "../src/report/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";

const folder = temporaryFolder();
let server: FakeServer;
let first: string;
let second: string;

const assay = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(args, { cwd: folder.path, env });
const settings = (model: string, ...more: readonly string[]) => [
  ...["run", "grounding", "--base-url", server.baseUrl, "--model", model, "--context", "256", "--documents", "8"],
  ...["--price", "input=1,cached=0.1,output=2", "--concurrency", "8", "--json", ...more],
];

beforeAll(async () => {
  server = await startFakeServer({ answer: ({ model }) => (model === "mute" ? "I would rather not say" : "unknown") });
  const both = await assay(settings("candid,mute"));
  const again = await assay(settings("candid", "--temperature", "1"));
  expect([both.code, again.code], both.stderr + again.stderr).toEqual([0, 0]);
  [first, second] = [both, again].map(({ stdout }) => (JSON.parse(stdout) as RunSummary).run.id) as [string, string];
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

test("decides between the candidates of one run, at the user's volume", async () => {
  const { code, stdout, stderr } = await assay(
    ["compare-runs", first, "--volume", "50000", "--output", "decision.html"],
    {
      COLUMNS: "80",
    },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("Shortlist");
  expect(stdout).toContain("50,000 calls");
  for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
  expect(readFileSync(join(folder.path, "decision.html"), "utf8")).toContain("Compared with");
  expect(stderr).toContain("written to");
});

test("compares runs, sample by sample, and says where their settings differ", async () => {
  const { code, stdout, stderr } = await assay(["compare-runs", first, "latest", "--json", "--baseline", second]);
  expect(code, stderr).toBe(0);
  const { options, baseline, differences, shortlist } = JSON.parse(stdout) as Decision;
  expect(options).toHaveLength(3);
  expect(options.map(({ quality }) => quality!.n)).toEqual([48, 48, 48]);
  expect(options.filter(({ runId }) => runId === second).map(({ id }) => id)).toEqual([baseline!.option]);
  expect(baseline!.comparisons.map(({ verdict }) => verdict)).toEqual(["not told apart", "worse"]);
  expect(differences.map(({ name }) => name)).toContain("temperature");
  expect(shortlist[0]!.reasons[0]).toContain("highest quality measured");
});

test("never pairs questions that have one name and are not the same", async () => {
  const store = ["--store", "seeds.db"];
  const made = [
    await assay([...settings("candid", "--seed", "1"), ...store]),
    await assay([...settings("candid", "--seed", "2"), ...store]),
  ].map(({ stdout }) => (JSON.parse(stdout) as RunSummary).run.id);
  const { code, stderr } = await assay(["compare-runs", ...made, ...store]);
  expect(code).toBe(1);
  expect(stderr).toContain("48 samples of one name ask different things, contextTokens=256 needles=1, document 1,");
});

test.each([
  [["compare-runs", "latest", "latest"], 1, "was given twice"],
  [["compare-runs", "latest", "--baseline", "nobody"], 1, 'the baseline "nobody" is no option'],
  [["compare-runs", "latest", "--care-about", "2"], 2, "--care-about is"],
])("%j ends with %d: %s", async (args, exit, happened) => {
  const { code, stdout, stderr } = await assay(args);
  expect([code, stdout]).toEqual([exit, ""]);
  expect(stderr).toContain(happened);
  expect(stderr).toContain("to mend:");
});
