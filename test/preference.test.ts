/** `assay run preference` as a process: two candidates and a judge on one server, which reads what it is asked. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Preferences } from "../src/decision/index.ts";
import type { RunSummary } from "../src/report/index.ts";
import { runCli, temporaryFolder } from "./cli-process.ts";
import { type FakeRequest, type FakeServer, startFakeServer } from "./fake-server/index.ts";

const folder = temporaryFolder();
let server: FakeServer;
let answered: string;

const samples = Array.from({ length: 24 }, (_, index) => ({ id: `q${index}`, input: `How far is place ${index}?` }));

/** The eager one says more, but for every sixth question; where the question ends in 7 the judge only looks at the place. */
function answer({ model, prompt }: FakeRequest): string {
  const number = Number(/place (\d+)/.exec(prompt)![1]);
  if (model !== "judge") return number % 6 === 0 ? "no idea" : model === "eager" ? "eleven miles" : "miles";
  const said = (name: string) => new RegExp(`<${name} answer [^>]*>\\n([^<]*)\\n`).exec(prompt)![1]!;
  if (number === 3) return "I would rather not say";
  const better = number % 10 === 7 || said("first").length > said("second").length ? "first" : "second";
  return JSON.stringify({ reason: "it says more", better });
}

const assay = (args: readonly string[]) => runCli(args, { cwd: folder.path, env: { COLUMNS: "100" } });
const preference = (...more: readonly string[]) =>
  assay([
    ...["run", "preference", "--answers-of", answered, "--base-url", server.baseUrl, "--model", "judge"],
    ...["--price", "input=1,output=2", ...more],
  ]);

beforeAll(async () => {
  server = await startFakeServer({ answer });
  writeFileSync(join(folder.path, "job.json"), JSON.stringify({ job: "places", samples, scorers: [] }));
  const ran = await assay([
    ...[
      "run",
      "job.json",
      "--base-url",
      server.baseUrl,
      "--model",
      "eager,terse",
      "--price",
      "input=1,output=2",
      "--json",
    ],
  ]);
  expect(ran.code, ran.stderr).toBe(0);
  answered = (JSON.parse(ran.stdout) as RunSummary).run.id;
});
afterAll(async () => {
  await server.close();
  folder.remove();
});

test("holds the answers of two candidates against each other, in both orders", async () => {
  const { code, stdout, stderr } = await preference("--json", "--baseline", "custom/terse");
  expect(code, stderr).toBe(4);
  const { judge, pairs, costUsd, run } = JSON.parse(stdout) as Preferences;
  // Of 24: four answers are the same, one is not judged (3), two are judged by their place (7, 17).
  expect(pairs).toMatchObject([
    {
      option: "custom/eager",
      against: "custom/terse",
      verdict: "preferred",
      wins: 17,
      losses: 0,
      ties: 0,
      same: 4,
      contradicted: 2,
      failed: 1,
      open: 0,
    },
  ]);
  expect(pairs[0]!.preferred!.value).toBeCloseTo((17 + 3) / 23, 12);
  expect(pairs[0]!.consistency).toMatchObject({ value: 17 / 19, n: 19 });
  expect(judge).toBe("custom/judge");
  const toJudge = server.log.filter(({ model }) => model === "judge");
  expect(toJudge).toHaveLength(1 + 2 * 19 + 1);
  expect(costUsd).toBeGreaterThan(0);
  expect(run.preference).toMatchObject({ runs: [answered], against: "custom/terse" });
});

test("the screen and the page say who is preferred, how surely, and what was not judged", async () => {
  const { stdout } = await assay(["report", "latest"]);
  expect(stdout).toContain((await assay(["show", "latest"])).stdout.trim());
  expect(stdout).toContain("custom/judge prefers custom/eager to custom/terse");
  expect(stdout).toContain("Not counted for custom/eager: 1 sample on which");
  for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(100);
  expect(readdirSync(join(folder.path, ".assay", "reports")).some((file) => file.includes("preference"))).toBe(true);
});

test("a cap stops it, and more money goes on where it stopped", async () => {
  const capped = await preference("--max-cost", "0.012", "--concurrency", "1", "--json", "--rubric", "The longer one.");
  expect(capped.code, capped.stderr).toBe(3);
  const before = JSON.parse(capped.stdout) as Preferences;
  expect(before.pairs[0]!.open).toBeGreaterThan(0);
  const rest = await assay(["run", "--resume", before.run.id, "--max-cost", "10", "--json"]);
  expect(rest.code, rest.stderr).toBe(4);
  const { pairs, run } = JSON.parse(rest.stdout) as Preferences;
  expect(run.preference!.rubric).toBe("The longer one.");
  expect(pairs[0]).toMatchObject({ option: "custom/terse", losses: 17, open: 0 });
});

test("a decision between candidates is not made of it", async () => {
  const { code, stderr } = await assay(["compare-runs", "latest"]);
  expect([code, stderr]).toEqual([1, expect.stringContaining("holds a judge's preferences, and no answers")]);
});

test.each([
  [["--answers-of", "latest"], "holds a judge's preferences, and no answers"],
  [["--answers-of", "2026", "--baseline", "nobody"], "fits more than one run"],
  [[], "there are no answers to judge"],
])("%j is refused: %s", async (args, happened) => {
  const { code, stderr } = await assay([
    "run",
    "preference",
    "--model",
    "judge",
    "--base-url",
    server.baseUrl,
    ...args,
  ]);
  expect(code).toBe(1);
  expect(stderr).toContain(happened);
});
