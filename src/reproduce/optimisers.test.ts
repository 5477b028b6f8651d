import { Tensor as Fed, InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { Graph } from "./graph.ts";
import { adamCorrections, optimiserStep } from "./optimisers.ts";

const scalar = (value: number) => new Fed("float32", Float32Array.of(value), []);

/** One first step from given weights and gradients at rate 0.1, without decay. */
async function firstStep(role: "bias" | "matrix", shape: number[], weights: number[], gradients: number[]) {
  const graph = new Graph();
  const tensor = graph.input("w", shape, "weight");
  const gradient = graph.input("g", shape);
  const updates = optimiserStep(graph, [{ name: "w", shape, role, tensor }], [gradient], {
    weightDecay: 0,
    maxGradientNorm: 1e9,
  });
  const outputs = updates.map(({ name, next }) => graph.named(next, `next:${name}`));
  const session = await InferenceSession.create(graph.bytes(outputs), { intraOpNumThreads: 1 });
  const { firstCorrection, secondCorrection } = adamCorrections(1);
  const every: Record<string, Fed> = {
    w: new Fed("float32", Float32Array.from(weights), shape),
    g: new Fed("float32", Float32Array.from(gradients), shape),
    "first:w": new Fed("float32", new Float32Array(weights.length), shape),
    "second:w": new Fed("float32", new Float32Array(weights.length), shape),
    adamRate: scalar(0.1),
    muonRate: scalar(0.1),
    firstCorrection: scalar(firstCorrection),
    secondCorrection: scalar(secondCorrection),
  };
  const results = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, every[name]!])));
  return Array.from(results["next:w"]!.data as Float32Array);
}

test("AdamW's first step moves every weight by the rate, against its gradient", async () => {
  const next = await firstStep("bias", [3], [1, 1, 1], [0.5, -2, 30]);
  for (const [at, expected] of [0.9, 1.1, 0.9].entries()) expect(next[at]).toBeCloseTo(expected, 5);
});

test("Muon's step is near to orthogonal whatever the gradient's size", async () => {
  const next = await firstStep("matrix", [2, 2], [0, 0, 0, 0], [3, 0, 0, 100]);
  // Newton–Schulz brings singular values to between 0.7 and 1.2; the scale is 0.2 · √2 · rate.
  for (const value of [next[0]!, next[3]!].map((moved) => -moved / (0.2 * Math.SQRT2 * 0.1))) {
    expect(value).toBeGreaterThan(0.4);
    expect(value).toBeLessThan(1.3);
  }
  expect(Math.abs(next[1]!) + Math.abs(next[2]!)).toBeLessThan(1e-6);
});
