/** `assay reproduce` as a process: what it refuses, what it says where nobody watches, and that nothing outlives it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli, startCli, temporaryFolder } from "./cli-process.ts";

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Trainings are short, but other tests run beside them. */
const patient = { timeout: 600_000 };
const threeLines = /^error: {4}.*\nexpected: .*\nto mend: {2}.*\n$/;
const reproduce = (...args: readonly string[]) => runCli(["reproduce", ...args], { cwd: folder.path });

test.each([
  [["--quick"], /--quick is given without an experiment/],
  [["--output", "there"], /--output is given without/],
  [["no-such"], /there is no experiment "no-such"/],
  [["muon", "--output", "file"], /file cannot be written: ENOTDIR/],
  [["muon", "--output", "empty"], /protocol\.json is not what an experiment writes/],
] as const)("%j is refused with three lines", patient, async (args, happened) => {
  writeFileSync(join(folder.path, "file"), "");
  mkdirSync(join(folder.path, "empty"));
  writeFileSync(join(folder.path, "empty", "protocol.json"), "{}");
  const { code, stderr } = await reproduce(...args);
  expect(stderr).toMatch(threeLines);
  expect(stderr).toMatch(happened);
  expect(code).toBe(1);
  expect(existsSync(join(folder.path, "there"))).toBe(false);
});

test("an idea's or a claim's id stands for the experiment about it", async () => {
  const [byName, byClaim] = await Promise.all([
    reproduce("muon", "--quick", "--plan"),
    reproduce("moonlight-muon#muon-52", "--quick", "--plan"),
  ]);
  expect(byClaim).toEqual(byName);
  expect(byName.stdout).toMatch(/^Muon against AdamW, quick form\n/);
});

test("a cap that ends the first trial says what one takes, and leaves no verdict", patient, async () => {
  const { code, stderr } = await reproduce("muon", "--quick", "--jobs", "1", "--max-cpu-minutes", "0.001");
  expect(code).toBe(3);
  expect(stderr).toMatch(/^no trial was finished in .* of CPU time: the furthest is at \d+%, so that one takes about /);
  const written = join(folder.path, ".assay", "reproduce", "muon-quick");
  expect(readdirSync(written).toSorted()).toEqual(["README.md", "index.html", "protocol.json", "result.json"]);
  expect(JSON.parse(readFileSync(join(written, "result.json"), "utf8"))).toMatchObject({
    isComplete: false,
    verdict: null,
  });
});

test("where nobody watches each finished trial is a line, and Ctrl-C keeps what is finished", patient, async () => {
  const run = startCli(["reproduce", "kv-formats", "--quick", "--jobs", "1"], { cwd: folder.path });
  run.child.stderr!.once("data", () => run.child.kill("SIGINT"));
  const { code, stderr } = await run.ended;
  expect(code).toBe(3);
  expect(stderr).toMatch(/^1 of 18 trials · CPU [\d.]+ m?s · MHA, f16, seed 1\nstopped: 17 trials or more are left/);
  const written = join(folder.path, ".assay", "reproduce", "kv-formats-quick");
  expect(readFileSync(join(written, "trials.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(1);
  expect(existsSync(join(written, "lock.json"))).toBe(false);
});

// Standard error stays open for as long as a worker has it, so the end of the process is that of the last of them.
test("trainings end with a run that is killed, without a word", patient, async () => {
  const run = startCli(["reproduce", "muon", "--quick", "--jobs", "2"], { cwd: folder.path });
  const lock = join(folder.path, ".assay", "reproduce", "muon-quick", "lock.json");
  while (!existsSync(lock)) await wait(20);
  await wait(5_000);
  const second = await reproduce("muon", "--quick");
  expect(second.stderr).toMatch(threeLines);
  expect(second.stderr).toContain(`in use by process ${run.child.pid}`);
  run.child.kill("SIGKILL");
  const killedAt = performance.now();
  const { signal, stderr } = await run.ended;
  expect(signal).toBe("SIGKILL");
  expect(stderr).toBe("");
  expect(performance.now() - killedAt).toBeLessThan(20_000);
  expect((await reproduce("muon", "--quick", "--jobs", "1", "--max-cpu-minutes", "0.001")).code).toBe(3);
});
