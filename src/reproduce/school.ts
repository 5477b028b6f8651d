/**
 * Takes a specimen through its curriculum. Each step's data come from the seed and the step's number alone, so training
 * stopped and taken up again from a checkpoint ends in the same weights as training in one go.
 */
import { randomFrom } from "../stats/index.ts";
import { decoder, type Grid } from "./decoder.ts";
import { Graph } from "./graph.ts";
import { trainingReading } from "./lookup.ts";
import { answerTokens, gridOf, judgedIn, type Layout, lookupBatch, registerRoom } from "./lookup-batch.ts";
import type { Recipe, Stage } from "./recipes.ts";
import { startValues } from "./start.ts";
import { type Batch, forwardPass, Trainer, type Values } from "./trainer.ts";

/** One row of the training curve. */
export interface CurvePoint {
  readonly step: number;
  /** Longest registers of the stage, lines. */
  readonly lines: number;
  /** Mean training loss since the row before, nats for each judged token (value and number count most). */
  readonly loss: number;
  /** Shares of fresh questions: value right where a line states it, reference right too, and `unknown` where none does. */
  readonly values: number;
  readonly references: number;
  readonly unknowns: number;
}

/** Where training stands; everything that going on needs. */
export interface Progress {
  readonly stage: number;
  readonly stepInStage: number;
  readonly steps: number;
  /** Weights and the optimiser's moments. */
  readonly state: Values;
  readonly curve: readonly CurvePoint[];
  readonly cpuSeconds: number;
}

/** Steps between two rows of the curve. */
const rowSteps = 50;
const warmUpSteps = 50;
/** Share of the peak rate that the last stage ends with. */
const lastRateShare = 0.03;
const settings = { weightDecay: 0.01, maxGradientNorm: 1 } as const;

export const weightsOf = ({ config }: Pick<Recipe, "config">) =>
  decoder(new Graph(), config, { sequences: 1, tokens: 1 }).weights;

export const beginning = (recipe: Recipe): Progress => ({
  stage: 0,
  stepInStage: 0,
  steps: 0,
  state: startValues(recipe.config, weightsOf(recipe), recipe.seed),
  curve: [],
  cpuSeconds: 0,
});

export const isFinished = (recipe: Recipe, progress: Progress) => progress.stage >= recipe.stages.length;

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
  const layout: Layout = { ...stage, registerTokens: registerRoom(stage.lines.max) };
  const grid = gridOf(layout);
  const trainer = await Trainer.create(recipe.config, grid, judgedIn(layout), settings, from.state, from.steps);
  const examine = await examiner(recipe, stage, layout, grid);
  const last = from.stage === recipe.stages.length - 1;
  let { stepInStage, curve, cpuSeconds } = from;
  for (let isOver = false; !isOver; ) {
    const cpu = process.cpuUsage();
    let loss = 0;
    for (let step = 0; step < rowSteps; step++) {
      const rate = recipe.peakRate * rateShare(trainer.steps + 1, last ? (stepInStage + 1) / stage.maxSteps : 0);
      const batch = batchOf(stage, layout, `${recipe.seed} step ${trainer.steps}`);
      loss += (await trainer.step(batch, { adamRate: rate, muonRate: rate })) / rowSteps;
      stepInStage += 1;
    }
    const { user, system } = process.cpuUsage(cpu);
    cpuSeconds += (user + system) / 1e6;
    const marks = await examine(trainer.state);
    curve = [...curve, { step: trainer.steps, lines: stage.lines.max, loss, ...marks }];
    isOver = stepInStage >= stage.maxSteps || Math.min(marks.references, marks.unknowns) >= stage.enough;
    yield {
      stage: isOver ? from.stage + 1 : from.stage,
      stepInStage: isOver ? 0 : stepInStage,
      steps: trainer.steps,
      state: trainer.state,
      curve,
      cpuSeconds,
    };
  }
}

/** Rises over the warm-up; falls in a line over the last stage. */
const rateShare = (step: number, shareOfLastStage: number) =>
  Math.min(1, step / warmUpSteps) * Math.max(lastRateShare, 1 - shareOfLastStage);

function batchOf({ lines, questions, sequences }: Stage, layout: Layout, seed: string): Batch {
  const random = randomFrom(seed);
  const readings = Array.from({ length: sequences }, () =>
    trainingReading(lines.min + random.integer(lines.max - lines.min + 1), questions, random),
  );
  return lookupBatch(readings, layout);
}

/** Marks weights on questions that training never asks: the same ones each time. */
async function examiner(recipe: Recipe, stage: Stage, layout: Layout, grid: Grid) {
  const forward = await forwardPass(recipe.config, grid, judgedIn(layout));
  const batches = Array.from({ length: 4 }, (_, index) =>
    batchOf(stage, layout, `${recipe.seed} examination ${index}`),
  );
  return async (weights: Values): Promise<Pick<CurvePoint, "values" | "references" | "unknowns">> => {
    const counts = { stated: 0, values: 0, references: 0, unstated: 0, unknowns: 0 };
    for (const batch of batches) {
      const rights = rightTokens(await forward(weights, batch), batch.targets);
      for (let first = 0; first < rights.length; first += answerTokens) {
        const isStated = batch.importance[first + 2]! > 0;
        if (isStated) {
          counts.stated += 1;
          if (rights[first]) counts.values += 1;
          if (rights[first] && rights[first + 3]) counts.references += 1;
        } else {
          counts.unstated += 1;
          if (rights[first]) counts.unknowns += 1;
        }
      }
    }
    return {
      values: counts.values / counts.stated,
      references: counts.references / counts.stated,
      unknowns: counts.unknowns / counts.unstated,
    };
  };
}

/** For each judged place, whether the likeliest token is the wanted one. */
export function rightTokens(logits: Float32Array, targets: Int32Array): boolean[] {
  const vocabulary = logits.length / targets.length;
  return Array.from(targets, (target, place) => {
    const row = logits.subarray(place * vocabulary, (place + 1) * vocabulary);
    return row.every((logit) => logit <= row[target]!);
  });
}
