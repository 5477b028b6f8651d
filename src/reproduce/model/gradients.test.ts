import { expect, test } from "vitest";
import { centralDifferences } from "../../../test/numeric/central-differences.ts";
import { relativeError } from "../../../test/numeric/relative-error.ts";
import { randomFrom } from "../../stats/index.ts";
import { Graph, sizeOf, type Tensor } from "../graph/graph.ts";
import { type Arrays, openGraph } from "../graph/session.ts";
import { arraysOf, type Batch, crossEntropy, judgedLogits, judgingOf } from "../training/batch.ts";
import type { Attention, DecoderConfig, FeedForward } from "./config.ts";
import { decoder } from "./decoder.ts";
import type { Weight, WeightRole } from "./site.ts";

const grouped = (kvHeads: number, window: number | null = null): Attention => ({
  kind: "grouped",
  kvHeads,
  headDim: 4,
  window,
});
const latent: Attention = { kind: "latent", kvRank: 5, ropeDim: 2, plainDim: 3, valueDim: 4 };
const delta: Attention = { kind: "delta", headDim: 4, convolution: 3 };
const dense: FeedForward = { kind: "dense", hidden: 6 };
const experts = (shared: number): FeedForward => ({
  kind: "experts",
  count: 4,
  used: 2,
  shared,
  hidden: 3,
  balanceRate: 0,
});

/** A decoder of one layer. */
const oneLayer = (attention: Attention, feedForward: FeedForward, heads = 2): DecoderConfig => ({
  width: 8,
  heads,
  vocabularySize: 11,
  layers: [{ attention, feedForward }],
});

const designs: readonly (readonly [string, DecoderConfig])[] = [
  ["MHA", oneLayer(grouped(2), dense)],
  ["GQA", oneLayer(grouped(2), dense, 4)],
  ["MQA", oneLayer(grouped(1), dense)],
  ["MHA with a window", oneLayer(grouped(2, 2), dense)],
  ["GQA with a window", oneLayer(grouped(2, 3), dense, 4)],
  ["MLA", oneLayer(latent, dense)],
  ["MLA without positions", oneLayer({ ...latent, nope: true }, dense)],
  ["KDA", oneLayer(delta, dense)],
  ["experts", oneLayer(grouped(1), experts(0))],
  ["experts beside shared ones", oneLayer(latent, experts(2))],
  ["hyper-connections", { ...oneLayer(grouped(1), dense), hyperConnections: { streams: 3, sinkhornIterations: 4 } }],
];

const random = randomFrom("batch");
const drawTokens = (count: number) => Int32Array.from({ length: count }, () => random.integer(11));
const everyPlace: Batch = { tokens: drawTokens(10), targets: drawTokens(10), judged: null, importance: null };
const somePlaces: Batch = {
  tokens: drawTokens(10),
  targets: drawTokens(3),
  judged: Int32Array.of(7, 2, 4),
  importance: Float32Array.of(0.5, 2, 1.25),
};

test.each(designs)("with %s, the gradient of every weight is that of central differences", async (_, config) => {
  for (const [weight, error] of await gradientErrors(config, everyPlace)) expect(error, weight).toBeLessThan(1e-6);
});

test("so it is where only some places are judged, and not all count the same", async () => {
  const config = oneLayer(grouped(2), dense);
  for (const [weight, error] of await gradientErrors(config, somePlaces)) expect(error, weight).toBeLessThan(1e-6);
});

/** For each weight that has a gradient, how far it is from central differences, relative to its largest entry. */
async function gradientErrors(config: DecoderConfig, batch: Batch): Promise<[weight: string, error: number][]> {
  const graph = new Graph("float64");
  const model = decoder(graph, config, { sequences: 2, tokens: 5 });
  const judging = judgingOf(batch);
  const loss = crossEntropy(graph, judgedLogits(graph, model, judging), judging);
  const followed = model.weights.filter(({ tensor }) => tensor.tracked);
  const found = graph.gradients(
    loss,
    followed.map(({ tensor }) => tensor),
  );
  const open = (outputs: readonly Tensor[]) => openGraph(graph.bytes(outputs));
  const forward = await open([graph.named(loss, "loss")]);
  const backward = await open(found.map((gradient, at) => graph.named(gradient, `gradient:${followed[at]!.name}`)));
  const values = spreadValues(model.weights);
  const { importance, ...indices } = arraysOf(batch);
  const weighed = importance && { importance: { ...importance, data: Float64Array.from(importance.data) } };
  const fed: Arrays = { ...indices, ...weighed, ...values };

  const gradients = await backward.evaluate(fed);
  const errors: [string, number][] = [];
  for (const { name, shape } of followed) {
    const lossAt = async (data: Float64Array) =>
      (await forward.evaluate({ ...fed, [name]: { data, shape } })).loss![0]!;
    const differences = await centralDifferences(lossAt, values[name]!.data);
    errors.push([name, relativeError(gradients[`gradient:${name}`]!, differences)]);
  }
  await Promise.all([forward.release(), backward.release()]);
  return errors;
}

/**
 * Random weights, so large that every part has a say. With this seed no expert is so nearly chosen that a step of the
 * differences decides it: the choice has no gradient, and a difference across it would be a jump.
 */
function spreadValues(weights: readonly Weight[]) {
  const deviation: Readonly<Record<WeightRole, number>> = {
    norm: 0.2,
    balance: 0.3,
    bias: 0.3,
    embedding: 0.7,
    matrix: 0.5,
    residual: 0.5,
    convolution: 0.5,
    decay: 0.5,
    "time-step": 0.5,
    connection: 1,
    gate: 0.5,
  };
  return Object.fromEntries(
    weights.map(({ name, shape, role }) => {
      const own = randomFrom(`spread ${name}`);
      const mean = role === "norm" ? 1 : 0;
      const data = Float64Array.from({ length: sizeOf(shape) }, () => mean + deviation[role] * own.normal());
      return [name, { data, shape }];
    }),
  );
}
