/**
 * Runs a training step, which is one ONNX graph, over and over. Weights and moments live in two sets of buffers: a step
 * reads one set and writes the other, so nothing is copied or allocated.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type Decoder, type DecoderConfig, decoder, type Grid } from "./decoder.ts";
import { Graph, sizeOf } from "./graph.ts";
import { adamCorrections, type OptimiserSettings, optimiserStep } from "./optimisers.ts";

/** Weights by name, and in a training state their moments too. */
export type Values = Readonly<Record<string, Float32Array>>;

/** Tokens to read and the places to be judged at. */
export interface Batch {
  /** Each [sequences · tokens]. */
  readonly tokens: Int32Array;
  readonly positions: Int32Array;
  /** [sequences, tokens, tokens]: 0 where a token may look, a large negative elsewhere. */
  readonly mask: Float32Array;
  /** Rows of [sequences · tokens] whose next token is judged, what it must be, and how much it counts. */
  readonly judged: Int32Array;
  readonly targets: Int32Array;
  readonly importance: Float32Array;
}

export interface Rates {
  readonly adamRate: number;
  readonly muonRate: number;
}

/** One thread and a fixed level of optimisation: the same bits come out each time on one kind of processor. */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: "all",
};

export class Trainer {
  readonly #session: InferenceSession;
  readonly #grid: Grid;
  #state: Record<string, Tensor>;
  #spare: Record<string, Tensor>;
  #steps: number;

  private constructor(session: InferenceSession, grid: Grid, state: Values, shapes: Shapes, steps: number) {
    this.#session = session;
    this.#grid = grid;
    const tensors = (make: (name: string) => Float32Array) =>
      Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, new Tensor("float32", make(name), shape)]),
      );
    this.#state = tensors((name) => Float32Array.from(state[name] ?? new Float32Array(sizeOf(shapes[name]!))));
    this.#spare = tensors((name) => new Float32Array(sizeOf(shapes[name]!)));
    this.#steps = steps;
  }

  /**
   * @param judged  places judged in each batch
   * @param state   weights, and moments where training goes on; missing moments start at 0
   * @param steps   steps already behind that state
   */
  static async create(
    config: DecoderConfig,
    grid: Grid,
    judged: number,
    settings: OptimiserSettings,
    state: Values,
    steps = 0,
  ): Promise<Trainer> {
    const graph = new Graph();
    const model = decoder(graph, config, grid);
    const loss = crossEntropy(model, config, judged);
    const gradients = graph.gradients(
      loss,
      model.weights.map(({ tensor }) => tensor),
    );
    const updates = optimiserStep(graph, model.weights, gradients, settings);
    const outputs = updates.map(({ name, next }) => graph.named(next, nextOf(name)));
    const session = await InferenceSession.create(graph.bytes([graph.named(loss, "loss"), ...outputs]), sessionOptions);
    const shapes = Object.fromEntries(updates.map(({ name, next }) => [name, [...next.shape]]));
    return new Trainer(session, grid, state, shapes, steps);
  }

  get steps(): number {
    return this.#steps;
  }

  /** Weights and moments as they are now; the arrays are overwritten two steps later. */
  get state(): Values {
    return Object.fromEntries(Object.entries(this.#state).map(([name, { data }]) => [name, data as Float32Array]));
  }

  /** One step; returns the loss before it, nats for each judged place. */
  async step(batch: Batch, rates: Rates): Promise<number> {
    this.#steps += 1;
    const scalars = { ...rates, ...adamCorrections(this.#steps) };
    const feeds: Record<string, Tensor> = { ...this.#state, ...feedsOf(batch, this.#grid) };
    for (const [name, value] of Object.entries(scalars))
      feeds[name] = new Tensor("float32", Float32Array.of(value), []);
    const fetches: Record<string, Tensor | null> = { loss: null };
    for (const [name, tensor] of Object.entries(this.#spare)) fetches[nextOf(name)] = tensor;
    const results = await this.#session.run(feeds, fetches);
    [this.#state, this.#spare] = [this.#spare, this.#state];
    return results.loss!.data[0] as number;
  }
}

type Shapes = Readonly<Record<string, number[]>>;

const nextOf = (name: string) => `next:${name}`;

/** Mean of −log p(target) over the judged rows, weighed by `importance`; inputs `judged`, `targets`, `importance`. */
export function crossEntropy(model: Decoder, config: DecoderConfig, judged: number) {
  const { graph } = model;
  const logs = graph.logSoftmax(model.logitsAt(graph.input("judged", [judged], "indices")));
  const targets = graph.oneHot(graph.input("targets", [judged], "indices"), config.vocabularySize);
  const importance = graph.input("importance", [judged, 1]);
  const perPlace = graph.multiply(graph.sum(graph.multiply(logs, targets), [1]), importance);
  const total = graph.negate(graph.sum(perPlace, [0, 1]));
  return graph.reshape(graph.divide(total, graph.sum(importance, [0, 1])), []);
}

/** The forward pass alone: logits [judged, vocabulary] of the judged rows. */
export async function forwardPass(config: DecoderConfig, grid: Grid, judged: number) {
  const graph = new Graph();
  const model = decoder(graph, config, grid);
  const logits = graph.named(model.logitsAt(graph.input("judged", [judged], "indices")), "logits");
  const session = await InferenceSession.create(graph.bytes([logits]), sessionOptions);
  return async (weights: Values, batch: Omit<Batch, "targets" | "importance">): Promise<Float32Array> => {
    const { targets: _, importance: __, ...feeds } = feedsOf({ ...batch, targets: none, importance: nothing }, grid);
    for (const { name, shape } of model.weights) feeds[name] = new Tensor("float32", weights[name]!, [...shape]);
    return (await session.run(feeds)).logits!.data as Float32Array;
  };
}

const none = new Int32Array(0);
const nothing = new Float32Array(0);

function feedsOf(batch: Batch, { sequences, tokens }: Grid): Record<string, Tensor> {
  const indices = (values: Int32Array) => new Tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
  return {
    tokens: indices(batch.tokens),
    positions: indices(batch.positions),
    mask: new Tensor("float32", batch.mask, [sequences, tokens, tokens]),
    judged: indices(batch.judged),
    targets: indices(batch.targets),
    importance: new Tensor("float32", batch.importance, [batch.importance.length, 1]),
  };
}
