/** Random and constant tensors. A tensor's name is its seed: a weight that two specimens share has the same values in both. */
import { randomFrom } from "../../stats/index.ts";
import type { GgufTensor } from "../../weights/index.ts";

/**
 * A weight matrix, `[in, out]` or with more dimensions behind, drawn from N(0, scale² / in).
 *
 * Halves by default; llama.cpp wants routers, convolutions and a few others as float32.
 */
export function matrix(
  name: string,
  shape: readonly number[],
  { scale = 1, type = "f16" }: { readonly scale?: number; readonly type?: "f16" | "f32" } = {},
): GgufTensor {
  return {
    name,
    shape,
    type,
    values: () => {
      const random = randomFrom(`specimen ${name}`);
      const deviation = scale / Math.sqrt(shape[0]!);
      const values = new Float32Array(shape.reduce((count, dimension) => count * dimension, 1));
      for (let index = 0; index < values.length; index++) values[index] = random.normal() * deviation;
      return values;
    },
  };
}

/** A float32 tensor of one value everywhere: a norm's gain of 1, a bias of 0. */
export function constant(name: string, shape: readonly number[], value: number): GgufTensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return { name, shape, type: "f32", values: () => new Float32Array(count).fill(value) };
}

export const gain = (name: string, width: number) => constant(`${name}.weight`, [width], 1);
