import fc from "fast-check";
import { expect, test } from "vitest";
import { relativeError } from "../../../test/numeric/relative-error.ts";
import { type Matrix, polarFactor, singularValues } from "../../../test/numeric/singular-values.ts";
import { randomFrom } from "../../stats/index.ts";
import { Graph, type Shape, sizeOf } from "../graph/graph.ts";
import type { Values } from "../graph/onnx-model.ts";
import { type Arrays, openGraph } from "../graph/session.ts";
import type { Attention, DecoderConfig, ExpertFeedForward, FeedForward } from "../model/config.ts";
import { firstValues, type WeightValues } from "../model/first-values.ts";
import type { Steering, WeightRole } from "../model/site.ts";
import { type Batch, everyToken } from "../training/batch.ts";
import { weightsOf } from "../training/forward.ts";
import { Trainer } from "../training/trainer.ts";
import { corrections } from "./adamw.ts";
import { orthogonalised } from "./muon.ts";
import type { AdamWSettings, MuonSettings, NewtonSchulz, OptimiserSettings, SgdSettings } from "./optimiser.ts";
import { optimiserStep } from "./step.ts";

const still: SgdSettings = { kind: "sgd", momentum: 0, weightDecay: 0 };
const plain: OptimiserSettings = { matrices: still, others: still, maxGradientNorm: 1e9, qkClip: null };
const muonWith = (newtonSchulz: NewtonSchulz, other: Partial<MuonSettings> = {}): OptimiserSettings => ({
  ...plain,
  matrices: { kind: "muon", momentum: 0.95, newtonSchulz, weightDecay: 0, ...other },
});

/** A weight by its values, with its gradient at each step. */
interface Course {
  readonly role: WeightRole;
  readonly shape: Shape;
  readonly start: Float64Array;
  readonly gradients: readonly Float64Array[];
}

const drawn = (shape: Shape, seed: string, scale = 1) => {
  const random = randomFrom(seed);
  return Float64Array.from({ length: sizeOf(shape) }, () => scale * random.normal());
};
const course = (role: WeightRole, shape: Shape, steps: number): Course => ({
  role,
  shape,
  start: drawn(shape, `${role} start`),
  gradients: Array.from({ length: steps }, (_, step) => drawn(shape, `${role} ${step}`)),
});

/** The weights after a step at each of the rates, in float64. */
async function walk(
  courses: Readonly<Record<string, Course>>,
  settings: OptimiserSettings,
  rates: readonly number[],
): Promise<Record<string, Values>> {
  const graph = new Graph("float64");
  const weights = Object.entries(courses).map(([name, { role, shape }]) => {
    return { name, role, shape, tensor: graph.input(name, shape, "weight") };
  });
  const gradients = new Map(weights.map((weight) => [weight, graph.input(`gradient:${weight.name}`, weight.shape)]));
  const updates = optimiserStep(graph, weights, gradients, { heads: [], loads: [] }, settings);
  const session = await openGraph(graph.bytes(updates.map(({ name, next }) => graph.named(next, `next:${name}`))));
  const state = Object.fromEntries(
    updates.map(({ name, next }) => [name, courses[name]?.start ?? new Float64Array(sizeOf(next.shape))]),
  ) as Record<string, Values>;
  for (const [step, rate] of rates.entries()) {
    const scalars = Object.entries({ rate, ...corrections(step + 1) });
    const feeds: Arrays = Object.fromEntries([
      ...updates.map(({ name, next: { shape } }) => [name, { data: state[name]!, shape }]),
      ...weights.map(({ name, shape }) => [`gradient:${name}`, { data: courses[name]!.gradients[step]!, shape }]),
      ...scalars.map(([name, value]) => [name, { data: Float64Array.of(value), shape: [] }]),
    ]);
    const found = await session.evaluate(feeds);
    for (const { name } of updates) state[name] = found[`next:${name}`]!;
  }
  await session.release();
  return state;
}

/** The matrices of a stack [..., rows, columns]. */
function matricesOf(data: Values, shape: Shape): Matrix[] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const size = rows * columns;
  return Array.from({ length: data.length / size }, (_, at) => {
    return { rows, columns, data: data.subarray(at * size, (at + 1) * size) };
  });
}

const shapes: readonly Shape[] = [
  [8, 8],
  [16, 6],
  [6, 16],
  [12, 40],
  [3, 7, 5],
  [2, 2, 4, 12],
];
const bounds = { jordan: [0.6, 1.25], "deepseek-v4": [0.99, 1.01] } as const satisfies Record<NewtonSchulz, unknown>;
const shapesByVariant = (Object.keys(bounds) as NewtonSchulz[]).flatMap((variant) =>
  shapes.map((shape) => ({ variant, shape, named: shape.join("×") })),
);

test.each(shapesByVariant)("$variant brings the singular values of $named near 1", async ({ variant, shape }) => {
  const graph = new Graph();
  const result = graph.named(orthogonalised(graph, graph.input("x", shape), variant), "result");
  const session = await openGraph(graph.bytes([result]));
  // Each matrix of a stack is a hundred times as large as the one before it: they must not share a norm.
  const size = sizeOf(shape.slice(-2));
  const data = Float32Array.from(drawn(shape, "spectrum"), (value, at) => value * 100 ** Math.floor(at / size));
  const found = await session.evaluate({ x: { data, shape } });
  const [least, most] = bounds[variant];
  for (const matrix of matricesOf(found.result!, shape)) {
    const values = singularValues(matrix);
    expect(values.length).toBe(Math.min(matrix.rows, matrix.columns));
    expect(values[0]).toBeLessThan(most);
    expect(values.at(-1)).toBeGreaterThan(least);
  }
});

test.each(shapesByVariant)("Muon with $variant moves an entry of $named by 0.2", async ({ variant, shape }) => {
  const matrices = { w: { ...course("matrix", shape, 1), start: new Float64Array(sizeOf(shape)) } };
  const moved = await walk(matrices, muonWith(variant), [1]);
  for (const { rows, columns, data } of matricesOf(moved.w!, shape)) {
    const rms = Math.hypot(...Array.from(data)) / Math.sqrt(rows * columns);
    // Moonlight, arXiv:2502.16982, §2.2: singular values of 1 give √(min(rows, columns) / (rows · columns)).
    const orthogonal = Math.sqrt(Math.min(rows, columns) / (rows * columns));
    const ratio = rms / (0.2 * Math.sqrt(Math.max(rows, columns)) * orthogonal);
    expect(ratio).toBeGreaterThan(bounds[variant][0]);
    expect(ratio).toBeLessThan(bounds[variant][1]);
  }
});

test.each([
  [7, 4],
  [4, 7],
])("three steps of Muon on %i×%i are those of a loop with exact factors", async (rows, columns) => {
  const settings = { momentum: 0.9, weightDecay: 0.1 };
  const rates = [0.1, 0.05, 0.02];
  const w = course("residual", [rows, columns], rates.length);
  const expected = [...w.start];
  const momentum = expected.map(() => 0);
  for (const [step, rate] of rates.entries()) {
    const ahead = momentum.map((sum, at) => {
      const gradient = w.gradients[step]![at]!;
      momentum[at] = settings.momentum * sum + gradient;
      return gradient + settings.momentum * momentum[at]!;
    });
    for (const [at, direction] of polarFactor({ rows, columns, data: ahead }).entries())
      expected[at] = expected[at]! * (1 - rate * 0.1) - rate * 0.2 * Math.sqrt(7) * direction;
  }
  const found = await walk({ w }, muonWith("deepseek-v4", settings), rates);
  const change = (values: ArrayLike<number>) => Array.from(values, (value, at) => value - w.start[at]!);
  expect(relativeError(change(found.w!), change(expected))).toBeLessThan(1e-2);
});

test("SGD is a loop: gradients shortened together, Nesterov momentum, decay of matrices and embedding", async () => {
  const rates = [0.1, 0.05, 0.02];
  const courses = {
    matrix: course("matrix", [3, 2], 3),
    residual: course("residual", [2, 3], 3),
    embedding: course("embedding", [4, 3], 3),
    norm: course("norm", [3], 3),
    bias: course("bias", [2], 3),
    connection: course("connection", [3], 3),
    gate: course("gate", [1], 3),
  };
  const matrices: SgdSettings = { kind: "sgd", momentum: 0.9, weightDecay: 0.1 };
  const others: SgdSettings = { kind: "sgd", momentum: 0.5, weightDecay: 0.2 };
  // Gradients are about √33 long, so some steps are shortened and some are not.
  const maxGradientNorm = 5.5;
  const found = await walk(courses, { matrices, others, maxGradientNorm, qkClip: null }, rates);

  const norms = rates.map((_, step) =>
    Math.hypot(...Object.values(courses).flatMap((one) => [...one.gradients[step]!])),
  );
  expect(Math.min(...norms)).toBeLessThan(maxGradientNorm);
  expect(Math.max(...norms)).toBeGreaterThan(maxGradientNorm);
  const decays = { matrix: 0.1, residual: 0.1, embedding: 0.2, norm: 0, bias: 0, connection: 0, gate: 0 };
  for (const [name, { start, gradients }] of Object.entries(courses)) {
    const decay = decays[name as keyof typeof decays];
    const share = name === "matrix" || name === "residual" ? 0.9 : 0.5;
    const expected = Array.from(start, (first, at) => {
      let [value, sum] = [first, 0];
      for (const [step, rate] of rates.entries()) {
        const gradient = gradients[step]![at]! * Math.min(1, maxGradientNorm / norms[step]!);
        sum = share * sum + gradient;
        value = value - rate * decay * value - rate * (gradient + share * sum);
      }
      return value;
    });
    expect(relativeError(found[name]!, expected), name).toBeLessThan(1e-7);
  }
});

test("beside Muon, all but matrices take AdamW's first step, and of these the embedding alone decays", async () => {
  const rate = 0.01;
  const roles = ["embedding", "norm", "bias", "connection", "gate"] as const;
  const courses = Object.fromEntries(roles.map((role) => [role, course(role, [4, 3], 1)]));
  const others: AdamWSettings = { kind: "adamw", weightDecay: 0.1 };
  const found = await walk(courses, { ...muonWith("jordan"), others }, [rate]);
  for (const role of roles) {
    const { start, gradients } = courses[role]!;
    const kept = role === "embedding" ? 1 - rate * others.weightDecay : 1;
    const expected = start.map((value, at) => kept * value - rate * Math.sign(gradients[0]![at]!));
    expect(relativeError(found[role]!, expected), role).toBeLessThan(1e-7);
  }
});

const dense: FeedForward = { kind: "dense", hidden: 8 };
const experts: ExpertFeedForward = { kind: "experts", count: 6, used: 2, shared: 1, hidden: 4, balanceRate: 0.01 };
const grouped = (kvHeads: number): Attention => ({ kind: "grouped", kvHeads, headDim: 6, window: null });
const latent: Attention = { kind: "latent", kvRank: 8, ropeDim: 4, plainDim: 5, valueDim: 4 };
const oneLayer = (attention: Attention, feedForward: FeedForward): DecoderConfig => ({
  width: 16,
  heads: 4,
  vocabularySize: 20,
  layers: [{ attention, feedForward }],
});
const grid = { sequences: 2, tokens: 12 };
const random = randomFrom("batch");
const drawTokens = () => Int32Array.from({ length: grid.sequences * grid.tokens }, () => random.integer(20));
const batch: Batch = { tokens: drawTokens(), targets: drawTokens(), judged: null, importance: null };

/** What a step at rate 0 sees, and the weights after it. */
async function stepInPlace(config: DecoderConfig, optimiser: OptimiserSettings, weights: WeightValues) {
  const trainer = await Trainer.create({ config, grid, judging: everyToken, optimiser }, weights);
  const result = await trainer.step(batch, 0);
  const after = Object.fromEntries(Object.keys(weights).map((name) => [name, trainer.state[name]!.slice()]));
  await trainer.release();
  return { ...result, after };
}

const clipped = (
  [
    ["MHA", grouped(4), ["attn_q", "attn_k"]],
    ["GQA", grouped(2), ["attn_q"]],
    ["MQA", grouped(1), ["attn_q"]],
    ["MLA", latent, ["attn_q", "attn_k_b"]],
  ] as const satisfies readonly (readonly [string, Attention, readonly string[]])[]
).flatMap(([name, attention, scaled]) => [0, 1, 2, 4].map((above) => ({ name, attention, scaled, above })));

test.each(clipped)(
  "QK-Clip brings $above heads of $name down to the threshold",
  async ({ attention, scaled, above }) => {
    const config = oneLayer(attention, dense);
    const first = firstValues(config, weightsOf(config), 3);
    // Large weights, so that logits are large enough to be clipped.
    const weights = Object.fromEntries(Object.entries(first).map(([name, values]) => [name, values.map((x) => 6 * x)]));
    const before = await stepInPlace(config, plain, weights);
    const largest = [...before.largestLogits[0]!];
    const sorted = largest.toSorted((a, b) => b - a);
    const threshold = ((sorted[above - 1] ?? 2 * sorted[0]!) + (sorted[above] ?? 0)) / 2;
    expect(largest.filter((logit) => logit > threshold).length).toBe(above);

    const { after } = await stepInPlace(config, { ...plain, qkClip: threshold }, weights);
    const again = (await stepInPlace(config, plain, after)).largestLogits[0]!;
    for (const [head, logit] of largest.entries())
      if (logit > threshold) expect(again[head]! / threshold).toBeCloseTo(1, 5);
      else expect(again[head]).toBe(logit);
    const changed = Object.keys(weights).filter((name) =>
      after[name]!.some((value, at) => value !== weights[name]![at]),
    );
    expect(changed).toEqual(above === 0 ? [] : scaled.map((name) => `blk.0.${name}.weight`));
  },
);

/** A router's biases after one step, in float32, beside a norm that has a gradient. */
async function balanced(biases: Float32Array, tokens: readonly number[], rate: number): Promise<Values> {
  const graph = new Graph();
  const shape = [tokens.length];
  const bias = { name: "bias", role: "balance", shape, tensor: graph.input("bias", shape) } as const;
  const norm = { name: "norm", role: "norm", shape: [1], tensor: graph.input("norm", [1], "weight") } as const;
  const steering: Steering = { heads: [], loads: [{ bias: "bias", rate, tokens: graph.input("load", shape) }] };
  const updates = optimiserStep(graph, [bias, norm], new Map([[norm, graph.input("gradient", [1])]]), steering, plain);
  const { next } = updates.find(({ name }) => name === "bias")!;
  const session = await openGraph(graph.bytes([graph.named(next, "next")]));
  const one = Float32Array.of(1);
  const found = await session.evaluate({
    bias: { data: biases, shape },
    load: { data: Float32Array.from(tokens), shape },
    norm: { data: one, shape: [1] },
    gradient: { data: one, shape: [1] },
    "first:norm": { data: one, shape: [1] },
    rate: { data: one, shape: [] },
  });
  await session.release();
  return found.next!;
}

const anyLoads = fc.array(fc.nat({ max: 500 }), { minLength: 2, maxLength: 64 });
const evenLoads = fc.tuple(fc.integer({ min: 2, max: 64 }), fc.nat({ max: 500 }));

test("a router's biases move by exactly the rate against the load, and stay where it is the mean", async () => {
  const loads = fc.oneof(
    anyLoads,
    evenLoads.map(([count, each]) => Array.from({ length: count }, () => each)),
  );
  await fc.assert(
    fc.asyncProperty(loads, async (tokens) => {
      const before = Float32Array.from(drawn([tokens.length], "biases", 0.1));
      const total = tokens.reduce((sum, load) => sum + load);
      const expected = before.map((bias, expert) => {
        const behind = Math.sign(total - tokens[expert]! * tokens.length);
        return bias + behind * Math.fround(0.001);
      });
      expect(await balanced(before, tokens, 0.001)).toEqual(expected);
    }),
    { examples: [[[3, 3, 3, 3, 3, 3, 3]], [[7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]]] },
  );
});

test("in a model they follow the tokens that each expert got, and no gradient", async () => {
  const config = oneLayer(grouped(4), experts);
  const weights = firstValues(config, weightsOf(config), 3);
  const { loads, after } = await stepInPlace(config, plain, weights);
  const total = grid.sequences * grid.tokens * experts.used;
  expect(loads[0]!.reduce((sum, load) => sum + load)).toBe(total);
  const expected = loads[0]!.map((load) => Math.sign(total / experts.count - load) * experts.balanceRate);
  expect(after["blk.0.exp_probs_b.bias"]).toEqual(expected);
  expect(new Set(expected.map(Math.sign)).size).toBeGreaterThan(1);
});
