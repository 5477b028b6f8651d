/** The forward pass alone, for weights that are not being trained at the moment. */
import { Graph } from "../graph/graph.ts";
import { type Arrays, oneThread, openGraph, type Runtime } from "../graph/session.ts";
import type { DecoderConfig } from "../model/config.ts";
import { decoder } from "../model/decoder.ts";
import type { WeightValues } from "../model/first-values.ts";
import type { Grid } from "../model/site.ts";
import { arraysOf, type Batch, crossEntropy, type Judging, judgedLogits } from "./batch.ts";

export interface ForwardPass {
  /** Logits [judged places, vocabulary] of a batch. */
  readonly logits: (weights: WeightValues, batch: Batch) => Promise<Float32Array>;
  /** Its loss, nats for each judged place. */
  readonly loss: (weights: WeightValues, batch: Batch) => Promise<number>;
  readonly release: () => Promise<void>;
}

/** Two small graphs of one model: one that ends in logits, one that ends in the loss and so need not hand logits out. */
export async function forwardPass(
  config: DecoderConfig,
  grid: Grid,
  judging: Judging,
  runtime: Runtime = oneThread,
): Promise<ForwardPass> {
  const open = async (end: "logits" | "loss") => {
    const graph = new Graph();
    const model = decoder(graph, config, grid);
    const logits = judgedLogits(graph, model, judging);
    const result = graph.named(end === "logits" ? logits : crossEntropy(graph, logits, judging), end);
    const session = await openGraph(graph.bytes([result]), runtime);
    const run = async (weights: WeightValues, batch: Batch) => {
      const values: Arrays = Object.fromEntries(
        model.weights.map(({ name, shape }) => [name, { data: weights[name]!, shape }]),
      );
      return (await session.evaluate({ ...values, ...arraysOf(batch) }))[end] as Float32Array;
    };
    return { run, release: session.release };
  };
  const [toLogits, toLoss] = await Promise.all([open("logits"), open("loss")]);
  return {
    logits: toLogits.run,
    loss: async (weights, batch) => (await toLoss.run(weights, batch))[0]!,
    release: async () => {
      await Promise.all([toLogits.release(), toLoss.release()]);
    },
  };
}

/** The weights of a model, without a graph to run them in. */
export const weightsOf = (config: DecoderConfig) => decoder(new Graph(), config, { sequences: 1, tokens: 1 }).weights;
