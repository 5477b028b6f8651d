/**
 * The real process dies at any moment, is interrupted, runs out of disk: nothing that was answered and stored is lost or
 * asked again, and every planned trial ends with exactly one outcome.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomFrom } from "../src/stats/index.ts";
import { openStore } from "../src/store/index.ts";
import { type CliProcess, cliPath, runCli, startCli, temporaryFolder } from "./cli-process.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";

const documents = 20;
const trials = documents * 6;

/** Questions in the order in which they reached the server. */
let asked: string[];
let server: FakeServer;
let folder: ReturnType<typeof temporaryFolder>;
let onAsked: (() => void) | null;

beforeEach(async () => {
  asked = [];
  onAsked = null;
  folder = temporaryFolder();
  server = await startFakeServer({
    defaultScript: "answer?ttftMs=25",
    answer: ({ body }) => {
      asked.push(JSON.stringify(body.messages));
      onAsked?.();
      return "unknown";
    },
  });
});
afterEach(async () => {
  await server.close();
  folder.remove();
});

const storeAt = (name: string) => join(folder.path, `${name}.db`);
const settings = (more: Readonly<Record<string, string | number>> = {}) =>
  Object.entries({
    "base-url": server.baseUrl,
    model: "fake",
    context: 256,
    documents,
    concurrency: 4,
    ...more,
  }).flatMap(([name, value]) => [`--${name}`, String(value)]);
const start = (store: string, more: Readonly<Record<string, string | number>> = {}) =>
  startCli(["run", "grounding", ...settings(more), "--store", store], { cwd: folder.path });
const resume = (store: string) => startCli(["run", "--resume", "latest", "--store", store], { cwd: folder.path });

/** The questions whose answers are stored; null before the run itself is. */
async function stored(path: string): Promise<string[] | null> {
  if (!existsSync(path)) return null;
  const store = await openStore(path);
  try {
    const [run] = await store.runs();
    if (run === undefined) return null;
    const records = await Array.fromAsync(store.records(run.info.id));
    return records.flatMap(({ calls }) =>
      calls.map(({ requestBody }) => JSON.stringify(JSON.parse(requestBody).messages)),
    );
  } finally {
    await store.close();
  }
}

/** Every planned trial once, each with one call, and nothing was left out. */
async function expectComplete(path: string) {
  const store = await openStore(path);
  const [run, ...others] = await store.runs();
  const records = await Array.fromAsync(store.records(run!.info.id));
  await store.close();
  expect(others).toEqual([]);
  expect(run!.info).toMatchObject({ status: "finished", plannedTrials: trials });
  expect(records.length).toBe(trials);
  expect(new Set(records.map(({ trial }) => trial.id)).size).toBe(trials);
  expect(records.every(({ trial, calls }) => trial.outcome === "scored" && calls.length === 1)).toBe(true);
}

const requests = (count: number) =>
  new Promise<void>((resolve) => {
    let left = count;
    onAsked = () => {
      if (--left > 0) return;
      onAsked = null;
      resolve();
    };
  });

/** Most kills fall while calls are under way, some while the process still starts. */
async function killAt(process: CliProcess, random: ReturnType<typeof randomFrom>): Promise<boolean> {
  if (random.uniform() < 0.8) await Promise.race([requests(1), process.ended]);
  await Promise.race([wait(random.uniform() * 250), process.ended]);
  process.child.kill("SIGKILL");
  return (await process.ended).signal === "SIGKILL";
}

test("after 50 kills at random moments every trial has one outcome and no stored answer was asked for again", {
  timeout: 150_000,
}, async () => {
  const random = randomFrom(50);
  const kills = 50;
  let killed = 0;
  let keptByKilled = 0;
  for (let round = 1; killed < kills; round++) {
    const path = storeAt(`round-${round}`);
    for (let complete = false; !complete; ) {
      const before = await stored(path);
      keptByKilled += before?.length ?? 0;
      asked = [];
      const process = before === null ? start(path) : resume(path);
      if (killed < kills && (await killAt(process, random))) killed++;
      const { code, signal, stderr } = await process.ended;
      const known = new Set(before);
      expect(asked.filter((question) => known.has(question))).toEqual([]);
      expect(stderr).not.toContain("    at ");
      complete = signal === null;
      if (complete) expect(code).toBe(0);
    }
    await expectComplete(path);
  }
  expect(keptByKilled).toBeGreaterThan(0);
});

test("Ctrl-C finishes what is under way, exits with 3, and the run goes on later", async () => {
  const path = storeAt("interrupted");
  const process = start(path);
  await requests(10);
  process.child.kill("SIGINT");
  const { code, stderr } = await process.ended;
  expect(code).toBe(3);
  expect(stderr).toContain("assay run --resume ");
  const before = new Set(await stored(path));
  expect([...before].sort()).toEqual([...new Set(asked)].sort());
  expect(before.size).toBeLessThan(trials);
  asked = [];
  expect((await resume(path).ended).code).toBe(0);
  expect(asked.filter((question) => before.has(question))).toEqual([]);
  await expectComplete(path);
});

test("two processes read while one writes", async () => {
  const path = storeAt("read");
  const process = start(path, { concurrency: 1 });
  await requests(20);
  const [listed, shown] = await Promise.all([
    runCli(["runs", "--store", path, "--json"], { cwd: folder.path }),
    runCli(["show", "latest", "--store", path], { cwd: folder.path }),
  ]);
  expect([listed.code, shown.code, process.child.exitCode]).toEqual([0, 0, null]);
  expect(listed.stdout).toContain('"running"');
  expect(shown.stdout).toContain("fake");
  expect((await process.ended).code).toBe(0);
  await expectComplete(path);
});

// A limit on the size of files stands for a full disk: to SQLite both are a write that the system refuses.
test.skipIf(process.platform === "win32")(
  "a full disk ends the run with three lines, and it goes on once there is room",
  async () => {
    const path = storeAt("full");
    const limited = ["bash", "-c", 'ulimit -f 1024; exec "$0" "$@"', process.execPath, cliPath] as const;
    const full = await runCli(["run", "grounding", ...settings(), "--store", path], {
      cwd: folder.path,
      command: limited,
    });
    expect(full.stderr).toMatch(/^error: {4}.*cannot be used: .*\nexpected: .*on a disk with room\nto mend: {2}.*\n$/m);
    expect(full.stderr).not.toContain("    at ");
    expect(full.code).toBe(1);
    const before = new Set(await stored(path));
    expect(before.size).toBeGreaterThan(0);
    asked = [];
    expect((await resume(path).ended).code).toBe(0);
    expect(asked.filter((question) => before.has(question))).toEqual([]);
    await expectComplete(path);
  },
);
