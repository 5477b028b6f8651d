/** One language model trained on a text from random weights, and its curve. Everything follows from the settings. */
import { mean, randomFrom } from "../../stats/index.ts";
import { heldOutBatches, learnedBatch, type Text } from "../data/text.ts";
import type { Runtime } from "../graph/session.ts";
import type { DecoderConfig } from "../model/config.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { Grid } from "../model/site.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { rateShare, type Schedule } from "../optimisers/schedule.ts";
import { everyToken } from "./batch.ts";
import { finite } from "./finite.ts";
import { forwardPass, weightsOf } from "./forward.ts";
import { type Spent, stopwatch } from "./stopwatch.ts";
import { Trainer } from "./trainer.ts";

export interface LanguageRun {
  readonly config: DecoderConfig;
  readonly grid: Grid;
  readonly optimiser: OptimiserSettings;
  readonly peakRate: number;
  readonly schedule: Schedule;
  /** Of first values and batches. */
  readonly seed: number;
  /** Steps between two points of the curve. */
  readonly pointSteps: number;
}

export interface CurvePoint {
  readonly step: number;
  /** Mean since the point before, nats for each byte; each step's loss is of a batch not seen before. `null` once it diverged. */
  readonly trainingLoss: number | null;
  /** On the held-out blocks, nats for each byte; `null` once training diverged. */
  readonly heldOutLoss: number | null;
  /** Of all heads and layers since the point before; `null` where no layer has softmax attention, and once training diverged. */
  readonly largestLogit: number | null;
  /** Largest load of an expert over the mean load, less 1, since the point before, mean of layers ("MaxVio"); `null` without experts. */
  readonly loadExcess: number | null;
  /** Of training so far, without the judging at points. */
  readonly spent: Spent;
}

export interface LanguageProgress {
  readonly point: CurvePoint;
  readonly state: WeightValues;
}

/** Trains to the end of the schedule; yields at each point of the curve. */
export async function* trainLanguageModel(
  run: LanguageRun,
  text: Text,
  runtime?: Runtime,
): AsyncGenerator<LanguageProgress> {
  const { config, grid, optimiser, schedule, seed, pointSteps } = run;
  const settings = { config, grid, judging: everyToken, optimiser, ...(runtime && { runtime }) };
  const trainer = await Trainer.create(settings, firstValues(config, weightsOf(config), seed));
  const forward = await forwardPass(config, grid, everyToken, runtime);
  const examination = heldOutBatches(text, grid);
  const watch = stopwatch();
  while (trainer.steps < schedule.steps) {
    watch.start();
    const from = trainer.steps;
    const until = Math.min(schedule.steps, trainer.steps + pointSteps);
    const losses: number[] = [];
    let largestLogit = Number.NEGATIVE_INFINITY;
    let loads: Float32Array[] | null = null;
    while (trainer.steps < until) {
      const batch = learnedBatch(text, grid, randomFrom(`${seed} batch ${trainer.steps}`));
      const result = await trainer.step(batch, run.peakRate * rateShare(schedule, trainer.steps));
      losses.push(result.loss);
      for (const logits of result.largestLogits) largestLogit = Math.max(largestLogit, ...logits);
      loads = result.loads.map((load, layer) => load.map((tokens, expert) => tokens + (loads?.[layer]?.[expert] ?? 0)));
    }
    watch.stop((until - from) * trainer.flopsPerStep);
    const held: number[] = [];
    for (const batch of examination) held.push(await forward.loss(trainer.state, batch));
    yield {
      point: {
        step: trainer.steps,
        trainingLoss: finite(mean(losses)),
        heldOutLoss: finite(mean(held)),
        largestLogit: finite(largestLogit),
        loadExcess: finite(mean((loads ?? []).map(excessOf))),
        spent: watch.spent(),
      },
      state: trainer.state,
    };
  }
  await Promise.all([trainer.release(), forward.release()]);
}

const excessOf = (load: Float32Array) => Math.max(...load) / mean([...load])! - 1;
