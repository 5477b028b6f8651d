import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recallVocabulary } from "../data/recall.ts";
import { byteVocabulary } from "../data/text.ts";
import { alike, type LayerConfig } from "../model/config.ts";
import { muonProtocol } from "../protocols/muon.ts";
import { analyse } from "./analysis.ts";
import { preregistrationOf } from "./preregistration.ts";
import type { Arm, Form } from "./protocol.ts";
import { openRecords } from "./records.ts";
import { type ExperimentProgress, type RunOptions, runExperiment } from "./runner.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-experiment-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const layers: readonly LayerConfig[] = alike(1, {
  attention: { kind: "grouped", kvHeads: 2, headDim: 8, window: null },
  feedForward: { kind: "dense", hidden: 16 },
});
const adamw = { kind: "adamw", weightDecay: 0 } as const;
const optimiser = { matrices: adamw, others: adamw, maxGradientNorm: 1, qkClip: null } as const;
const text: Arm = {
  name: "text",
  rates: [1e-3, 1e-2],
  training: {
    task: "language",
    config: { width: 16, heads: 2, vocabularySize: byteVocabulary, layers },
    grid: { sequences: 2, tokens: 64 },
    optimiser,
    schedule: { steps: 20, warmUpSteps: 2, lastShare: 0.1, shape: "cosine" },
    pointSteps: 10,
  },
};
const recall: Arm = {
  name: "recall",
  rates: [1e-3],
  training: {
    task: "recall",
    config: { width: 16, heads: 2, vocabularySize: recallVocabulary, layers },
    optimiser,
    stages: [{ grid: { sequences: 4, tokens: 16 }, maxSteps: 50, enough: 1 }],
    examined: [32],
  },
};
const form: Form = {
  arms: [text, recall],
  seeds: [1, 2],
  tuningSeed: 7,
  outcomes: [
    {
      name: "loss",
      of: { kind: "level", measure: "heldOutLoss", arm: "text" },
      rule: { relation: "at most", value: 20 },
      isPrimary: true,
    },
  ],
  figures: [],
  power: null,
  cpuMinutes: 1,
};
const registered = { ...preregistrationOf(muonProtocol, true), form };
const options: RunOptions = {
  device: "cpu",
  jobs: 2,
  maxCpuMinutes: Number.POSITIVE_INFINITY,
  stopping: new AbortController().signal,
  onProgress: () => {},
};

test("trains every arm and seed once, the same numbers however many run side by side, and goes on where it stopped", async () => {
  const records = openRecords(folder, registered, "cpu");
  const news: ExperimentProgress[] = [];
  expect(await runExperiment(form, records, { ...options, onProgress: (one) => news.push(one) })).toBe("complete");
  records[Symbol.dispose]();
  const analysis = analyse(form, records.trials);
  expect(analysis).toMatchObject({ isComplete: true, verdict: "supported" });
  expect(records.trials).toHaveLength(6);
  expect(records.trials.find(({ arm }) => arm === "recall")!.byDistance[0]!.bins.length).toBeGreaterThan(2);
  // What a process does beside training counts as well.
  for (const { totalCpuSeconds, measures } of records.trials)
    expect(totalCpuSeconds).toBeGreaterThan(measures.cpuSeconds!);
  const spent = records.trials.reduce((sum, { totalCpuSeconds }) => sum + totalCpuSeconds!, 0);
  expect(news.at(-1)!.totalCpuSeconds).toBeCloseTo(spent, 6);
  expect(news.flatMap(({ finished }) => finished ?? [])).toHaveLength(6);

  // A process that died in the middle of a line, and lost the trial before it.
  const path = join(folder, "trials.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  writeFileSync(path, `${lines.slice(0, 4).join("\n")}\n${lines[4]!.slice(0, 100)}`);
  using again = openRecords(folder, registered, "cpu");
  expect(again.trials).toHaveLength(4);
  expect(await runExperiment(form, again, { ...options, jobs: 1 })).toBe("complete");
  expect(again.trials).toHaveLength(6);
  expect(analyse(form, again.trials).findings[0]!.estimate).toEqual(analysis.findings[0]!.estimate);
});

test("stops when it is told to, and when the CPU time is used up", async () => {
  const stopped = AbortSignal.abort();
  using untouched = openRecords(folder, registered, "cpu");
  expect(await runExperiment(form, untouched, { ...options, stopping: stopped })).toBe("interrupted");
  const long: Form = {
    ...form,
    arms: [
      {
        ...text,
        rates: [1e-3],
        training: {
          ...text.training,
          schedule: { steps: 1e6, warmUpSteps: 2, lastShare: 0.1, shape: "cosine" },
        } as Arm["training"],
      },
    ],
  };
  using records = openRecords(join(folder, "long"), { ...registered, form: long }, "cpu");
  let last: ExperimentProgress | undefined;
  const onProgress = (progress: ExperimentProgress) => {
    last = progress;
  };
  expect(await runExperiment(long, records, { ...options, maxCpuMinutes: 1 / 600, onProgress })).toBe(
    "out of CPU time",
  );
  expect(records.trials).toHaveLength(0);
  expect(last!.running.some(({ share, totalCpuSeconds }) => share > 0 && totalCpuSeconds > 0)).toBe(true);
});

test("a training that diverged is written down as such, and has no loss, no logits and no recall", async () => {
  const wild: Form = {
    ...form,
    arms: [
      { ...text, rates: [1e30] },
      { ...recall, rates: [1e30] },
    ],
    seeds: [1],
  };
  using records = openRecords(folder, { ...registered, form: wild }, "cpu");
  expect(await runExperiment(wild, records, options)).toBe("complete");
  const measuresOf = (arm: string) => records.trials.find((trial) => trial.arm === arm)!.measures;
  expect(measuresOf("text")).toMatchObject({ heldOutLoss: null, largestLogit: null, steps: 20 });
  expect(measuresOf("recall")).toMatchObject({ recall: null });
  expect(analyse(wild, records.trials)).toMatchObject({ verdict: "inconclusive", findings: [{ diverged: 1 }] });
});
