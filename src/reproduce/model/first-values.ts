/**
 * First values of the weights, all random: N(0, (gain / √in)²), and smaller by √(2 · layers) where a matrix writes into
 * the residual stream (GPT-2's rule), so that no layer drowns the embedding. Which optimiser looks better depends on
 * this: with outputs far larger than the embedding AdamW loses twice as much against Muon.
 */

import { type Random, randomFrom } from "../../stats/index.ts";
import { type Shape, sizeOf } from "../graph/graph.ts";
import type { DecoderConfig } from "./config.ts";
import { biasesOfOneStream } from "./hyper-connections.ts";
import type { Weight, WeightRole } from "./site.ts";

/** Weights by name. */
export type WeightValues = Readonly<Record<string, Float32Array>>;

const gain = 0.5;

/** Of the gates of hyper-connections (mHC, arXiv:2512.24880, appendix A.1). */
const firstGate = 0.01;

/**
 * Where a normal distribution will not do: a filter as PyTorch starts it, uniform within 1 / √tokens, and the rates of
 * fading as Mamba-2 starts them (Dao & Gu 2024, arXiv:2405.21060): factors from 1 to 16, and steps from 0.001 to 0.1.
 */
const special: Partial<Record<WeightRole, (random: Random, shape: Shape) => number>> = {
  convolution: (random, [tokens]) => (2 * random.uniform() - 1) / Math.sqrt(tokens!),
  decay: (random) => Math.log(1 + 15 * random.uniform()),
  "time-step": (random) => {
    const step = 0.001 * 100 ** random.uniform();
    // The inverse of softplus.
    return step + Math.log(-Math.expm1(-step));
  },
};

/** Each weight has a generator of its own, so that designs which share a weight start from the same values. */
export function firstValues(
  config: Pick<DecoderConfig, "layers" | "width" | "hyperConnections">,
  weights: readonly Pick<Weight, "name" | "shape" | "role">[],
  seed: number,
): WeightValues {
  const residualGain = gain / Math.sqrt(2 * config.layers.length);
  const connections = weights.filter(({ role }) => role === "connection").map(({ name }) => name);
  return Object.fromEntries(
    weights.map(({ name, shape, role }) => {
      const values = new Float32Array(sizeOf(shape));
      if (role === "norm") return [name, values.fill(1)];
      if (role === "gate") return [name, values.fill(firstGate)];
      if (role === "bias" || role === "balance") return [name, values];
      if (role === "connection") {
        const { streams } = config.hyperConnections!;
        // Sublayers take turns in which stream they read most; the end reads all alike.
        const own = values.length === streams ? null : connections.indexOf(name) % streams;
        const bias = biasesOfOneStream(streams, own);
        return [name, values.map((_, column) => bias(column))];
      }
      const random = randomFrom(`${seed} ${name}`);
      const draw = special[role];
      if (draw !== undefined) return [name, values.map(() => draw(random, shape))];
      const inputs = role === "embedding" ? config.width : shape.at(-2)!;
      const deviation = (role === "residual" ? residualGain : gain) / Math.sqrt(inputs);
      return [name, values.map(() => deviation * random.normal())];
    }),
  );
}
