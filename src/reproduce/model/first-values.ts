/**
 * First values of the weights, all random: N(0, (gain / √in)²), and smaller by √(2 · layers) where a matrix writes into
 * the residual stream (GPT-2's rule), so that no layer drowns the embedding. Which optimiser looks better depends on
 * this: with outputs far larger than the embedding AdamW loses twice as much against Muon.
 */

import { randomFrom } from "../../stats/index.ts";
import { sizeOf } from "../graph/graph.ts";
import type { DecoderConfig } from "./config.ts";
import type { Weight } from "./site.ts";

/** Weights by name. */
export type WeightValues = Readonly<Record<string, Float32Array>>;

const gain = 0.5;

/** Each weight has a generator of its own, so that designs which share a weight start from the same values. */
export function firstValues(
  config: Pick<DecoderConfig, "layers" | "width">,
  weights: readonly Pick<Weight, "name" | "shape" | "role">[],
  seed: number,
): WeightValues {
  const residualGain = gain / Math.sqrt(2 * config.layers.length);
  return Object.fromEntries(
    weights.map(({ name, shape, role }) => {
      const values = new Float32Array(sizeOf(shape));
      if (role === "norm") return [name, values.fill(1)];
      if (role === "bias" || role === "balance") return [name, values];
      const random = randomFrom(`${seed} ${name}`);
      const inputs = role === "embedding" ? config.width : shape.at(-2)!;
      const deviation = (role === "residual" ? residualGain : gain) / Math.sqrt(inputs);
      return [name, values.map(() => deviation * random.normal())];
    }),
  );
}
