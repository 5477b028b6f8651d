/**
 * Trains small decoders for a few steps on one device and prints losses and weights as JSON:
 * `node test/webgpu/steps.ts <cpu|webgpu|cuda>`. A process of its own, as a device's driver may end it.
 */
import type { Device } from "../../src/reproduce/graph/session.ts";
import type { Attention, DecoderConfig, FeedForward } from "../../src/reproduce/model/config.ts";
import { firstValues } from "../../src/reproduce/model/first-values.ts";
import { everyToken } from "../../src/reproduce/training/batch.ts";
import { weightsOf } from "../../src/reproduce/training/forward.ts";
import { Trainer } from "../../src/reproduce/training/trainer.ts";
import { randomFrom } from "../../src/stats/index.ts";

const steps = 3;
const grid = { sequences: 2, tokens: 16 };
const decoderOf = (attention: Attention, feedForward: FeedForward): DecoderConfig => ({
  width: 32,
  heads: 2,
  vocabularySize: 32,
  layers: [{ attention, feedForward }],
});
const adamw = { kind: "adamw", weightDecay: 0.1 } as const;
const models = {
  "grouped, dense, Muon": {
    config: decoderOf({ kind: "grouped", kvHeads: 1, headDim: 16, window: null }, { kind: "dense", hidden: 64 }),
    matrices: { kind: "muon", momentum: 0.95, newtonSchulz: "jordan", weightDecay: 0.1 },
  },
  "latent, experts, AdamW": {
    config: decoderOf(
      { kind: "latent", kvRank: 16, ropeDim: 8, plainDim: 16, valueDim: 16 },
      { kind: "experts", count: 4, used: 2, shared: 1, hidden: 16, balanceRate: 1e-3 },
    ),
    matrices: adamw,
  },
} as const;

const runtime = { device: process.argv[2] as Device, threads: 1 };
const results: Record<string, { losses: number[]; weights: Record<string, number[]> }> = {};
for (const [name, { config, matrices }] of Object.entries(models)) {
  const optimiser = { matrices, others: adamw, maxGradientNorm: 1, qkClip: null };
  const weights = weightsOf(config);
  const trainer = await Trainer.create(
    { config, grid, judging: everyToken, optimiser, runtime },
    firstValues(config, weights, 1),
  );
  const random = randomFrom("steps");
  const some = () => Int32Array.from({ length: grid.sequences * grid.tokens }, () => random.integer(32));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = { tokens: some(), targets: some(), judged: null, importance: null };
    losses.push((await trainer.step(batch, 1e-2)).loss);
  }
  const state = trainer.state;
  results[name] = {
    losses,
    weights: Object.fromEntries(weights.map((weight) => [weight.name, [...state[weight.name]!]])),
  };
  await trainer.release();
}
console.log(JSON.stringify(results));
