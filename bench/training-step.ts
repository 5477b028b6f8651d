/** Training steps in a process of their own: `rate` prints tokens per second, `memory` resident bytes early and late. */
import { alike } from "../src/reproduce/model/config.ts";
import { firstValues } from "../src/reproduce/model/first-values.ts";
import { everyToken } from "../src/reproduce/training/batch.ts";
import { weightsOf } from "../src/reproduce/training/forward.ts";
import { Trainer } from "../src/reproduce/training/trainer.ts";
import { randomFrom } from "../src/stats/index.ts";

const [what, stepCount, threads] = process.argv.slice(2) as [string, string, string];
const isRate = what === "rate";
const width = isRate ? 256 : 64;
const grid = isRate ? { sequences: 8, tokens: 256 } : { sequences: 4, tokens: 64 };
const vocabularySize = 512;
const adamw = { kind: "adamw", weightDecay: 0.1 } as const;
const config = {
  width,
  heads: 4,
  vocabularySize,
  layers: alike(4, {
    attention: { kind: "grouped", kvHeads: 4, headDim: width / 4, window: null },
    feedForward: { kind: "dense", hidden: 2.5 * width },
  }),
} as const;
const trainer = await Trainer.create(
  {
    config,
    grid,
    judging: everyToken,
    optimiser: { matrices: adamw, others: adamw, maxGradientNorm: 1, qkClip: null },
    runtime: { device: "cpu", threads: Number(threads) },
  },
  firstValues(config, weightsOf(config), 1),
);
const random = randomFrom(1);
const draw = () => Int32Array.from({ length: grid.sequences * grid.tokens }, () => random.integer(vocabularySize));
const step = () => trainer.step({ tokens: draw(), targets: draw(), judged: null, importance: null }, 1e-3);

const steps = Number(stepCount);
if (isRate) {
  for (let warmUp = 0; warmUp < 3; warmUp++) await step();
  const startedAt = performance.now();
  for (let count = 0; count < steps; count++) await step();
  const seconds = (performance.now() - startedAt) / 1e3;
  process.stdout.write(String((steps * grid.sequences * grid.tokens) / seconds));
} else {
  let early = 0;
  for (let count = 0; count < steps; count++) {
    await step();
    if (count === steps / 10) early = process.memoryUsage().rss;
  }
  process.stdout.write(JSON.stringify({ early, late: process.memoryUsage().rss }));
}
