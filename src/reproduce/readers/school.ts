/**
 * Takes a specimen through its curriculum. Each step's data come from the seed and the step's number alone, so training
 * stopped and taken up again from a checkpoint ends in the same weights as training in one go.
 */
import { randomFrom } from "../../stats/index.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { judgingOf } from "../training/batch.ts";
import { type ForwardPass, forwardPass, weightsOf } from "../training/forward.ts";
import { rightPlaces } from "../training/right.ts";
import { type Spent, stopwatch } from "../training/stopwatch.ts";
import { Trainer } from "../training/trainer.ts";
import { type Lesson, lesson } from "./lesson.ts";
import type { Recipe, Stage } from "./recipes.ts";

/** One row of the training curve. */
export interface CurvePoint {
  readonly step: number;
  /** From 1. */
  readonly stage: number;
  /** Of a sequence. */
  readonly tokens: number;
  /** Mean training loss since the row before, nats for each judged token. */
  readonly loss: number;
  /** Share of what has to be told in fresh sheets that was told right, e.g. of `register number`. */
  readonly right: Readonly<Record<string, number>>;
}

/** Where training stands; everything that going on needs. */
export interface Progress {
  readonly stage: number;
  readonly stepInStage: number;
  readonly steps: number;
  /** Of all steps so far. */
  readonly tokens: number;
  /** Weights and the optimiser's moments. */
  readonly state: WeightValues;
  readonly curve: readonly CurvePoint[];
  readonly spent: Spent;
}

const rowSteps = 50;
const warmUpSteps = 40;
/** Share of the peak rate that the last stage ends with. */
const lastRateShare = 0.02;
const adamw = { kind: "adamw", weightDecay: 0.01 } as const;
const optimiser: OptimiserSettings = {
  matrices: { kind: "muon", momentum: 0.95, newtonSchulz: "jordan", weightDecay: 0.01 },
  others: adamw,
  maxGradientNorm: 1,
  qkClip: null,
};

export const beginning = ({ config, seed }: Recipe): Progress => ({
  stage: 0,
  stepInStage: 0,
  steps: 0,
  tokens: 0,
  state: firstValues(config, weightsOf(config), seed),
  curve: [],
  spent: { cpuSeconds: 0, wallSeconds: 0, flops: 0 },
});

export const isFinished = ({ stages }: Recipe, { stage }: Progress) => stage >= stages.length;

/** Trains to the end; yields at every row of the curve, which is where a checkpoint can be taken. */
export async function* train(recipe: Recipe, from: Progress): AsyncGenerator<Progress> {
  let progress = from;
  while (!isFinished(recipe, progress)) {
    for await (const next of trainStage(recipe, recipe.stages[progress.stage]!, progress)) {
      progress = next;
      yield next;
    }
  }
}

async function* trainStage(recipe: Recipe, stage: Stage, from: Progress): AsyncGenerator<Progress> {
  const { config, seed, peakRate } = recipe;
  const judging = judgingOf(lesson(stage, randomFrom("shape")));
  const trainer = await Trainer.create({ config, grid: stage, judging, optimiser }, from.state, from.steps);
  const forward = await forwardPass(config, stage, judging);
  const isLast = from.stage === recipe.stages.length - 1;
  const steps = isLast ? stepsOfLast(recipe, stage, from) : stage.maxSteps;
  const watch = stopwatch(from.spent);
  let { stepInStage, tokens, curve } = from;
  for (let isOver = false; !isOver; ) {
    watch.start();
    let loss = 0;
    const rowEnd = Math.min(steps, stepInStage + rowSteps);
    const inRow = rowEnd - stepInStage;
    for (; stepInStage < rowEnd; stepInStage++) {
      const done = isLast ? (stepInStage + 1) / steps : 0;
      const rate = peakRate * Math.min(1, (trainer.steps + 1) / warmUpSteps) * Math.max(lastRateShare, 1 - done);
      const batch = lesson(stage, randomFrom(`${seed} step ${trainer.steps}`));
      loss += (await trainer.step(batch, rate)).loss / inRow;
    }
    tokens += inRow * stage.sequences * stage.tokens;
    watch.stop(inRow * trainer.flopsPerStep);
    const right = await examine(forward, trainer.state, stage, config.vocabularySize, `${seed} ${trainer.steps}`);
    curve = [...curve, { step: trainer.steps, stage: from.stage + 1, tokens: stage.tokens, loss, right }];
    isOver = stepInStage >= steps || (!isLast && Math.min(...Object.values(right)) >= stage.enough);
    yield {
      stage: isOver ? from.stage + 1 : from.stage,
      stepInStage: isOver ? 0 : stepInStage,
      steps: trainer.steps,
      tokens,
      state: copied(trainer.state),
      curve,
      spent: watch.spent(),
    };
  }
  await Promise.all([trainer.release(), forward.release()]);
}

/** What is left of the recipe's tokens, but no fewer steps than leave time for the rate to fall. */
const stepsOfLast = (
  { trainingTokens }: Recipe,
  { sequences, tokens }: Stage,
  { tokens: spent, stepInStage }: Progress,
) => stepInStage + Math.round((trainingTokens - spent) / (sequences * tokens));

const copied = (state: WeightValues): WeightValues =>
  Object.fromEntries(Object.entries(state).map(([name, values]) => [name, values.slice()]));

/** Sequences of each form that marks are given on; training does not meet them. */
const examinedSequences = 28;

async function examine(
  forward: ForwardPass,
  weights: WeightValues,
  stage: Stage,
  vocabulary: number,
  name: string,
): Promise<Record<string, number>> {
  const marks = new Map<string, { asked: number; right: number }>();
  for (const form of new Set(stage.forms))
    for (let paper = 0; paper < Math.ceil(examinedSequences / stage.sequences); paper++) {
      const batch: Lesson = lesson({ ...stage, forms: [form] }, randomFrom(`examination ${name} ${form} ${paper}`));
      const right = rightPlaces(await forward.logits(weights, batch), batch.targets, vocabulary);
      for (const [place, kind] of batch.kinds.entries()) {
        if (kind === null) continue;
        const mark = marks.get(`${form} ${kind}`) ?? { asked: 0, right: 0 };
        marks.set(`${form} ${kind}`, { asked: mark.asked + 1, right: mark.right + (right[place] ? 1 : 0) });
      }
    }
  return Object.fromEntries([...marks].map(([kind, { asked, right }]) => [kind, right / asked]));
}
