/** The real process against a server that reads prompts from its cache, answers sooner for it, and does not say so. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCli, temporaryFolder } from "./cli-process.ts";
import * as fake from "./fake-vendors/index.ts";

interface Hiding {
  /** What is left of the usage. */
  readonly usage: "without cache" | "none";
  /** Requests that reach another machine, where nothing is cached. */
  readonly isLost: (request: number) => boolean;
  /** Of what is not read from the cache. */
  readonly msPerToken: number;
}

let folder: ReturnType<typeof temporaryFolder>;
let vllm: Awaited<ReturnType<typeof fake.vllm.start>>;
let gateway: Server;
/** Of each request: whether most of its prompt was read from the cache, as the server knows and takes out of its answer. */
let hits: boolean[];

beforeEach(() => {
  folder = temporaryFolder();
  hits = [];
});

afterEach(async () => {
  gateway.closeAllConnections();
  gateway.close();
  await vllm.close();
  folder.remove();
});

async function startHiding({ usage, isLost, msPerToken }: Hiding): Promise<string> {
  vllm = await fake.vllm.start({ answer: () => "unknown", enablePromptTokensDetails: true });
  gateway = createServer(async (incoming, response) => {
    const asked = JSON.parse((await Array.fromAsync(incoming, String)).join(""));
    const request = hits.push(false) - 1;
    const answer = await fetch(`${vllm.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(isLost(request) ? { ...asked, cache_salt: `machine ${request}` } : asked),
    });
    const text = await answer.text();
    const tokens = (name: string) => Number(new RegExp(`"${name}":(\\d+)`).exec(text)?.[1] ?? 0);
    const [prompt, cached] = [tokens("prompt_tokens"), tokens("cached_tokens")];
    hits[request] = cached > prompt / 2;
    await wait(40 + (prompt - cached) * msPerToken);
    response.writeHead(200, { "content-type": answer.headers.get("content-type")! });
    const shown = text.replace(/,"prompt_tokens_details":\{[^}]*\}/, "");
    response.end(usage === "none" ? shown.replace(/"usage":\{[^}]*\}/, '"usage":null') : shown);
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/v1`;
}

async function assay(args: readonly string[], baseUrl: string) {
  const ended = await runCli([...args, "--store", "runs.db"], {
    cwd: folder.path,
    env: { VLLM_API_KEY: "k", VLLM_BASE_URL: baseUrl },
  });
  expect(ended).toMatchObject({ code: 0 });
  return ended.stdout;
}

async function measured(hiding: Hiding) {
  const baseUrl = await startHiding(hiding);
  const matrix = ["--context", "2K,4K", "--documents", "6", "--concurrency", "1", "--max-tokens", "8"];
  const run = ["run", "grounding", "--model", "vllm/any", ...matrix, "--allow-unknown-price"];
  const { candidates } = JSON.parse(await assay([...run, "--json"], baseUrl));
  const exported = (await assay(["export", "latest", "-o", "-"], baseUrl)).trim().split("\n");
  const trials = exported.map((line) => JSON.parse(line));
  trials.sort((a, b) => a.sentAt.localeCompare(b.sentAt));
  expect(trials).toHaveLength(hits.length);
  const judged = trials.map(({ inferredHitProbability }, at) => ({
    probability: inferredHitProbability,
    hit: hits[at]!,
  }));
  return { hidden: candidates[0].hiddenCache, judged, text: await assay(["show", "latest"], baseUrl), baseUrl };
}

test.each(["without cache", "none"] as const)("hits and misses are told by TTFT, usage %s", async (usage) => {
  // Every fifth request meets nothing, whatever the cache rule expects.
  const { hidden, judged, text, baseUrl } = await measured({
    usage,
    isLost: (request) => request % 5 === 4,
    msPerToken: 0.15,
  });
  const known = judged.filter(({ probability }) => probability !== null);
  expect(known.length).toBeGreaterThan(judged.length / 2);
  const sure = known.filter(({ probability }) => probability >= 0.95);
  const missed = known.filter(({ probability }) => probability <= 0.05);
  expect(sure.filter(({ hit }) => !hit)).toEqual([]);
  // On a busy machine a hit may be held up for as long as a miss takes.
  expect(missed.filter(({ hit }) => hit).length).toBeLessThanOrEqual(2);
  expect(hidden).toMatchObject({ inferred: true, hits: sure.length, misses: missed.length });
  expect(hidden.hits).toBeGreaterThan(0.8 * known.filter(({ hit }) => hit).length);
  expect(hidden.misses).toBeGreaterThan(0.5 * known.filter(({ hit }) => !hit).length);
  expect(text).toContain(`inferred from TTFT, ${hidden.hits} of the`);
  expect(await assay(["show", "latest", "2"], baseUrl)).toMatch(
    /cache +inferred from TTFT: hit \(>?\d+% that it was read\)/,
  );
});

test("a server without a cache is not said to have one", async () => {
  const { hidden, judged, text } = await measured({ usage: "without cache", isLost: () => true, msPerToken: 0.03 });
  expect(judged.filter(({ hit }) => hit)).toEqual([]);
  expect(hidden.hits).toBeLessThanOrEqual(1);
  expect(text).toContain("does not say what it reads from its cache");
});
