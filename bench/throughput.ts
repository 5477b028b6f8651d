/**
 * Calls per second and peak memory against a loopback server that answers at once, so that the client is all there is to
 * measure: Assay beside the least that Node can do (undici sends the same bodies and reads the answers) and beside
 * promptfoo. Interleaved rounds, so that a busy machine slows all of them.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { formatBytes } from "../src/units/index.ts";
import { contextTokens, documentsFor, maxTokens, model, planOf, samplesOf, seed } from "./grounding-requests.ts";
import { median, type Outcome, spreadOf } from "./outcome.ts";
import { type Finished, pathOf, runNode, startServer, temporaryFolder } from "./programs.ts";
import { installPromptfoo, type Promptfoo } from "./promptfoo.ts";

const concurrency = 32;
const trials = 12_000;

interface Sampled {
  readonly callsPerSecond: number;
  readonly peakRssBytes: number;
}

export async function throughput(rounds: number): Promise<Outcome> {
  const promptfoo = await installPromptfoo().catch((error: unknown) => String(error));
  await using server = await startServer();
  const { baseUrl } = server;
  const bare: Sampled[] = [];
  const library: Sampled[] = [];
  const command: Sampled[] = [];
  const peer: Sampled[] = [];
  for (let round = 0; round < rounds; round++) {
    using folder = temporaryFolder();
    bare.push(await loop("loop-bare.ts", baseUrl, ":memory:"));
    library.push(await loop("loop-assay.ts", baseUrl, join(folder.path, "library.db")));
    command.push(await assayRun(baseUrl, trials, folder.path));
    if (typeof promptfoo === "string") continue;
    peer.push(await promptfooRun(promptfoo, baseUrl, folder.path));
  }
  const rows = [
    ["bare undici loop", trials, bare],
    ["assay, library loop", trials, library],
    ["assay run, whole process", trials, command],
    [`promptfoo ${typeof promptfoo === "string" ? "" : promptfoo.version}, whole process`, trials, peer],
  ] as const;
  const ofBare = pairwise(library, bare);
  const ofPeer = pairwise(command, peer);
  const notes = typeof promptfoo === "string" ? [`promptfoo could not be installed: ${promptfoo}`] : [];
  return {
    title: `Throughput: ${concurrency} calls at a time, ${contextTokens}-token prompts, ${rounds} rounds, median (range)`,
    table: [
      ["", "calls", "calls/s", "peak RSS"],
      ...rows
        .filter(([, , sampled]) => sampled.length > 0)
        .map(([name, calls, sampled]) => [
          name,
          String(calls),
          spreadOf(sampled.map(({ callsPerSecond }) => callsPerSecond)),
          formatBytes(median(sampled.map(({ peakRssBytes }) => peakRssBytes))),
        ]),
    ],
    goals: [
      {
        goal: "library loop at least 0.5× the bare loop",
        measured: `${spreadOf(ofBare, 2)}×`,
        met: median(ofBare) >= 0.5,
      },
      ...(ofPeer.length === 0
        ? []
        : [
            {
              goal: "assay run at least 30× promptfoo",
              measured: `${spreadOf(ofPeer, 1)}×`,
              met: median(ofPeer) >= 30,
            },
          ]),
    ],
    notes,
    figures: { concurrency, trials, rounds, bare, library, command, promptfoo: peer },
  };
}

/** Round by round, as the rounds of a noisy machine differ more than the programs do. */
const pairwise = (ours: readonly Sampled[], theirs: readonly Sampled[]) =>
  theirs.map(({ callsPerSecond }, round) => ours[round]!.callsPerSecond / callsPerSecond);

async function loop(file: string, baseUrl: string, store: string): Promise<Sampled> {
  const flags = [
    "--base-url",
    baseUrl,
    "--trials",
    String(trials),
    "--concurrency",
    String(concurrency),
    "--store",
    store,
  ];
  const { stdout, peakRssBytes } = await runNode([pathOf(file), ...flags]);
  return { callsPerSecond: (JSON.parse(stdout) as Sampled).callsPerSecond, peakRssBytes };
}

/** The real command: start, plan, calls, store, summary and report. */
async function assayRun(baseUrl: string, calls: number, folder: string): Promise<Sampled> {
  const settings = {
    "base-url": baseUrl,
    model,
    context: contextTokens,
    documents: documentsFor(calls),
    seed,
    "max-tokens": maxTokens,
    concurrency,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return sampled(calls, await runNode([pathOf("../bin/assay.js"), "run", "grounding", ...flags], { cwd: folder }));
}

async function promptfooRun(promptfoo: Promptfoo, baseUrl: string, folder: string): Promise<Sampled> {
  const own = join(folder, "promptfoo");
  mkdirSync(own);
  const samples = samplesOf(planOf(baseUrl, trials).plan, trials);
  return sampled(trials, await promptfoo.run({ baseUrl, model, samples, maxTokens, concurrency, folder: own }));
}

const sampled = (calls: number, { wallMs, peakRssBytes }: Finished): Sampled => ({
  callsPerSecond: (calls / wallMs) * 1_000,
  peakRssBytes,
});
