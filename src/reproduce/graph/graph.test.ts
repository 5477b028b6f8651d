import fc from "fast-check";
import { expect, test } from "vitest";
import { centralDifferences } from "../../../test/numeric/central-differences.ts";
import { relativeError } from "../../../test/numeric/relative-error.ts";
import { randomFrom } from "../../stats/index.ts";
import { Graph, type Shape, sizeOf, type Tensor } from "./graph.ts";
import type { Values } from "./onnx-model.ts";
import { type Arrays, openGraph } from "./session.ts";

type Build = (graph: Graph, x: Tensor, y: Tensor) => Tensor;

/** Three places to look up, one of them twice. */
const places: Arrays = { places: { data: Int32Array.of(2, 0, 2), shape: [3] } };
const lookup = (graph: Graph) => graph.input("places", [3], "indices");
const known = (graph: Graph, shape: Shape) =>
  graph.constant(
    Float64Array.from({ length: sizeOf(shape) }, (_, entry) => Math.cos(entry)),
    shape,
  );

/** Inputs are between 0.5 and 1.5 in size, far from kinks and poles, and of both signs. */
const operations: readonly (readonly [string, shapes: string, Build])[] = [
  ["add", "3×4 3×4", (graph, x, y) => graph.add(x, y)],
  ["add, a row to each", "3×4 4", (graph, x, y) => graph.add(x, y)],
  ["add, one row to each", "1×4 3×4", (graph, x, y) => graph.add(x, y)],
  ["add, a column to a row", "3×1 1×4", (graph, x, y) => graph.add(x, y)],
  ["add, a constant", "3×4", (graph, x) => graph.add(x, 0.7)],
  ["subtract", "3×4 3×4", (graph, x, y) => graph.subtract(x, y)],
  ["subtract, matrices from one", "3×4 2×3×4", (graph, x, y) => graph.subtract(x, y)],
  ["multiply", "3×4 3×4", (graph, x, y) => graph.multiply(x, y)],
  ["multiply, a column with a row", "3×1 4", (graph, x, y) => graph.multiply(x, y)],
  ["multiply, matrices with one number", "2×3×4 number", (graph, x, y) => graph.multiply(x, y)],
  ["multiply, with itself", "3×4", (graph, x) => graph.multiply(x, x)],
  ["multiply, with data", "3×4", (graph, x) => graph.multiply(known(graph, [2, 3, 4]), x)],
  ["divide", "3×4 3×4", (graph, x, y) => graph.divide(x, y)],
  ["divide, each row by a number of its own", "3×4 3×1", (graph, x, y) => graph.divide(x, y)],
  ["divide, one row by many", "4 3×4", (graph, x, y) => graph.divide(x, y)],
  ["negate", "3×4", (graph, x) => graph.negate(x)],
  ["sqrt", "3×4", (graph, x) => graph.sqrt(graph.add(x, 2))],
  ["exp", "3×4", (graph, x) => graph.exp(x)],
  ["sigmoid", "3×4", (graph, x) => graph.sigmoid(x)],
  ["silu", "3×4", (graph, x) => graph.silu(x)],
  ["softplus", "3×4", (graph, x) => graph.softplus(x)],
  ["relu", "3×4", (graph, x) => graph.relu(x)],
  ["sum over one axis", "2×3×4", (graph, x) => graph.sum(x, [1])],
  ["sum over two axes", "2×3×4", (graph, x) => graph.sum(x, [0, 2])],
  ["mean", "2×3×4", (graph, x) => graph.mean(x, 1)],
  ["expand, along an axis of length 1", "3×1×4", (graph, x) => graph.expand(x, [3, 2, 4])],
  ["expand, along a new axis", "3×4", (graph, x) => graph.expand(x, [2, 3, 4])],
  ["reshape", "3×4", (graph, x) => graph.reshape(x, [2, 6])],
  ["transpose", "2×3×4", (graph, x) => graph.transpose(x, [2, 0, 1])],
  ["flip", "2×3×4", (graph, x) => graph.flip(x)],
  ["matmul", "3×4 4×2", (graph, x, y) => graph.matmul(x, y)],
  ["matmul, stacks", "2×3×4 2×4×2", (graph, x, y) => graph.matmul(x, y)],
  ["matmul, a stack with one matrix", "2×3×4 4×2", (graph, x, y) => graph.matmul(x, y)],
  ["matmul, one matrix with a stack", "3×4 2×4×2", (graph, x, y) => graph.matmul(x, y)],
  ["matmul, with data", "4×2", (graph, x) => graph.matmul(known(graph, [3, 4]), x)],
  ["softmax", "2×3×4", (graph, x) => graph.softmax(x)],
  ["logSoftmax", "2×3×4", (graph, x) => graph.logSoftmax(x)],
  ["slice, from the start", "3×4", (graph, x) => graph.slice(x, 0, 0, 2)],
  ["slice, from the middle", "3×4", (graph, x) => graph.slice(x, 1, 1, 3)],
  ["concat", "3×4 3×1", (graph, x, y) => graph.concat([x, y, x], 1)],
  ["concat, with data", "3×4", (graph, x) => graph.concat([known(graph, [2, 4]), x], 0)],
  ["rows, one of them twice", "4×5", (graph, x) => graph.rows(x, lookup(graph))],
  ["pick", "3×4", (graph, x) => graph.pick(x, lookup(graph))],
];
const shapeOf = (text: string): Shape => (text === "number" ? [] : text.split("×").map(Number));

test.each(operations)("the gradient of %s is that of central differences", async (name, texts, build) => {
  const shapes = texts.split(" ").map(shapeOf);
  const graph = new Graph("float64");
  const random = randomFrom(name);
  const inputs = shapes.map((shape, index) => graph.input(`x${index}`, shape, "weight"));
  const result = build(graph, inputs[0]!, inputs.at(-1)!);
  // Each entry counts by a share of its own, so a gradient that went to the wrong entry shows.
  const shares = graph.constant(
    Float64Array.from({ length: sizeOf(result.shape) }, () => 0.5 + random.uniform()),
    result.shape,
  );
  const loss = graph.reshape(graph.sum(graph.multiply(result, shares), [...result.shape.keys()]), []);
  const gradients = graph.gradients(loss, inputs);
  const session = await openGraph(
    graph.bytes([
      graph.named(loss, "loss"),
      ...gradients.map((gradient, index) => graph.named(gradient, `gradient${index}`)),
    ]),
  );

  const drawn: readonly Float64Array[] = shapes.map((shape) =>
    Float64Array.from({ length: sizeOf(shape) }, () => random.pick([-1, 1]) * (0.5 + random.uniform())),
  );
  const run = (values: readonly Float64Array[]) =>
    session.evaluate({
      ...places,
      ...Object.fromEntries(values.map((data, index) => [`x${index}`, { data, shape: shapes[index]! }])),
    });
  const exact = await run(drawn);
  for (const [index, values] of drawn.entries()) {
    const differences = await centralDifferences(async (x) => (await run(drawn.with(index, x))).loss![0]!, values);
    expect(gradients[index]!.shape).toEqual(shapes[index]);
    expect(relativeError(exact[`gradient${index}`]!, differences)).toBeLessThan(1e-6);
  }
  await session.release();
});

test("a value that is used in several places gets the sum of its gradients", async () => {
  const graph = new Graph("float64");
  const x = graph.input("x", [], "weight");
  const loss = graph.add(graph.multiply(graph.exp(x), x), graph.negate(x));
  const session = await openGraph(graph.bytes([graph.named(graph.gradients(loss, [x])[0]!, "gradient")]));
  const { gradient } = await session.evaluate({ x: { data: Float64Array.of(0.3), shape: [] } });
  expect(gradient![0]).toBeCloseTo(Math.exp(0.3) * 1.3 - 1, 12);
});

test("a gradient with respect to what the loss does not depend on is refused", () => {
  const graph = new Graph();
  const [x, y] = ["x", "y"].map((name) => graph.input(name, [], "weight")) as [Tensor, Tensor];
  expect(() => graph.gradients(graph.exp(x), [x, y])).toThrow("does not depend on y");
});

test("shapes that do not fit are refused", () => {
  const graph = new Graph();
  const x = graph.input("x", [3, 4]);
  expect(() => graph.matmul(x, x)).toThrow("matmul");
  expect(() => graph.reshape(x, [5])).toThrow("reshape");
  expect(() => graph.add(x, graph.input("y", [2, 4]))).toThrow("broadcast");
  expect(() => graph.input("x", [4, 3])).toThrow("[3,4], not [4,3]");
});

/** What an operation makes of arrays in float64. */
async function valuesOf(build: Build, ...inputs: readonly { data: Float64Array; shape: Shape }[]): Promise<Values> {
  const graph = new Graph("float64");
  const tensors = inputs.map(({ shape }, index) => graph.input(`x${index}`, shape));
  const session = await openGraph(graph.bytes([graph.named(build(graph, tensors[0]!, tensors.at(-1)!), "result")]));
  const { result } = await session.evaluate(Object.fromEntries(inputs.map((input, index) => [`x${index}`, input])));
  await session.release();
  return result!;
}

const row = (...values: number[]) => ({ data: Float64Array.from(values), shape: [values.length] });

// Whole numbers of a narrow range among them, so that ties are common.
const table = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      shape: fc.constant([rows, columns]),
      values: fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true })), {
        minLength: rows * columns,
        maxLength: rows * columns,
      }),
      count: fc.integer({ min: 1, max: columns }),
    }),
  );

test("topMask marks the entries that fewer than the count surpass, ties included", async () => {
  await fc.assert(
    fc.asyncProperty(table, async ({ shape, values, count }) => {
      const mask = await valuesOf((graph, x) => graph.topMask(x, count), { data: Float64Array.from(values), shape });
      const columns = shape[1]!;
      const expected = values.map((value, entry) => {
        const from = entry - (entry % columns);
        let surpassedBy = 0;
        for (let other = from; other < from + columns; other++) if (values[other]! > value) surpassedBy += 1;
        return surpassedBy < count ? 1 : 0;
      });
      expect(Array.from(mask)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test("largest is the largest entry over the axes it is asked for", async () => {
  const entries = fc.array(fc.double({ noNaN: true }), { minLength: 24, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(entries, async (values) => {
      const input = { data: Float64Array.from(values), shape: [2, 3, 4] };
      const found = await valuesOf((graph, x) => graph.largest(x, [0, 2]), input);
      for (const kept of [0, 1, 2]) {
        const merged = values.filter((_, entry) => Math.floor(entry / 4) % 3 === kept);
        expect(found[kept] === Math.max(...merged)).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test("atLeast is 1 from equality on", async () => {
  const mask = await valuesOf((graph, x, y) => graph.atLeast(x, y), row(-2, -1, 0, 1, 2), row(0));
  expect(Array.from(mask)).toEqual([0, 0, 1, 1, 1]);
  const byEntry = await valuesOf((graph, x, y) => graph.atLeast(x, y), row(-2, 5, 1e-300), row(-2, 6, 0));
  expect(Array.from(byEntry)).toEqual([1, 0, 1]);
});

test("sign is −1, 0 or 1", async () => {
  expect(Array.from(await valuesOf((graph, x) => graph.sign(x), row(-7, -1e-300, 0, 1e-300, 7)))).toEqual([
    -1, -1, 0, 1, 1,
  ]);
});

test("minimum is the smaller of two, entry by entry or of all with one", async () => {
  const smaller: Build = (graph, x, y) => graph.minimum(x, y);
  expect(Array.from(await valuesOf(smaller, row(-2, 3, 1), row(-1, 2, 1)))).toEqual([-2, 2, 1]);
  expect(Array.from(await valuesOf(smaller, row(1), row(-1, 2, 0.5)))).toEqual([-1, 1, 0.5]);
});

const steps: readonly (readonly [string, Build])[] = [
  ["topMask", (graph, x) => graph.topMask(x, 2)],
  ["atLeast", (graph, x) => graph.atLeast(x, graph.scalar(1))],
  ["largest", (graph, x) => graph.largest(x, [0])],
  ["sign", (graph, x) => graph.sign(x)],
  ["minimum", (graph, x) => graph.minimum(x, graph.scalar(1))],
];

test.each(steps)("no gradient goes through %s", (_, build) => {
  const graph = new Graph();
  const x = graph.input("x", [4], "weight");
  expect(build(graph, x, x).tracked).toBe(false);
});
