/**
 * One model taught associative recall. It starts with sequences of a few pairs, where chance is often right and the way to
 * do better is near, and goes on to longer ones when it can; from long sequences alone the same models do not leave the
 * plateau in the time allowed here.
 */
import { mean, randomFrom } from "../../stats/index.ts";
import { questionsIn, type RecallBatch, recallBatch, recallVocabulary } from "../data/recall.ts";
import type { Runtime } from "../graph/session.ts";
import type { DecoderConfig } from "../model/config.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { Grid } from "../model/site.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { finite } from "./finite.ts";
import { type ForwardPass, forwardPass, weightsOf } from "./forward.ts";
import { rightPlaces } from "./right.ts";
import { type Spent, stopwatch } from "./stopwatch.ts";
import { Trainer } from "./trainer.ts";

export interface RecallStage {
  readonly grid: Grid;
  readonly maxSteps: number;
  /** Recall that ends the stage before its steps are spent. */
  readonly enough: number;
}

export interface RecallRun {
  readonly config: DecoderConfig;
  readonly optimiser: OptimiserSettings;
  readonly peakRate: number;
  readonly stages: readonly RecallStage[];
  readonly seed: number;
  readonly runtime?: Runtime;
}

export interface RecallPoint {
  readonly step: number;
  /** Tokens of the stage's sequences. */
  readonly tokens: number;
  /** `null` once training diverged. */
  readonly trainingLoss: number | null;
  /** Share of fresh questions answered right. */
  readonly recall: number;
  /** Of training so far, without the judging at points. */
  readonly spent: Spent;
}

export interface RecallProgress {
  readonly point: RecallPoint;
  readonly state: WeightValues;
}

const pointSteps = 50;
const warmUpSteps = 40;
/** Over the last stage the rate falls in a line to this share. */
const lastShare = 0.1;

/** Trains through the stages; yields at each point of the curve. */
export async function* teachRecall(run: RecallRun): AsyncGenerator<RecallProgress> {
  const { config, optimiser, peakRate, seed, runtime } = run;
  let state: WeightValues = firstValues(config, weightsOf(config), seed);
  let steps = 0;
  const watch = stopwatch();
  for (const [index, { grid, maxSteps, enough }] of run.stages.entries()) {
    const judging = { places: grid.sequences * questionsIn(grid), isWeighed: false };
    const trainer = await Trainer.create(
      { config, grid, judging, optimiser, ...(runtime && { runtime }) },
      state,
      steps,
    );
    const forward = await forwardPass(config, grid, judging, runtime);
    const isLast = index === run.stages.length - 1;
    for (let isOver = false; !isOver; ) {
      watch.start();
      const losses: number[] = [];
      for (let step = 0; step < pointSteps; step++) {
        const done = isLast ? (trainer.steps - steps) / maxSteps : 0;
        const rate = peakRate * Math.min(1, (trainer.steps + 1) / warmUpSteps) * (1 - (1 - lastShare) * done);
        losses.push((await trainer.step(recallBatch(grid, randomFrom(`${seed} step ${trainer.steps}`)), rate)).loss);
      }
      watch.stop(pointSteps * trainer.flopsPerStep);
      state = trainer.state;
      const recall = mean(
        (await examine(forward, state, grid, `${seed} point ${trainer.steps}`, 256)).map(({ isRight }) =>
          isRight ? 1 : 0,
        ),
      )!;
      isOver = trainer.steps - steps >= maxSteps || (recall >= enough && !isLast);
      const point = {
        step: trainer.steps,
        tokens: grid.tokens,
        trainingLoss: finite(mean(losses)),
        recall,
        spent: watch.spent(),
      };
      yield { point, state };
    }
    state = Object.fromEntries(Object.entries(state).map(([name, values]) => [name, values.slice()]));
    steps = trainer.steps;
    await Promise.all([trainer.release(), forward.release()]);
  }
}

export interface RecallAnswer {
  /** Tokens between the value and the place that asks for it. */
  readonly distance: number;
  readonly isRight: boolean;
}

/** At least `count` answers on sequences that no training met. */
export async function examineRecall(
  config: DecoderConfig,
  weights: WeightValues,
  tokens: number,
  count: number,
  seed: string,
  runtime?: Runtime,
) {
  const grid = { sequences: Math.max(1, Math.floor(2048 / tokens)), tokens };
  const forward = await forwardPass(
    config,
    grid,
    { places: grid.sequences * questionsIn(grid), isWeighed: false },
    runtime,
  );
  const answers = await examine(forward, weights, grid, seed, count);
  await forward.release();
  return answers;
}

async function examine(
  forward: ForwardPass,
  weights: WeightValues,
  grid: Grid,
  seed: string,
  count: number,
): Promise<RecallAnswer[]> {
  const random = randomFrom(`${seed} examination`);
  const answers: RecallAnswer[] = [];
  while (answers.length < count) {
    const batch: RecallBatch = recallBatch(grid, random);
    const right = rightPlaces(await forward.logits(weights, batch), batch.targets, recallVocabulary);
    answers.push(...right.map((isRight, place) => ({ distance: batch.distances[place]!, isRight })));
  }
  return answers;
}
