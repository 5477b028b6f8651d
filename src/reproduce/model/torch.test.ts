/** PyTorch is the oracle here: test/fixtures/torch says how its numbers were made. */
import { expect, test } from "vitest";
import { type Laid, type TorchModel, torchAdamW, torchModel, torchModelNames } from "../../../test/fixtures/torch.ts";
import { relativeError } from "../../../test/numeric/relative-error.ts";
import { Graph, sizeOf } from "../graph/graph.ts";
import type { Precision } from "../graph/onnx-model.ts";
import { type Arrays, openGraph } from "../graph/session.ts";
import { corrections } from "../optimisers/adamw.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { optimiserStep } from "../optimisers/step.ts";
import { arraysOf, type Batch, crossEntropy, everyToken, judgedLogits } from "../training/batch.ts";
import { Trainer } from "../training/trainer.ts";
import { decoder } from "./decoder.ts";

/**
 * The files have nine digits. In float64 onnxruntime comes no nearer than 4e-8 either: where it joins a product with a
 * scale (FusedMatMul), it keeps the scale as float32.
 */
const tolerances: readonly (readonly [Precision, number])[] = [
  ["float64", 1e-7],
  ["float32", 1e-4],
];
const cases = torchModelNames.flatMap((name) => tolerances.map(([precision, most]) => ({ name, precision, most })));

test.each(cases)("$name in $precision has PyTorch's loss, logits and gradients", async ({ name, precision, most }) => {
  const model = torchModel(name);
  const { graph, loss, logits, gradients } = lossAndGradients(model, precision);
  const outputs = [graph.named(loss, "loss"), graph.named(logits, "logits")];
  for (const [{ name }, gradient] of gradients) outputs.push(graph.named(gradient, `gradient:${name}`));
  const session = await openGraph(graph.bytes(outputs));
  const found = await session.evaluate({ ...arraysOf(batchOf(model)), ...inPrecision(graph, model.weights) });

  expect(Object.keys(found).length).toBe(2 + Object.keys(model.gradients).length);
  expect(relativeError(found.loss!, [model.loss]), "loss").toBeLessThan(most);
  expect(relativeError(found.logits!, model.logits), "logits").toBeLessThan(most);
  for (const [weight, { data }] of Object.entries(model.gradients))
    expect(relativeError(found[`gradient:${weight}`]!, data), weight).toBeLessThan(most);
});

const wanted = torchAdamW();
const optimiser: OptimiserSettings = {
  matrices: { kind: "adamw", weightDecay: wanted.weightDecay },
  others: { kind: "adamw", weightDecay: wanted.weightDecay },
  maxGradientNorm: 1e9,
  qkClip: null,
};

test("three steps of AdamW in float64 lead to PyTorch's losses and weights", async () => {
  const start = torchModel(wanted.start);
  const { graph, loss, gradients, model } = lossAndGradients(start, "float64");
  const updates = optimiserStep(graph, model.weights, gradients, model.steering, optimiser);
  const outputs = updates.map(({ name, next }) => graph.named(next, `next:${name}`));
  const session = await openGraph(graph.bytes([graph.named(loss, "loss"), ...outputs]));
  const one = (value: number) => ({ data: graph.array([value]), shape: [] });
  let state: Arrays = Object.fromEntries(
    updates.map(({ name, next: { shape } }) => [name, { data: new Float64Array(sizeOf(shape)), shape }]),
  );
  state = { ...state, ...inPrecision(graph, start.weights) };
  for (const [step, rate] of wanted.rates.entries()) {
    const { firstCorrection, secondCorrection } = corrections(step + 1);
    const found = await session.evaluate({
      ...arraysOf(batchOf(start)),
      ...state,
      rate: one(rate),
      firstCorrection: one(firstCorrection),
      secondCorrection: one(secondCorrection),
    });
    expect(relativeError(found.loss!, [wanted.losses[step]!]), `loss ${step}`).toBeLessThan(1e-7);
    state = Object.fromEntries(
      updates.map(({ name, next: { shape } }) => [name, { data: found[`next:${name}`]!, shape }]),
    );
  }
  for (const [weight, { data }] of Object.entries(wanted.weights))
    expect(relativeError(state[weight]!.data, data), weight).toBeLessThan(1e-7);
});

test("so do the trainer's, in float32", async () => {
  const start = torchModel(wanted.start);
  const weights = Object.entries(start.weights).map(([name, { data }]) => [name, Float32Array.from(data)] as const);
  const settings = { config: start.config, grid: start.grid, judging: everyToken, optimiser };
  const trainer = await Trainer.create(settings, Object.fromEntries(weights));
  for (const [step, rate] of wanted.rates.entries()) {
    const { loss } = await trainer.step(batchOf(start), rate);
    expect(relativeError([loss], [wanted.losses[step]!]), `loss ${step}`).toBeLessThan(1e-5);
  }
  for (const [weight, { data }] of Object.entries(wanted.weights))
    expect(relativeError(trainer.state[weight]!, data), weight).toBeLessThan(1e-5);
});

function lossAndGradients({ config, grid }: TorchModel, precision: Precision) {
  const graph = new Graph(precision);
  const model = decoder(graph, config, grid);
  const logits = judgedLogits(graph, model, everyToken);
  const loss = crossEntropy(graph, logits, everyToken);
  const followed = model.weights.filter(({ tensor }) => tensor.tracked);
  const found = graph.gradients(
    loss,
    followed.map(({ tensor }) => tensor),
  );
  const gradients = new Map(followed.map((weight, index) => [weight, found[index]!]));
  return { graph, model, logits, loss, gradients };
}

const batchOf = ({ tokens, targets }: TorchModel): Batch => ({
  tokens: Int32Array.from(tokens),
  targets: Int32Array.from(targets),
  judged: null,
  importance: null,
});

const inPrecision = (graph: Graph, laid: Laid): Arrays =>
  Object.fromEntries(Object.entries(laid).map(([name, { data, shape }]) => [name, { data: graph.array(data), shape }]));
