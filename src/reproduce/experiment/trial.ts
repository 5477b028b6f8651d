/** One training of an experiment: which it is, how it is run, and what is kept of it. */

import { createRequire } from "node:module";
import { cpus } from "node:os";
import { mean } from "../../stats/index.ts";
import { installedText } from "../data/text.ts";
import { type Device, oneThread, type Runtime } from "../graph/session.ts";
import { cachedValues } from "../model/config.ts";
import { parametersOf } from "../model/site.ts";
import { examineReading } from "../readers/examination.ts";
import { weightsOf } from "../training/forward.ts";
import { type CurvePoint, trainLanguageModel } from "../training/language-run.ts";
import { examineRecall, type RecallPoint, teachRecall } from "../training/recall-run.ts";
import { stopwatch } from "../training/stopwatch.ts";
import type { Arm, LanguageTraining, Measure, ReadingExamination, RecallTraining } from "./protocol.ts";

export interface TrialPlan {
  readonly arm: string;
  /** `tuning` chooses the arm's rate; only `final` trials are reported. */
  readonly phase: "tuning" | "final";
  readonly rate: number;
  readonly seed: number;
}

export type Measures = Readonly<Partial<Record<Measure, number>>>;

/** Recall by how far back the value stood, examined at one length of sequence. */
export interface RecallByDistance {
  readonly tokens: number;
  readonly bins: readonly { readonly from: number; readonly to: number; readonly n: number; readonly right: number }[];
}

export interface TrialRecord extends TrialPlan {
  readonly measures: Measures;
  readonly curve: readonly (CurvePoint | RecallPoint)[];
  readonly byDistance: readonly RecallByDistance[];
  /** What ran it. */
  readonly machine: Machine;
}

export interface Machine {
  /** Where the graphs ran; not written down for the CPU. */
  readonly device?: Device;
  readonly processor: string;
  readonly node: string;
  readonly onnxruntime: string;
}

export type TrialNews =
  | { readonly kind: "progress"; readonly share: number; readonly cpuSeconds: number }
  | { readonly kind: "done"; readonly record: TrialRecord };

/** Runs one trial; news at each point of its curve, and the record last. */
export async function* runTrial(
  plan: TrialPlan,
  { training }: Arm,
  runtime: Runtime = oneThread,
): AsyncGenerator<TrialNews> {
  switch (training.task) {
    case "language":
      return yield* languageTrial(plan, training, runtime);
    case "recall":
      return yield* recallTrial(plan, training, runtime);
    case "reading":
      return yield* readingTrial(plan, training);
  }
}

async function* languageTrial(
  plan: TrialPlan,
  training: LanguageTraining,
  runtime: Runtime,
): AsyncGenerator<TrialNews> {
  const curve: CurvePoint[] = [];
  const run = { ...training, peakRate: plan.rate, seed: plan.seed };
  for await (const { point } of trainLanguageModel(run, installedText(), runtime)) {
    curve.push(point);
    yield { kind: "progress", share: point.step / training.schedule.steps, cpuSeconds: point.spent.cpuSeconds };
  }
  const last = curve.at(-1)!;
  const logits = curve.flatMap(({ largestLogit }) => (largestLogit === null ? [] : [largestLogit]));
  const excesses = curve.flatMap(({ loadExcess }) => (loadExcess === null ? [] : [loadExcess]));
  yield done(plan, training, runtime, curve, [], {
    heldOutLoss: last.heldOutLoss,
    ...(logits.length > 0 && { largestLogit: Math.max(...logits) }),
    // The first tenth, when routers are still near their random start, is left out.
    ...(excesses.length > 0 && { loadExcess: mean(excesses.slice(Math.ceil(excesses.length / 10)))! }),
  });
}

const examinedAnswers = 2000;

async function* recallTrial(plan: TrialPlan, training: RecallTraining, runtime: Runtime): AsyncGenerator<TrialNews> {
  const { config, stages, examined } = training;
  const curve: RecallPoint[] = [];
  const steps = stages.reduce((sum, { maxSteps }) => sum + maxSteps, 0);
  let state = {};
  for await (const progress of teachRecall({ ...training, peakRate: plan.rate, seed: plan.seed, runtime })) {
    curve.push(progress.point);
    state = progress.state;
    yield { kind: "progress", share: progress.point.step / steps, cpuSeconds: progress.point.spent.cpuSeconds };
  }
  const byDistance: RecallByDistance[] = [];
  const shares: number[] = [];
  for (const tokens of examined) {
    const answers = await examineRecall(config, state, tokens, examinedAnswers, `${plan.seed}`, runtime);
    shares.push(answers.filter(({ isRight }) => isRight).length / answers.length);
    const edges = distanceEdges(tokens);
    byDistance.push({
      tokens,
      bins: edges.slice(1).flatMap((to, index) => {
        const from = edges[index]!;
        const inside = answers.filter(({ distance }) => distance >= from && distance < to);
        const right = inside.filter(({ isRight }) => isRight).length;
        return inside.length === 0 ? [] : [{ from, to, n: inside.length, right }];
      }),
    });
  }
  yield done(plan, training, runtime, curve, byDistance, { recall: shares[0]! });
}

/** Powers of two up to the length: 1, 2, 4, … */
const distanceEdges = (tokens: number) =>
  Array.from({ length: Math.ceil(Math.log2(tokens)) + 1 }, (_, power) => 2 ** power);

async function* readingTrial(plan: TrialPlan, examination: ReadingExamination): AsyncGenerator<TrialNews> {
  const watch = stopwatch();
  watch.start();
  const clock = () => {
    watch.stop(0);
    watch.start();
    return watch.spent();
  };
  for await (const { share, marks } of examineReading(examination, plan.seed)) {
    const { cpuSeconds, wallSeconds } = clock();
    if (marks === null) yield { kind: "progress", share, cpuSeconds };
    else yield { kind: "done", record: record(plan, { ...marks, cpuSeconds, wallSeconds }) };
  }
}

const record = (
  plan: TrialPlan,
  measures: Measures,
  device: Device = "cpu",
  curve: TrialRecord["curve"] = [],
  byDistance: TrialRecord["byDistance"] = [],
): TrialRecord => ({ ...plan, measures, curve, byDistance, machine: machine(device) });

/** Bytes that keys and values are counted with: 16-bit floats, as engines keep them. */
const bytesPerValue = 2;

function done(
  plan: TrialPlan,
  { config }: LanguageTraining | RecallTraining,
  { device }: Runtime,
  curve: TrialRecord["curve"],
  byDistance: readonly RecallByDistance[],
  own: Measures,
): TrialNews {
  const { step, spent } = curve.at(-1)!;
  const measures: Measures = {
    ...own,
    steps: step,
    trainingFlops: spent.flops,
    cpuSeconds: spent.cpuSeconds,
    wallSeconds: spent.wallSeconds,
    parameters: parametersOf(weightsOf(config)),
    kvBytesPerToken: bytesPerValue * config.layers.reduce((sum, { attention }) => sum + cachedValues(attention), 0),
  };
  return { kind: "done", record: record(plan, measures, device, curve, byDistance) };
}

function machine(device: Device): Machine {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    ...(device !== "cpu" && { device }),
    processor: cpus()[0]?.model ?? "unknown",
    node: process.versions.node,
    onnxruntime: version,
  };
}
