/**
 * The cap on the real process: 200 calls at a time, broken streams, refusals and kills. The server keeps its own account of
 * what was asked of it, and the run's log is read while it grows.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { summarize } from "../src/report/index.ts";
import { randomFrom } from "../src/stats/index.ts";
import { openStore } from "../src/store/index.ts";
import { startCli, temporaryFolder } from "./cli-process.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";
import { expectSound, spendingLog } from "./spending-log.ts";

const usdPerToken = 1e-3;
const price = "input=1000,cached=1000,output=1000";

let server: FakeServer;
let folder: ReturnType<typeof temporaryFolder>;
let scriptOf: (request: number) => string;

beforeEach(async () => {
  folder = temporaryFolder();
  scriptOf = () => "answer?tokens=3&ttftMs=20&paceMs=5&usage=openai";
  server = await startFakeServer({ scriptOf: (request) => scriptOf(request), cacheSlots: 0, logSize: 100_000 });
});
afterEach(async () => {
  await server.close();
  folder.remove();
});

const path = () => join(folder.path, "runs.db");
const start = (settings: Readonly<Record<string, string | number>>) =>
  startCli(
    [
      "run",
      "grounding",
      ...Object.entries({
        "base-url": server.baseUrl,
        model: "fake",
        price,
        context: 256,
        concurrency: 200,
        retries: 1,
        store: path(),
        ...settings,
      }).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
    { cwd: folder.path },
  );
const resume = (capUsd: number) =>
  startCli(["run", "--resume", "latest", "--store", path(), "--max-cost", String(capUsd)], { cwd: folder.path });

/** The log as it stands on disk, which is all that a crash leaves. */
const entries = () => spendingLog(path());

/** What the server would charge: all that it read, and all that it wrote, of each request that was not refused. */
const chargedUsd = () =>
  server.log.reduce(
    (sum, { counts, tokensSentAt }) =>
      sum + (counts === null ? 0 : (counts.promptTokens + tokensSentAt.length) * usdPerToken),
    0,
  );

async function trialsStored() {
  const store = await openStore(path());
  try {
    const run = await store.findRun("latest");
    const records = await Array.fromAsync(store.records(run.id));
    return { run, records, spent: (await summarize(run, records)).spent };
  } finally {
    await store.close();
  }
}

test("200 calls at a time use the cap up and never pass it, whatever breaks", { timeout: 90_000 }, async () => {
  const faults = ["503?retryAfterMs=20", "429?retryAfterMs=20", "reset-middle?after=2", "truncated", "reset-before"];
  scriptOf = (request) =>
    request % 4 === 3
      ? faults[Math.floor(request / 4) % faults.length]!
      : "answer?tokens=3&ttftMs=20&paceMs=5&usage=openai";
  const capUsd = 60;
  const { code, stderr } = await start({ documents: 100, "max-cost": capUsd }).ended;
  expect(code, stderr).toBe(3);
  expect(stderr).toContain("The cost cap is reached");
  const log = entries();
  const { settledUsd, reservedUsd } = expectSound(log, capUsd);
  expect(reservedUsd).toBe(0);
  // A call is sent while its ceiling still fits, so what is left is less than that of one call.
  const ceiling =
    Math.max(...log.filter(({ reservation }) => reservation === null).map(({ nanousd }) => nanousd)) / 1e9;
  expect(capUsd - settledUsd).toBeLessThan(ceiling);
  expect(chargedUsd()).toBeLessThanOrEqual(settledUsd + 1e-6);
  const { records } = await trialsStored();
  const paid = records.flatMap(({ calls }) => calls).reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  expect(paid).toBeLessThanOrEqual(settledUsd);
  // Of a stream that broke nobody knows the cost: it is settled as all that it could have been.
  const atCeiling = log.filter(
    ({ reservation, nanousd }) => reservation !== null && log[reservation - 1]!.nanousd === nanousd,
  );
  expect(atCeiling.length).toBeGreaterThan(0);
  expect(new Set(records.map(({ trial }) => trial.id)).size).toBe(records.length);
});

test("after kills at random moments the cap holds over all parts of the run, and the run is whole", {
  timeout: 120_000,
}, async () => {
  const random = randomFrom("kills and money");
  let capUsd = 400;
  let kills = 0;
  for (;;) {
    const process = entries().length === 0 ? start({ documents: 40, "max-cost": capUsd }) : resume(capUsd);
    const asked = server.log.length;
    if (kills < 8) {
      while (server.log.length === asked && process.child.exitCode === null) await wait(5);
      await wait(random.uniform() * 150);
      process.child.kill("SIGKILL");
    }
    const { signal, code, stderr } = await process.ended;
    expectSound(entries(), capUsd);
    if (signal === "SIGKILL") {
      kills++;
      continue;
    }
    if (code === 0) break;
    // What dead calls hold in reserve has filled the cap: whoever wants to go on has to raise it.
    expect(stderr).toContain("The cost cap is reached");
    capUsd *= 4;
  }
  expect(kills).toBe(8);
  const { settledUsd, reservedUsd, open } = expectSound(entries(), capUsd);
  // Calls that died with their process stay reserved, for nobody knows what they cost.
  expect(open.size).toBeGreaterThan(0);
  expect(chargedUsd()).toBeLessThanOrEqual(settledUsd + reservedUsd);
  const { run, records, spent } = await trialsStored();
  expect(run.status).toBe("finished");
  expect(records.length).toBe(run.plannedTrials);
  const paid = records.reduce((sum, { trial }) => sum + trial.costUsd!, 0);
  expect(paid).toBeLessThanOrEqual(settledUsd + 1e-6);
  // Of what the run is said to have paid nothing is missing that the log has settled, and what died is said to be unknown.
  expect(spent.knownUsd).toBeCloseTo(settledUsd, 6);
  expect(spent.brokenOffUsd.unknown).toBe(open.size);
  expect(spent.isWhole).toBe(false);
});

test("a server that charges beyond max_tokens breaks the cap, and the screen and the page say so", {
  timeout: 30_000,
}, async () => {
  const completion = {
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "x" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 100_000, total_tokens: 100_010 },
  };
  const greedy = createServer((_request, response) => response.end(JSON.stringify(completion)));
  greedy.listen(0, "127.0.0.1");
  await once(greedy, "listening");
  const { port } = greedy.address() as AddressInfo;
  const { code, stdout, stderr } = await start({
    "base-url": `http://127.0.0.1:${port}/v1`,
    documents: 4,
    concurrency: 1,
    "max-cost": 0.5,
    price: "input=1,output=1",
  }).ended;
  greedy.close();
  expect(code, stderr).toBe(3);
  const said = "The cap of $0.50 is exceeded: $0.50 is charged, as 5 calls cost more than the request allowed";
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(said);
  expect(readFileSync(/Report: (.+)/.exec(stdout)![1]!, "utf8")).toContain(said);
  expect((await trialsStored()).spent.overCap!.settledUsd).toBeGreaterThan(0.5);
});
