/**
 * Takes a specimen through its curriculum. Each step's data come from the seed and the step's number alone, so training
 * stopped and taken up again from a checkpoint ends in the same weights as training in one go.
 */
import { randomFrom } from "../../stats/index.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { Grid } from "../model/site.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { type Batch, judgingOf } from "../training/batch.ts";
import { type ForwardPass, forwardPass, weightsOf } from "../training/forward.ts";
import { rightPlaces } from "../training/right.ts";
import { type Spent, stopwatch } from "../training/stopwatch.ts";
import { Trainer } from "../training/trainer.ts";
import { drillBatch, drillGrid } from "./drills.ts";
import { trainingReading } from "./lookup.ts";
import { answerTokens, gridOf, readingBatch } from "./reading-batch.ts";
import type { Recipe, Stage } from "./recipes.ts";

/** Shares of fresh questions answered right; `null` where the stage asks none of the kind. */
export interface Marks {
  /** The value, where the text states it. */
  readonly values: number;
  /** Value and line number. */
  readonly references: number | null;
  /** `unknown`, where no line states it. */
  readonly unknowns: number | null;
}

/** One row of the training curve. */
export interface CurvePoint extends Marks {
  readonly step: number;
  /** `triple × 24`, or `≤ 42 lines`. */
  readonly stage: string;
  /** Mean training loss since the row before, nats for each judged token. */
  readonly loss: number;
}

/** Where training stands; everything that going on needs. */
export interface Progress {
  readonly stage: number;
  readonly stepInStage: number;
  readonly steps: number;
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
  const { config, seed, peakRate, stages } = recipe;
  const { grid, batch } = lessonsOf(stage, seed);
  const judging = judgingOf(batch("shape"));
  const trainer = await Trainer.create({ config, grid, judging, optimiser }, from.state, from.steps);
  const forward = await forwardPass(config, grid, judging);
  const isLast = from.stage === stages.length - 1;
  const watch = stopwatch(from.spent);
  let { stepInStage, curve } = from;
  for (let isOver = false; !isOver; ) {
    watch.start();
    let loss = 0;
    for (let step = 0; step < rowSteps; step++) {
      const done = isLast ? (stepInStage + 1) / stage.maxSteps : 0;
      const rate = peakRate * Math.min(1, (trainer.steps + 1) / warmUpSteps) * Math.max(lastRateShare, 1 - done);
      loss += (await trainer.step(batch(`step ${trainer.steps}`), rate)).loss / rowSteps;
      stepInStage += 1;
    }
    watch.stop(rowSteps * trainer.flopsPerStep);
    const marks = await examine(forward, trainer.state, stage, config.vocabularySize, (index) =>
      batch(`examination ${trainer.steps} ${index}`),
    );
    curve = [...curve, { step: trainer.steps, stage: labelOf(stage), loss, ...marks }];
    const worst = Math.min(marks.references ?? marks.values, marks.unknowns ?? 1);
    isOver = stepInStage >= stage.maxSteps || worst >= stage.enough;
    yield {
      stage: isOver ? from.stage + 1 : from.stage,
      stepInStage: isOver ? 0 : stepInStage,
      steps: trainer.steps,
      state: copied(trainer.state),
      curve,
      spent: watch.spent(),
    };
  }
  await Promise.all([trainer.release(), forward.release()]);
}

const copied = (state: WeightValues): WeightValues =>
  Object.fromEntries(Object.entries(state).map(([name, values]) => [name, values.slice()]));

const labelOf = (stage: Stage) =>
  stage.drill === null ? `≤ ${stage.lines.max} lines` : `${stage.drill} × ${stage.facts}`;

/** The grid of a stage, and its batch for a seed. */
function lessonsOf(stage: Stage, seed: number): { grid: Grid; batch: (name: string) => Batch } {
  const { sequences } = stage;
  if (stage.drill !== null) {
    const { drill, facts } = stage;
    return {
      grid: drillGrid(drill, facts, sequences),
      batch: (name) => drillBatch(drill, facts, sequences, randomFrom(`${seed} ${name}`)),
    };
  }
  const { lines, questions } = stage;
  const layout = { sequences, lines: lines.max, questions };
  return {
    grid: gridOf(layout),
    batch: (name) => {
      const random = randomFrom(`${seed} ${name}`);
      const readings = Array.from({ length: sequences }, () =>
        trainingReading(lines.min + random.integer(lines.max - lines.min + 1), questions, random),
      );
      return readingBatch(readings, layout);
    },
  };
}

/** Marks weights on questions that training does not ask. */
async function examine(
  forward: ForwardPass,
  weights: WeightValues,
  stage: Stage,
  vocabularySize: number,
  batchOf: (index: number) => Batch,
): Promise<Marks> {
  const counts = { stated: 0, values: 0, references: 0, unstated: 0, unknowns: 0 };
  for (let index = 0; index < 4; index++) {
    const batch = batchOf(index);
    const right = rightPlaces(await forward.logits(weights, batch), batch.targets, vocabularySize);
    if (stage.drill !== null) {
      counts.stated += right.length;
      counts.values += right.filter(Boolean).length;
      continue;
    }
    for (let first = 0; first < right.length; first += answerTokens) {
      // `unknown` and the end of the turn are two tokens: the others do not count.
      const isStated = batch.importance![first + 2]! > 0;
      counts[isStated ? "stated" : "unstated"] += 1;
      if (right[first]) counts[isStated ? "values" : "unknowns"] += 1;
      if (isStated && right[first] && right[first + 3]) counts.references += 1;
    }
  }
  return {
    values: counts.values / counts.stated,
    references: stage.drill === null ? counts.references / counts.stated : null,
    unknowns: stage.drill === null ? counts.unknowns / counts.unstated : null,
  };
}
