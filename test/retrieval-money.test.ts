/**
 * What arms pay to embed and to rerank, by the real process: under the run's cap, in its log, in what an answer costs. The
 * server that embeds and reranks keeps its own account of what it charges.
 */
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomFrom } from "../src/stats/index.ts";
import { openStore } from "../src/store/index.ts";
import { startCli, temporaryFolder } from "./cli-process.ts";
import { type FakeServer, startFakeServer } from "./fake-server/index.ts";
import { expectSound, spendingLog } from "./spending-log.ts";

const usdPerToken = 1e-3;
const usdPerSearch = 1;
const prices = ["--retrieval-price", "openai/e=1000/Mtok", "--retrieval-price", "openai/r=1000/Ksearch"];
const documents = 60;
const embeddingArm = "embeddings with openai/e top 2, passages of 20 words";
const rerankedArm = "bm25 top 2, reranked by openai/r, passages of 20 words";
const job = {
  job: "doors",
  input: "{{material}}\n\n{{question}}",
  material: Array.from({ length: documents }, (_, door) => ({
    id: `door ${door}`,
    text: `Door number ${door} was painted ${door % 2 ? "red" : "blue"} in the spring of the year.`,
  })),
  samples: Array.from({ length: 6 }, (_, door) => ({
    id: String(door),
    vars: { question: `Which colour has door number ${door}?` },
    target: "red",
  })),
  scorers: ["contains"],
  arms: [
    "whole",
    { retrieval: "embeddings", embeddings: "openai/e", topK: 2, passageWords: 20 },
    { retrieval: "bm25", rerank: "openai/r", topK: 2, passageWords: 20 },
  ],
  settings: { maxTokens: 8 },
};

let chat: FakeServer;
let finding: Server;
let folder: ReturnType<typeof temporaryFolder>;
/** Of every request that was read: what it is charged, and what was in it. */
let charged: { readonly path: string; readonly texts: readonly string[]; readonly usd: number }[];
/** What the server does with a request, counted from 0; "answer" but where a test says otherwise. */
let behaviour: (request: number) => "answer" | "503" | "reset" | "silent" | "nonsense";
let answerMs: number;

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "").length;

beforeEach(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder.path, "job.json"), JSON.stringify(job));
  charged = [];
  behaviour = () => "answer";
  answerMs = 0;
  chat = await startFakeServer({ defaultScript: "answer?tokens=3&usage=openai", cacheSlots: 0, logSize: 100_000 });
  let requests = 0;
  finding = createServer(async (request, response) => {
    const body = JSON.parse((await Array.fromAsync(request)).join(""));
    const does = behaviour(requests++);
    if (does === "503") return void response.writeHead(503, { "retry-after": "0" }).end("{}");
    const isRerank = request.url!.endsWith("/rerank");
    const texts: string[] = isRerank ? body.documents : body.input;
    const tokens = texts.reduce((sum, text) => sum + words(text), 0);
    charged.push({ path: request.url!, texts, usd: isRerank ? usdPerSearch : tokens * usdPerToken });
    await wait(answerMs);
    if (does === "reset") return void response.socket?.destroy();
    const answer = isRerank
      ? {
          results: texts.map((_, index) => ({ index, relevance_score: index })),
          meta: { billed_units: { search_units: 1 } },
        }
      : {
          data: texts.map((text, index) => ({ index, embedding: [words(text), text.length] })),
          usage: { prompt_tokens: tokens, total_tokens: tokens },
        };
    if (does === "silent") Object.assign(answer, { usage: undefined, meta: undefined });
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(does === "nonsense" ? { hello: "world" } : answer));
  });
  await new Promise<void>((resolve) => finding.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await chat.close();
  finding.closeAllConnections();
  finding.close();
  folder.remove();
});

const store = () => join(folder.path, "runs.db");
const entries = () => spendingLog(store());
const cli = (...args: readonly string[]) =>
  startCli([...args, "--store", store()], {
    cwd: folder.path,
    env: {
      OPENAI_API_KEY: "key",
      OPENAI_BASE_URL: `http://127.0.0.1:${(finding.address() as AddressInfo).port}/v1`,
    },
  });
const candidates = ["--model", "fake", "--price", "input=1000,output=1000"];
const asked = () => ["job.json", "--base-url", chat.baseUrl, ...candidates];
const run = (...flags: readonly string[]) => cli("run", ...asked(), ...flags);
const resume = (capUsd: number) => cli("run", "--resume", "latest", "--max-cost", String(capUsd));

const findingUsd = () => charged.reduce((sum, { usd }) => sum + usd, 0);
const chatUsd = () =>
  chat.log.reduce(
    (sum, { counts, tokensSentAt }) =>
      sum + (counts === null ? 0 : (counts.promptTokens + tokensSentAt.length) * usdPerToken),
    0,
  );

async function stored() {
  const opened = await openStore(store());
  try {
    const found = await opened.findRun("latest");
    return { run: found, records: await Array.fromAsync(opened.records(found.id)) };
  } finally {
    await opened.close();
  }
}

test("the log holds what was charged, a question's part is in the cost of its answers, and preparing is apart", {
  timeout: 60_000,
}, async () => {
  const planned = JSON.parse((await cli("plan", ...asked(), ...prices, "--json").ended).stdout);
  expect(charged).toEqual([]);
  const { code, stdout, stderr } = await run(...prices, "--max-cost", "1000", "--json").ended;
  expect(code, stderr).toBe(0);
  const { settledUsd, reservedUsd } = expectSound(entries(), 1_000);
  expect(reservedUsd).toBe(0);
  expect(settledUsd).toBeCloseTo(chatUsd() + findingUsd(), 6);
  const purposes = entries().flatMap(({ purpose }) => purpose ?? []);
  expect(purposes.toSorted()).toEqual([
    ...Array<string>(2 + 6).fill("embeddings of e"),
    ...Array<string>(6).fill("rerank of r"),
  ]);

  const preparingUsd = charged
    .filter(({ path, texts }) => path.endsWith("/embeddings") && texts.length > 1)
    .reduce((sum, { usd }) => sum + usd, 0);
  const [spent, ...more] = (await stored()).run.retrieval!;
  expect(more).toEqual([]);
  expect(spent).toMatchObject({ isWhole: true, requests: 14 });
  expect(spent!.costUsd).toBeCloseTo(findingUsd(), 9);
  const inArm = (arm: string) => spent!.arms.find((one) => one.arm === arm)!;
  expect(inArm(embeddingArm).toPrepare.usd).toBeCloseTo(preparingUsd, 9);
  expect(inArm(embeddingArm).questions.usd).toBeCloseTo(findingUsd() - preparingUsd - 6 * usdPerSearch, 9);
  expect(inArm(rerankedArm)).toMatchObject({ toPrepare: { usd: 0 }, questions: { usd: 6 * usdPerSearch }, samples: 6 });
  for (const { arm, toPrepare, questions } of planned.finding) {
    expect(toPrepare.usd).toBeGreaterThanOrEqual(inArm(arm).toPrepare.usd!);
    expect(questions.usd).toBeGreaterThanOrEqual(inArm(arm).questions.usd!);
  }

  const { records } = await stored();
  expect(records).toHaveLength(18);
  for (const { trial, calls } of records) {
    const answering = calls.reduce((sum, { costUsd }) => sum + costUsd!, 0);
    const door = `Which colour has door number ${trial.sampleId}?`;
    const perQuestion = new Map<unknown, number>([
      [embeddingArm, words(door) * usdPerToken],
      [rerankedArm, usdPerSearch],
    ]);
    expect(trial.given!.costUsd).toBe(perQuestion.get(trial.cell.arm));
    expect(trial.costUsd).toBeCloseTo(answering + (trial.given!.costUsd ?? 0), 9);
  }
  const { decision } = JSON.parse(stdout);
  const arm = (name: string) => decision.options.find((option: { arm: string }) => option.arm === name);
  expect(arm(rerankedArm).costUsd.perCall.value).toBeGreaterThan(usdPerSearch);
  expect(decision.arms[0].arms.map(({ toPrepare }: { toPrepare: { usd: number } | null }) => toPrepare?.usd)).toEqual([
    undefined,
    0,
    expect.closeTo(preparingUsd, 9),
  ]);
});

test("whatever breaks while passages are sought, the cap holds, and what may have been charged is counted", {
  timeout: 120_000,
}, async () => {
  const faults = ["503", "reset", "silent"] as const;
  behaviour = (request) => (request % 4 === 3 ? faults[(request >> 2) % faults.length]! : "answer");
  let capUsd = 6;
  let parts = 0;
  for (;;) {
    const { code, stderr } = await (parts === 0 ? run(...prices, "--max-cost", String(capUsd)) : resume(capUsd)).ended;
    parts += 1;
    const { settledUsd, reservedUsd } = expectSound(entries(), capUsd);
    // No process has died: nothing is left reserved.
    expect(reservedUsd).toBe(0);
    expect(chatUsd() + findingUsd()).toBeLessThanOrEqual(settledUsd + 1e-6);
    if (code === 0) break;
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("The cost cap is reached");
    capUsd *= 3;
  }
  expect(parts).toBeGreaterThan(1);
  const { run: found, records } = await stored();
  expect(found.retrieval).toHaveLength(parts);
  // Passages are sought anew in each part, and the log has it each time.
  expect(found.retrieval!.at(-1)!.isWhole).toBe(true);
  expect(found.retrieval![0]).toMatchObject({ isWhole: false, arms: [] });
  const sent = found.retrieval!.reduce((sum, { requests }) => sum + requests, 0);
  expect(entries().filter(({ purpose }) => purpose !== null)).toHaveLength(sent);
  // Where an attempt broke off, or an answer did not say what it took, nobody knows.
  expect(found.retrieval!.at(-1)!.costUsd).toBeNull();
  const unknown = records.filter(({ trial }) => trial.given?.costUsd === null);
  expect(unknown.length).toBeGreaterThan(0);
  for (const { trial } of unknown) expect(trial.costUsd).toBeNull();
});

test("what a killed process was charged for stays reserved, and the cap holds over all parts of the run", {
  timeout: 120_000,
}, async () => {
  answerMs = 40;
  const random = randomFrom("kills while embedding");
  const capUsd = 1_000;
  for (let kills = 0; kills < 5; kills++) {
    const before = charged.length;
    const process = kills === 0 ? run(...prices, "--until", "0.05", "--max-cost", String(capUsd)) : resume(capUsd);
    while (charged.length === before && process.child.exitCode === null) await wait(2);
    await wait(random.uniform() * 120);
    process.child.kill("SIGKILL");
    expect((await process.ended).signal).toBe("SIGKILL");
    const { settledUsd, reservedUsd } = expectSound(entries(), capUsd);
    expect(chatUsd() + findingUsd()).toBeLessThanOrEqual(settledUsd + reservedUsd + 1e-6);
  }
  const { code, stderr } = await resume(capUsd).ended;
  expect(code, stderr).toBe(0);
  const { settledUsd, reservedUsd, open } = expectSound(entries(), capUsd);
  expect(open.size).toBeGreaterThan(0);
  expect(chatUsd() + findingUsd()).toBeLessThanOrEqual(settledUsd + reservedUsd + 1e-6);
});

test("without a price there is no cap, and the cost is unknown and not zero", { timeout: 60_000 }, async () => {
  const refused = await run("--max-cost", "5").ended;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("the price of openai/e is not known");
  expect(charged).toEqual([]);
  const { code, stdout, stderr } = await run("--max-cost", "1000", "--allow-unknown-price").ended;
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("an unknown amount");
  expect(expectSound(entries(), 1_000).settledUsd).toBeCloseTo(chatUsd(), 6);
  const { run: found, records } = await stored();
  expect(found.retrieval![0]).toMatchObject({ isWhole: true, requests: 14, costUsd: null });
  for (const { trial } of records) expect(trial.costUsd === null).toBe(trial.cell.arm !== "whole");
});

test("Ctrl-C ends the search when what is under way has ended, and nothing stays reserved", {
  timeout: 60_000,
}, async () => {
  answerMs = 300;
  const process = run(...prices, "--max-cost", "1000");
  while (charged.length === 0) await wait(5);
  process.child.kill("SIGINT");
  const { code, stderr } = await process.ended;
  expect(code).toBe(3);
  expect(stderr).toContain("Not all passages are found");
  const { settledUsd, reservedUsd } = expectSound(entries(), 1_000);
  expect(reservedUsd).toBe(0);
  expect(settledUsd).toBeCloseTo(findingUsd(), 6);
  const { run: found, records } = await stored();
  expect(records).toEqual([]);
  expect(found).toMatchObject({ status: "interrupted", retrieval: [{ isWhole: false, requests: charged.length }] });
});

test("an answer that cannot be read ends the run as a mistake, and its whole ceiling is spent", {
  timeout: 60_000,
}, async () => {
  behaviour = (request) => (request === 1 ? "nonsense" : "answer");
  const { code, stderr } = await run(...prices, "--max-cost", "1000").ended;
  expect(code).toBe(1);
  expect(stderr).toContain("answered to /embeddings with something else");
  const { settledUsd, reservedUsd } = expectSound(entries(), 1_000);
  expect(reservedUsd).toBe(0);
  expect(settledUsd).toBeGreaterThan(findingUsd());
  const { run: found } = await stored();
  expect(found).toMatchObject({ status: "interrupted", retrieval: [{ isWhole: false, costUsd: null }] });
});
