/** One training of an experiment: how it is run, and what is kept of it. */
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
import { machineOf } from "./machine.ts";
import type { Arm, LanguageTraining, ReadingExamination, RecallTraining, Training } from "./protocol.ts";
import type { Measures, RecallByDistance, TrialPlan, TrialRecord } from "./trial-record.ts";

/** `totalCpuSeconds` is what this process has taken since the trial began: training, judging, building of graphs. */
export type TrialNews =
  | { readonly kind: "progress"; readonly share: number; readonly totalCpuSeconds: number }
  | { readonly kind: "done"; readonly record: TrialRecord };

/** The share that is done, and at the end what was found. */
type TaskNews = number | Pick<TrialRecord, "measures" | "curve" | "byDistance">;

/** Runs one trial; news at each point of its curve, and the record last. */
export async function* runTrial(
  plan: TrialPlan,
  { training }: Arm,
  runtime: Runtime = oneThread,
): AsyncGenerator<TrialNews> {
  const before = process.cpuUsage();
  for await (const news of taskOf(plan, training, runtime)) {
    const { user, system } = process.cpuUsage(before);
    const totalCpuSeconds = (user + system) / 1e6;
    yield typeof news === "number"
      ? { kind: "progress", share: news, totalCpuSeconds }
      : {
          kind: "done",
          record: { ...plan, ...news, totalCpuSeconds, machine: machineOf(deviceOf(training, runtime)) },
        };
  }
}

/** llama.cpp, which examines readers, is given none. */
const deviceOf = ({ task }: Training, { device }: Runtime): Device => (task === "reading" ? "cpu" : device);

function taskOf(plan: TrialPlan, training: Training, runtime: Runtime): AsyncGenerator<TaskNews> {
  switch (training.task) {
    case "language":
      return languageTrial(plan, training, runtime);
    case "recall":
      return recallTrial(plan, training, runtime);
    case "reading":
      return readingTrial(plan, training);
  }
}

async function* languageTrial(plan: TrialPlan, training: LanguageTraining, runtime: Runtime): AsyncGenerator<TaskNews> {
  const curve: CurvePoint[] = [];
  const run = { ...training, peakRate: plan.rate, seed: plan.seed };
  for await (const { point } of trainLanguageModel(run, installedText(), runtime)) {
    curve.push(point);
    yield point.step / training.schedule.steps;
  }
  yield { measures: { ...languageMeasures(curve), ...costOf(training, curve) }, curve, byDistance: [] };
}

function languageMeasures(curve: readonly CurvePoint[]): Measures {
  const { heldOutLoss } = curve.at(-1)!;
  // What was measured before it diverged says nothing of the arm.
  if (heldOutLoss === null) return { heldOutLoss: null, largestLogit: null, loadExcess: null };
  const logits = curve.flatMap((point) => point.largestLogit ?? []);
  const excesses = curve.flatMap((point) => point.loadExcess ?? []);
  return {
    heldOutLoss,
    ...(logits.length > 0 && { largestLogit: Math.max(...logits) }),
    // The first tenth, when routers are still near their random start, is left out.
    ...(excesses.length > 0 && { loadExcess: mean(excesses.slice(Math.ceil(excesses.length / 10)))! }),
  };
}

const examinedAnswers = 2000;

async function* recallTrial(plan: TrialPlan, training: RecallTraining, runtime: Runtime): AsyncGenerator<TaskNews> {
  const { config, stages, examined } = training;
  const curve: RecallPoint[] = [];
  const steps = stages.reduce((sum, { maxSteps }) => sum + maxSteps, 0);
  let state = {};
  for await (const progress of teachRecall({ ...training, peakRate: plan.rate, seed: plan.seed, runtime })) {
    curve.push(progress.point);
    state = progress.state;
    yield progress.point.step / steps;
  }
  if (curve.at(-1)!.trainingLoss === null) {
    // Examined, it would look like a model that recalls nothing.
    yield { measures: { recall: null, ...costOf(training, curve) }, curve, byDistance: [] };
    return;
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
  yield { measures: { recall: shares[0]!, ...costOf(training, curve) }, curve, byDistance };
}

/** Powers of two up to the length: 1, 2, 4, … */
const distanceEdges = (tokens: number) =>
  Array.from({ length: Math.ceil(Math.log2(tokens)) + 1 }, (_, power) => 2 ** power);

async function* readingTrial(plan: TrialPlan, examination: ReadingExamination): AsyncGenerator<TaskNews> {
  const watch = stopwatch();
  watch.start();
  for await (const { share, marks } of examineReading(examination, plan.seed)) {
    if (marks === null) yield share;
    else {
      watch.stop(0);
      const { cpuSeconds, wallSeconds } = watch.spent();
      yield { measures: { ...marks, cpuSeconds, wallSeconds }, curve: [], byDistance: [] };
    }
  }
}

/** Bytes that keys and values are counted with: 16-bit floats, as engines keep them. */
const bytesPerValue = 2;

/** What the training took, and what the model takes. */
function costOf({ config }: LanguageTraining | RecallTraining, curve: readonly (CurvePoint | RecallPoint)[]): Measures {
  const { step, spent } = curve.at(-1)!;
  return {
    steps: step,
    trainingFlops: spent.flops,
    cpuSeconds: spent.cpuSeconds,
    wallSeconds: spent.wallSeconds,
    parameters: parametersOf(weightsOf(config)),
    kvBytesPerToken: bytesPerValue * config.layers.reduce((sum, { attention }) => sum + cachedValues(attention), 0),
  };
}
