import { expect, test } from "vitest";
import { centralDifferences } from "../../../../test/numeric/central-differences.ts";
import { relativeError } from "../../../../test/numeric/relative-error.ts";
import { randomFrom } from "../../../stats/index.ts";
import { Graph, sizeOf } from "../../graph/graph.ts";
import type { Precision } from "../../graph/onnx-model.ts";
import { type Arrays, openGraph } from "../../graph/session.ts";
import { cachedValues, type DecoderConfig, type DeltaAttention, stateValues } from "../config.ts";
import { firstValues } from "../first-values.ts";
import { type Grid, Site } from "../site.ts";
import { deltaAttention } from "./delta.ts";

const model: DecoderConfig = { width: 6, heads: 2, vocabularySize: 1, layers: [] };
const design: DeltaAttention = { kind: "delta", headDim: 4, convolution: 3 };

interface Drawn {
  /** Added to ln of the rates of fading. */
  readonly logRate: number;
  /** Tokens after which the input repeats. */
  readonly period: number;
  /** The matrix that correction strengths come from, in multiples of a random one. */
  readonly strength: number;
}
const ordinary: Drawn = { logRate: 0, period: Number.POSITIVE_INFINITY, strength: 1 };

/**
 * The layer with random weights and a random input, and the gradients of a weighed sum of its outputs. (With the gradients
 * in the graph, onnxruntime does not join SiLU to an operator that it lacks in float64.)
 */
function layerOf(grid: Grid, chunk?: number, precision: Precision = "float64", drawing: Partial<Drawn> = {}) {
  const { logRate, period, strength } = { ...ordinary, ...drawing };
  const graph = new Graph(precision);
  const site = new Site(graph, grid, model);
  const x = graph.input("x", [site.count, model.width], "weight");
  const y = deltaAttention(site, x, design, chunk);
  const draw = (name: string, size: number, mean: number, deviation: number) => {
    const random = randomFrom(`${name} of delta attention`);
    return graph.array(Float64Array.from({ length: size }, () => mean + deviation * random.normal()));
  };
  const values = site.weights.map(({ name, shape, role }) => {
    const size = sizeOf(shape);
    if (role === "norm") return [name, { shape, data: draw(name, size, 1, 0.2) }] as const;
    if (role === "decay") return [name, { shape, data: draw(name, size, logRate, 0.7) }] as const;
    if (role === "time-step") return [name, { shape, data: draw(name, size, -1, 1) }] as const;
    const deviation = (name === "ssm_beta.weight" ? strength : 1) / Math.sqrt(shape.at(-2)!);
    return [name, { shape, data: draw(name, size, 0, deviation) }] as const;
  });
  const inputs = draw("x", sizeOf(x.shape), 0, 1);
  const repeated = inputs.map((_, at) => inputs[at % (period * model.width)]!);
  const fed: Arrays = { ...Object.fromEntries(values), x: { shape: x.shape, data: repeated } };
  const shares = graph.constant(draw("shares", sizeOf(y.shape), 1, 0.3), y.shape);
  const loss = graph.reshape(graph.sum(graph.multiply(y, shares), [0, 1]), []);
  const followed = [{ name: "x", tensor: x }, ...site.weights];
  const gradients = graph.gradients(
    loss,
    followed.map(({ tensor }) => tensor),
  );
  return { graph, y, fed, loss, names: followed.map(({ name }) => name), gradients };
}

async function outputOf({ graph, y, fed }: ReturnType<typeof layerOf>) {
  const session = await openGraph(graph.bytes([graph.named(y, "y")]));
  return (await session.evaluate(fed)).y!;
}

const sequencesOf = (fed: Arrays, tokens: number) => {
  const inputs = rowsOf(fed.x!.data, model.width);
  return Array.from({ length: inputs.length / tokens }, (_, at) => inputs.slice(at * tokens, (at + 1) * tokens));
};
const recurrence = (fed: Arrays, tokens: number) =>
  sequencesOf(fed, tokens).flatMap((sequence) => tokenByToken(fed, sequence).outputs.flat());

test.each([
  [1, 2],
  [2, 2],
  [9, 2],
  [23, 4],
  [32, 8],
  [50, 16],
  [32, 32],
  [70, undefined],
  [200, undefined],
  [100, 64],
])("%i tokens in chunks of %s: the graph computes what a loop over tokens does", async (tokens, chunk) => {
  const layer = layerOf({ sequences: 2, tokens }, chunk);
  expect(relativeError(await outputOf(layer), recurrence(layer.fed, tokens))).toBeLessThan(1e-9);
});

// Fast: a chunk's cumulative decay is far below what float32 holds. Alike: with one key and strengths near 1, powers of the
// triangular matrix reach 10⁸.
test.each([
  ["fading is fast", { logRate: 7 }],
  ["nothing fades", { logRate: -20 }],
  ["all tokens are alike and nothing fades", { logRate: -20, period: 1, strength: 10 }],
  ["two tokens take turns and little fades", { logRate: -6, period: 2, strength: 10 }],
] as const)("where %s, float32 is enough", async (_, drawing) => {
  const tokens = 150;
  const layer = layerOf({ sequences: 1, tokens }, undefined, "float32", drawing);
  expect(relativeError(await outputOf(layer), recurrence(layer.fed, tokens))).toBeLessThan(1e-5);
});

test.each([
  ["one chunk", 7, 8],
  ["several chunks, the last one not full", 11, 2],
  ["chunks of the usual size", 70, undefined],
] as const)("with %s, gradients are those of central differences", async (_, tokens, chunk) => {
  const { graph, fed, loss, names, gradients } = layerOf({ sequences: 2, tokens }, chunk);
  const forward = await openGraph(graph.bytes([graph.named(loss, "loss")]));
  const backward = await openGraph(graph.bytes(gradients.map((one, at) => graph.named(one, `gradient${at}`))));
  const found = await backward.evaluate(fed);
  for (const [at, name] of names.entries()) {
    const { data, shape } = fed[name]!;
    // Of large ones some entries, evenly spread.
    const apart = Math.ceil(data.length / 40);
    const places = Array.from(data.keys()).filter((entry) => entry % apart === 0);
    const lossAt = async (values: Float64Array) => {
      const moved = Float64Array.from(data);
      for (const [of, entry] of places.entries()) moved[entry] = values[of]!;
      return (await forward.evaluate({ ...fed, [name]: { data: moved, shape } })).loss![0]!;
    };
    const pick = (values: ArrayLike<number>) => Float64Array.from(places, (entry) => values[entry]!);
    const differences = await centralDifferences(lossAt, pick(data));
    expect(relativeError(pick(found[`gradient${at}`]!), differences), name).toBeLessThan(1e-6);
  }
});

test("a token is known to itself and all after it in its sequence, and to no other", async () => {
  const tokens = 11;
  const { graph, y, fed } = layerOf({ sequences: 3, tokens }, 4);
  const session = await openGraph(graph.bytes([graph.named(y, "y")]));
  const run = async (data: Float64Array) =>
    rowsOf((await session.evaluate({ ...fed, x: { ...fed.x!, data } })).y!, model.width);
  const drawn = Float64Array.from(fed.x!.data);
  const before = await run(drawn);
  for (const place of [0, 10, 11, 14, 15, 21, 22, 32]) {
    const moved = drawn.map((value, at) => (Math.floor(at / model.width) === place ? value + 1 + at : value));
    const after = await run(moved);
    const changed = after.flatMap((row, token) => (relativeError(row, before[token]!) > 1e-12 ? [token] : []));
    const end = (Math.floor(place / tokens) + 1) * tokens;
    expect(changed).toEqual(Array.from({ length: end - place }, (_, at) => place + at));
  }
});

test("the state has the size that is stated, and does not grow", () => {
  const { fed } = layerOf({ sequences: 1, tokens: 20 });
  const [inputs] = sequencesOf(fed, 20);
  for (const tokens of [1, 20])
    expect(tokenByToken(fed, inputs!.slice(0, tokens)).kept).toBe(stateValues(design, model.heads));
  expect(cachedValues(design)).toBe(0);
});

test("at first a channel fades by a factor of e^-0.001 to e^-1.6 a token, where its input says nothing", () => {
  const sizes = { width: 8, heads: 64, vocabularySize: 1, layers: [] };
  const site = new Site(new Graph(), { sequences: 1, tokens: 1 }, sizes);
  deltaAttention(site, site.graph.input("x", [1, sizes.width]), design);
  const values = firstValues(sizes, site.weights, 3);
  const rates = values.ssm_a_log!.map(Math.exp);
  const steps = values["ssm_dt.bias"]!.map((bias) => Math.log1p(Math.exp(bias)));
  const within = (range: Float32Array, from: number, to: number) => {
    const margin = 0.1;
    const [least, most] = [Math.min(...range), Math.max(...range)];
    expect(least).toBeGreaterThan(from * 0.999);
    expect(least).toBeLessThan(from * (1 + 5 * margin));
    expect(most).toBeLessThan(to * 1.001);
    expect(most).toBeGreaterThan(to * (1 - margin));
  };
  within(rates, 1, 16);
  within(steps, 0.001, 0.1);
});

/** A row-major matrix as rows. */
const rowsOf = (data: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: data.length / columns }, (_, row) =>
    Array.from({ length: columns }, (_, column) => data[row * columns + column]!),
  );

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The same layer on one sequence, as the paper defines it: a token at a time, on a matrix for each head. */
function tokenByToken(weights: Arrays, inputs: readonly (readonly number[])[]) {
  const { heads, width } = model;
  const { headDim, convolution } = design;
  const inner = heads * headDim;
  const weight = (name: string) => Array.from(weights[name]!.data, Number);
  const times = (vector: readonly number[], name: string, columns: number) => {
    const matrix = weight(`${name}.weight`);
    return Array.from({ length: columns }, (_, column) =>
      vector.reduce((sum, value, row) => sum + value * matrix[row * columns + column]!, 0),
    );
  };
  const sumOfSquares = (vector: readonly number[]) => vector.reduce((sum, value) => sum + value * value, 0);
  const ofLength1 = (vector: readonly number[]) => {
    const length = Math.sqrt(sumOfSquares(vector) + 1e-6);
    return vector.map((value) => value / length);
  };
  const recent = { q: [] as number[][], k: [] as number[][], v: [] as number[][] };
  for (const part of ["q", "k", "v"] as const)
    for (let at = 1; at < convolution; at++) recent[part].push(Array(inner).fill(0));
  const states = Array.from({ length: heads }, () => rowsOf(new Float64Array(headDim * headDim), headDim));

  const outputs = inputs.map((input) => {
    const read = (part: "q" | "k" | "v") => {
      const seen = [...recent[part], times(input, `attn_${part}`, inner)];
      recent[part] = seen.slice(1);
      const filters = rowsOf(weight(`ssm_conv1d_${part}.weight`), inner);
      const sums = Array.from({ length: inner }, (_, channel) =>
        seen.reduce((sum, vector, at) => sum + vector[channel]! * filters[at]![channel]!, 0),
      );
      return rowsOf(
        sums.map((sum) => sum * sigmoid(sum)),
        headDim,
      );
    };
    const [queries, keys, values] = [read("q"), read("k"), read("v")];
    const bias = weight("ssm_dt.bias");
    const fading = rowsOf(
      times(times(input, "ssm_f_a", headDim), "ssm_f_b", inner).map((value, at) => {
        const rate = Math.exp(weight("ssm_a_log")[Math.floor(at / headDim)]!);
        return Math.exp(-rate * Math.log1p(Math.exp(value + bias[at]!)));
      }),
      headDim,
    );
    const strengths = times(input, "ssm_beta", heads).map(sigmoid);
    const gates = rowsOf(times(times(input, "ssm_g_a", headDim), "ssm_g_b", inner), headDim);
    const mixed = states.flatMap((state, head) => {
      const [query, key] = [ofLength1(queries[head]!), ofLength1(keys[head]!)];
      for (const [row, entries] of state.entries())
        for (const column of entries.keys()) entries[column]! *= fading[head]![row]!;
      const find = (vector: readonly number[]) =>
        Array.from({ length: headDim }, (_, column) =>
          vector.reduce((sum, value, row) => sum + value * state[row]![column]!, 0),
        );
      const error = find(key).map((value, at) => values[head]![at]! - value);
      for (const [row, entries] of state.entries())
        for (const column of entries.keys()) entries[column]! += strengths[head]! * key[row]! * error[column]!;
      const found = find(query.map((value) => value / Math.sqrt(headDim)));
      const root = Math.sqrt(sumOfSquares(found) / headDim + 1e-6);
      return found.map((value, at) => (value / root) * weight("ssm_norm.weight")[at]! * sigmoid(gates[head]![at]!));
    });
    return times(mixed, "attn_output", width);
  });
  const kept = [...Object.values(recent).flat(2), ...states.flat(2)].length;
  return { outputs, kept };
}
