/**
 * Runs a training step, which is one ONNX graph, over and over. Weights and moments live in two sets of buffers: a step
 * reads one set and writes the other, so nothing is copied or allocated.
 */
import type { Tensor as Buffers } from "onnxruntime-node";
import { Graph, sizeOf, type Tensor } from "../graph/graph.ts";
import { type OpenGraph, oneThread, openGraph, type Runtime } from "../graph/session.ts";
import type { DecoderConfig } from "../model/config.ts";
import { decoder } from "../model/decoder.ts";
import type { WeightValues } from "../model/first-values.ts";
import type { Grid } from "../model/site.ts";
import { corrections } from "../optimisers/adamw.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import { optimiserStep } from "../optimisers/step.ts";
import { arraysOf, type Batch, crossEntropy, type Judging, judgedLogits } from "./batch.ts";

export interface TrainerSettings {
  readonly config: DecoderConfig;
  readonly grid: Grid;
  readonly judging: Judging;
  readonly optimiser: OptimiserSettings;
  readonly runtime?: Runtime;
}

export interface StepResult {
  /** Before the step, nats for each judged place. */
  readonly loss: number;
  /** Of each layer with softmax attention, the largest logit of each head. */
  readonly largestLogits: readonly Float32Array[];
  /** Of each layer with experts, the tokens that each expert got. */
  readonly loads: readonly Float32Array[];
}

const nextOf = (name: string) => `next:${name}`;
const logitsOf = (layer: number) => `largest-logits:${layer}`;
const loadOf = (layer: number) => `load:${layer}`;

export class Trainer {
  readonly #session: OpenGraph;
  readonly #looks: readonly string[];
  /** Of forward pass, gradients and update together. */
  readonly flopsPerStep: number;
  #state: Record<string, Buffers>;
  #spare: Record<string, Buffers>;
  #steps: number;

  private constructor(
    session: OpenGraph,
    looks: readonly string[],
    flopsPerStep: number,
    state: WeightValues,
    shapes: Shapes,
    steps: number,
  ) {
    this.#session = session;
    this.#looks = looks;
    this.flopsPerStep = flopsPerStep;
    const tensors = (make: (name: string, size: number) => Float32Array) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, session.tensor(make(name, sizeOf(shape)), shape)]),
      );
    this.#state = tensors((name, size) => Float32Array.from(state[name] ?? new Float32Array(size)));
    this.#spare = tensors((_, size) => new Float32Array(size));
    this.#steps = steps;
  }

  /**
   * @param state  weights, and moments where training goes on; missing moments start at 0
   * @param steps  steps already behind that state
   */
  static async create(settings: TrainerSettings, state: WeightValues, steps = 0): Promise<Trainer> {
    const graph = new Graph();
    const { updates, loss, looks } = trainingStep(graph, settings);
    const outputs = updates.map(({ name, next }) => graph.named(next, nextOf(name)));
    const session = await openGraph(graph.bytes([loss, ...looks, ...outputs]), settings.runtime ?? oneThread);
    const shapes = Object.fromEntries(updates.map(({ name, next }) => [name, next.shape]));
    return new Trainer(
      session,
      looks.map(({ name }) => name),
      graph.flops,
      state,
      shapes,
      steps,
    );
  }

  get steps(): number {
    return this.#steps;
  }

  /** Weights and moments as they are now; the arrays are overwritten two steps later. */
  get state(): WeightValues {
    return Object.fromEntries(Object.entries(this.#state).map(([name, { data }]) => [name, data as Float32Array]));
  }

  /** @param rate  the learning rate of this step */
  async step(batch: Batch, rate: number): Promise<StepResult> {
    this.#steps += 1;
    const feeds: Record<string, Buffers> = { ...this.#state };
    for (const [name, { data, shape }] of Object.entries(arraysOf(batch)))
      feeds[name] = this.#session.tensor(data, shape);
    for (const [name, value] of Object.entries({ rate, ...corrections(this.#steps) }))
      feeds[name] = this.#session.tensor(Float32Array.of(value), []);
    const into: Record<string, Buffers | null> = { loss: null };
    for (const name of this.#looks) into[name] = null;
    for (const [name, tensor] of Object.entries(this.#spare)) into[nextOf(name)] = tensor;
    const results = await this.#session.run(feeds, into);
    [this.#state, this.#spare] = [this.#spare, this.#state];
    const looks = (prefix: string) =>
      this.#looks.filter((name) => name.startsWith(prefix)).map((name) => results[name]!.data as Float32Array);
    return {
      loss: results.loss!.data[0] as number,
      largestLogits: looks("largest-logits:"),
      loads: looks("load:"),
    };
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Forward pass, gradients and update of one step. */
function trainingStep(graph: Graph, { config, grid, judging, optimiser }: TrainerSettings) {
  const model = decoder(graph, config, grid);
  const loss = crossEntropy(graph, judgedLogits(graph, model, judging), judging);
  // A grid without a whole block leaves the weights of a compressor unused; they stay as they are.
  const used = graph.dependencies(loss);
  const followed = model.weights.filter(({ tensor }) => tensor.tracked && used.has(tensor));
  const found = graph.gradients(
    loss,
    followed.map(({ tensor }) => tensor),
  );
  const gradients = new Map(followed.map((weight, index) => [weight, found[index] as Tensor]));
  return {
    loss: graph.named(loss, "loss"),
    looks: [
      ...model.steering.heads.map(({ largest }, layer) => graph.named(largest, logitsOf(layer))),
      ...model.steering.loads.map(({ tokens }, layer) => graph.named(tokens, loadOf(layer))),
    ],
    updates: optimiserStep(graph, model.weights, gradients, model.steering, optimiser),
  };
}
