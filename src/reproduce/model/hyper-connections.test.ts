import fc from "fast-check";
import { expect, test } from "vitest";
import { relativeError } from "../../../test/numeric/relative-error.ts";
import { mean, randomFrom } from "../../stats/index.ts";
import { byteVocabulary, installedText, learnedBatch } from "../data/text.ts";
import { Graph, sizeOf } from "../graph/graph.ts";
import type { Values } from "../graph/onnx-model.ts";
import { type Arrays, openGraph } from "../graph/session.ts";
import type { AdamWSettings, OptimiserSettings } from "../optimisers/optimiser.ts";
import { type Batch, everyToken } from "../training/batch.ts";
import { forwardPass, weightsOf } from "../training/forward.ts";
import { Trainer } from "../training/trainer.ts";
import { alike, type DecoderConfig, type FeedForward, type HyperConnections, normEpsilon } from "./config.ts";
import { decoder } from "./decoder.ts";
import { firstValues, type WeightValues } from "./first-values.ts";
import { biasesOfOneStream, connectionEpsilon, doublyStochastic, hyperConnections } from "./hyper-connections.ts";
import { type Grid, Site, type Weight } from "./site.ts";

type Matrix = readonly (readonly number[])[];

/** Matrices [from][to] that are made of such logits. */
async function mixingOf(logits: readonly Matrix[], iterations: number): Promise<Matrix[]> {
  const streams = logits[0]!.length;
  const graph = new Graph("float64");
  const shape = [streams, streams, logits.length];
  const mixing = graph.named(doublyStochastic(graph, graph.input("logits", shape), iterations), "mixing");
  const session = await openGraph(graph.bytes([mixing]));
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, entry) => {
    const pair = Math.floor(entry / logits.length);
    return logits[entry % logits.length]![Math.floor(pair / streams)]![pair % streams]!;
  });
  const found = (await session.evaluate({ logits: { data, shape } })).mixing!;
  await session.release();
  return logits.map((_, matrix) =>
    square(streams, (from, to) => found[(from * streams + to) * logits.length + matrix]!),
  );
}

const square = (size: number, entry: (row: number, column: number) => number): Matrix =>
  Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => entry(row, column)));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
const rowSums = (matrix: Matrix) => matrix.map(sum);
const columnSums = (matrix: Matrix) => matrix.map((_, column) => sum(matrix.map((row) => row[column]!)));

/** The largest of log(e^a · e^d / (e^b · e^c)) over all squares a b / c d of the matrix. */
function diameter(logits: Matrix): number {
  const places = [...logits.keys()];
  return Math.max(
    ...places.flatMap((i) =>
      places.flatMap((k) => {
        const ratios = places.map((j) => logits[i]![j]! - logits[k]![j]!);
        return Math.max(...ratios) - Math.min(...ratios);
      }),
    ),
  );
}

const someLogits = fc
  .record({ streams: fc.integer({ min: 2, max: 5 }), matrices: fc.integer({ min: 1, max: 6 }) })
  .chain(({ streams, matrices }) => {
    const row = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), { minLength: streams, maxLength: streams });
    const matrix = fc.array(row, { minLength: streams, maxLength: streams });
    return fc.array(matrix, { minLength: matrices, maxLength: matrices });
  });

// Franklin & Lorenz 1989, "On the scaling of multidimensional matrices": after the first iteration the logarithms of row
// sums differ by no more than the diameter, and each further one brings them nearer by tanh²(diameter / 4) at least.
test("columns of mixing matrices add up to 1, and rows as nearly as theory promises after so many iterations", async () => {
  await fc.assert(
    fc.asyncProperty(someLogits, fc.integer({ min: 1, max: 60 }), async (logits, iterations) => {
      for (const [at, matrix] of (await mixingOf(logits, iterations)).entries()) {
        const spread = diameter(logits[at]!);
        const most = Math.expm1(spread * Math.tanh(spread / 4) ** (2 * (iterations - 1)));
        expect(Math.min(...matrix.flat())).toBeGreaterThan(0);
        for (const column of columnSums(matrix)) expect(Math.abs(column - 1)).toBeLessThan(1e-4);
        for (const row of rowSums(matrix)) expect(Math.abs(row - 1)).toBeLessThan(most + 1e-4);
      }
    }),
    { numRuns: 60 },
  );
});

test("20 iterations leave rows of strong logits short of 1, and 500 bring them there", async () => {
  const random = randomFrom("strong logits");
  const logits = Array.from({ length: 20 }, () => square(4, () => 2 * random.normal()));
  const furthest = async (iterations: number) =>
    Math.max(...(await mixingOf(logits, iterations)).flatMap(rowSums).map((row) => Math.abs(row - 1)));
  expect(await furthest(20)).toBeGreaterThan(1e-3);
  expect(await furthest(500)).toBeLessThan(1e-4);
});

const designs: readonly (readonly [string, HyperConnections])[] = [
  ["2 streams, normalised once", { streams: 2, sinkhornIterations: 1 }],
  ["3 streams, normalised 3 times", { streams: 3, sinkhornIterations: 3 }],
  ["4 streams, normalised 20 times", { streams: 4, sinkhornIterations: 20 }],
];
const width = 5;
const grid: Grid = { sequences: 2, tokens: 3 };
const model: DecoderConfig = { width, heads: 1, vocabularySize: 7, layers: [] };

test.each(designs)("%s: the graph computes what loops over streams do", async (_, design) => {
  const graph = new Graph("float64");
  const site = new Site(graph, grid, model);
  const residual = hyperConnections(site, design);
  let x = residual.open(graph.input("embedding", [site.count, width]));
  for (const layer of [0, 1])
    for (const part of ["attn", "ffn"] as const)
      x = residual.join(site.layer(layer), part, x, (input) => graph.softplus(input));
  const session = await openGraph(graph.bytes([graph.named(residual.close(x), "end")]));
  const embedding = { data: drawn("embedding", site.count * width, 1), shape: [site.count, width] };
  const values = spreadValues(site.weights);
  const { end } = await session.evaluate({ ...values, embedding });
  await session.release();

  const expected = Array.from({ length: site.count }, (_, token) =>
    throughStreams([...embedding.data.subarray(token * width, (token + 1) * width)], values, design),
  );
  expect(relativeError(end!, expected.flat())).toBeLessThan(1e-9);
});

const drawn = (name: string, size: number, deviation: number) => {
  const random = randomFrom(`${name} of hyper-connections`);
  return Float64Array.from({ length: size }, () => deviation * random.normal());
};

const spreadValues = (weights: readonly Weight[]): Arrays =>
  Object.fromEntries(
    weights.map(({ name, shape }) => [name, { shape, data: drawn(name, sizeOf(shape), shape.length === 1 ? 1 : 0.5) }]),
  );

const sigmoid = (number: number) => 1 / (1 + Math.exp(-number));

/** One token's embedding through two layers of two sublayers, each of which gives softplus of what it reads. */
function throughStreams(
  embedding: readonly number[],
  values: Arrays,
  { streams, sinkhornIterations }: HyperConnections,
) {
  let x: number[][] = Array.from({ length: streams }, () => [...embedding]);
  for (const name of ["blk.0.hc_attn", "blk.0.hc_ffn", "blk.1.hc_attn", "blk.1.hc_ffn"]) {
    const raw = rawLogits(name, x, values);
    const gates = values[`${name}_scale.weight`]!.data as Values;
    const biases = values[`${name}_base.weight`]!.data as Values;
    const logit = (column: number, part: number) => gates[part]! * raw[column]! + biases[column]!;
    const output = readBy(x, (stream) => logit(stream, 0)).map((entry) => Math.log1p(Math.exp(entry)));

    const powers: number[][] = [];
    for (let from = 0; from < streams; from++) {
      powers.push([]);
      for (let to = 0; to < streams; to++) powers[from]!.push(Math.exp(logit((2 + from) * streams + to, 2)));
    }
    const mixing = powers.map((row) => row.map((power) => power / sum(row) + connectionEpsilon));
    const normaliseColumns = () => {
      const sums = columnSums(mixing);
      for (const row of mixing)
        for (let to = 0; to < streams; to++) row[to] = row[to]! / (sums[to]! + connectionEpsilon);
    };
    normaliseColumns();
    for (let iteration = 1; iteration < sinkhornIterations; iteration++) {
      for (const row of mixing) {
        const total = sum(row) + connectionEpsilon;
        for (let to = 0; to < streams; to++) row[to] = row[to]! / total;
      }
      normaliseColumns();
    }

    const next: number[][] = [];
    for (let to = 0; to < streams; to++) {
      const share = 2 * sigmoid(logit(streams + to, 1));
      next.push(
        output.map((written, at) => share * written + sum(x.map((stream, from) => mixing[from]![to]! * stream[at]!))),
      );
    }
    x = next;
  }
  const raw = rawLogits("output_hc", x, values);
  const gate = values["output_hc_scale.weight"]!.data[0]! as number;
  const biases = values["output_hc_base.weight"]!.data as Values;
  return readBy(x, (stream) => gate * raw[stream]! + biases[stream]!);
}

/** What all streams together say, before gate and bias: their root-mean-square norm times a matrix. */
function rawLogits(name: string, x: readonly (readonly number[])[], values: Arrays): number[] {
  const { data, shape } = values[`${name}_fn.weight`]!;
  const columns = shape[1]!;
  const entries = x.flat();
  const rms = Math.sqrt(sum(entries.map((entry) => entry ** 2)) / entries.length + normEpsilon);
  const products = Array.from({ length: columns }, () => 0);
  for (const [row, entry] of entries.entries())
    for (let column = 0; column < columns; column++)
      products[column]! += (entry / rms) * (data[row * columns + column] as number);
  return products;
}

const readBy = (x: readonly (readonly number[])[], logit: (stream: number) => number): number[] =>
  Array.from({ length: width }, (_, at) =>
    sum(x.map((stream, from) => (sigmoid(logit(from)) + connectionEpsilon) * stream[at]!)),
  );

const dense: FeedForward = { kind: "dense", hidden: 12 };
const oneStream: DecoderConfig = {
  width: 8,
  heads: 2,
  vocabularySize: 11,
  layers: alike(2, { attention: { kind: "grouped", kvHeads: 2, headDim: 4, window: null }, feedForward: dense }),
};

/** Logits of a decoder whose streams are joined with the given biases, whatever they say. */
async function logitsWithShutGates(config: DecoderConfig, biasOf: (connection: number) => (column: number) => number) {
  const weights = weightsOf(config);
  const connections = weights.filter(({ role }) => role === "connection");
  const values = weights.map((weight) => {
    const data = Float32Array.from(drawn(weight.name, sizeOf(weight.shape), 0.7));
    if (weight.role === "gate") return [weight.name, data.fill(0)] as const;
    if (weight.role !== "connection") return [weight.name, data] as const;
    const bias = biasOf(connections.indexOf(weight));
    return [weight.name, data.map((_, column) => bias(column))] as const;
  });
  const forward = await forwardPass(config, grid, everyToken);
  const tokens = Int32Array.of(3, 1, 10, 0, 1, 7);
  const batch: Batch = { tokens, targets: tokens, judged: null, importance: null };
  const logits = await forward.logits(Object.fromEntries(values), batch);
  await forward.release();
  return logits;
}

test.each(designs)("%s: biases of one stream give the plain decoder's logits", async (_, hyperConnections) => {
  const plain = await logitsWithShutGates(oneStream, () => () => 0);
  const { streams } = hyperConnections;
  const end = 2 * oneStream.layers.length;
  const inTurns = (connection: number) => biasesOfOneStream(streams, connection === end ? null : connection % streams);
  const differenceWith = async (biasOf: (connection: number) => (column: number) => number) =>
    relativeError(await logitsWithShutGates({ ...oneStream, hyperConnections }, biasOf), plain);
  // Sums of streams and of columns are 1 but for an epsilon.
  expect(await differenceWith(() => biasesOfOneStream(streams, null))).toBeLessThan(2e-5);
  expect(await differenceWith(() => biasesOfOneStream(streams, 1))).toBeLessThan(2e-5);
  expect(await differenceWith(inTurns)).toBeLessThan(2e-5);
  const others = (connection: number) => (column: number) => inTurns(connection)(column) + column / 10;
  expect(await differenceWith(others)).toBeGreaterThan(1e-2);
});

test.each([
  { streams: 1, sinkhornIterations: 20 },
  { streams: 4, sinkhornIterations: 0 },
])("$streams streams and $sinkhornIterations iterations are refused", (hyperConnections) => {
  expect(() => decoder(new Graph(), { ...oneStream, hyperConnections }, grid)).toThrow(RangeError);
});

test("with 4 streams a small language model learns as well as with one, and streams come apart", async () => {
  const plain: DecoderConfig = {
    width: 32,
    heads: 4,
    vocabularySize: byteVocabulary,
    layers: alike(2, {
      attention: { kind: "grouped", kvHeads: 4, headDim: 8, window: null },
      feedForward: { kind: "dense", hidden: 80 },
    }),
  };
  const one = await trained(plain, 120);
  const four = await trained({ ...plain, hyperConnections: { streams: 4, sinkhornIterations: 20 } }, 120);
  expect(four.losses[0]).toBeCloseTo(one.losses[0]!, 2);
  const ends = [one, four].map(({ losses }) => mean(losses.slice(-20))!);
  expect(ends[1]).toBeLessThan(one.losses[0]! - 2);
  expect(Math.abs(ends[1]! - ends[0]!)).toBeLessThan(0.1);

  // Where all streams are alike, how they are mixed has no gradient.
  const mixing = (state: WeightValues) => state["blk.1.hc_ffn_base.weight"]!.subarray(2 * 4);
  const moved = Array.from(mixing(four.state), (bias, pair) => Math.abs(bias - mixing(four.first)[pair]!));
  expect(Math.max(...moved)).toBeGreaterThan(0.02);
});

async function trained(config: DecoderConfig, steps: number) {
  const text = installedText();
  const batches = { sequences: 4, tokens: 32 };
  const adamw: AdamWSettings = { kind: "adamw", weightDecay: 0.1 };
  const optimiser: OptimiserSettings = { matrices: adamw, others: adamw, maxGradientNorm: 1, qkClip: null };
  const first = firstValues(config, weightsOf(config), 1);
  const trainer = await Trainer.create({ config, grid: batches, judging: everyToken, optimiser }, first);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const batch = learnedBatch(text, batches, randomFrom(`batch ${step}`));
    losses.push((await trainer.step(batch, 0.003 * Math.min(1, (step + 1) / 15))).loss);
  }
  const state = Object.fromEntries(Object.entries(trainer.state).map(([name, values]) => [name, values.slice()]));
  await trainer.release();
  return { losses, first, state };
}
