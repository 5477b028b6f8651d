import { Tensor as Fed, InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { randomFrom } from "../../stats/index.ts";
import { Graph, sizeOf, type Tensor } from "./graph.ts";

type Build = (graph: Graph, x: Tensor, y: Tensor) => Tensor;

const indices = (graph: Graph) => graph.input("indices", [3], "indices");

// x is [3, 4] and y [4, 4]; both are between 0.5 and 1.5, so roots and quotients are far from trouble.
const operations: readonly (readonly [string, Build])[] = [
  ["add, with broadcasting", (graph, x, y) => graph.add(x, graph.slice(y, 0, 1, 2))],
  ["subtract", (graph, x, y) => graph.subtract(x, graph.slice(y, 0, 0, 3))],
  ["multiply, with broadcasting", (graph, x, y) => graph.multiply(x, graph.slice(y, 0, 2, 3))],
  ["divide", (graph, x, y) => graph.divide(x, graph.slice(y, 0, 1, 4))],
  ["negate", (graph, x) => graph.negate(x)],
  ["sqrt", (graph, x) => graph.sqrt(x)],
  ["exp", (graph, x) => graph.exp(x)],
  ["sigmoid", (graph, x) => graph.sigmoid(x)],
  ["silu", (graph, x) => graph.silu(x)],
  ["sum", (graph, x) => graph.sum(x, [1])],
  ["mean", (graph, x) => graph.mean(x, 1)],
  ["expand", (graph, x) => graph.expand(graph.slice(x, 0, 0, 1), [5, 4])],
  ["reshape and transpose", (graph, x) => graph.transpose(graph.reshape(x, [2, 3, 2]), [2, 0, 1])],
  ["matmul", (graph, x, y) => graph.matmul(x, y)],
  ["softmax", (graph, x) => graph.softmax(x)],
  ["logSoftmax", (graph, x) => graph.logSoftmax(x)],
  ["slice", (graph, x) => graph.slice(x, 1, 1, 3)],
  ["concat", (graph, x, y) => graph.concat([x, y, x], 0)],
  ["rows, one of them twice", (graph, _, y) => graph.rows(y, indices(graph))],
];

test.each(operations)("the gradient of %s is that of central differences", async (_, build) => {
  const graph = new Graph();
  const x = graph.input("x", [3, 4], "weight");
  const y = graph.input("y", [4, 4], "weight");
  const random = randomFrom(5);
  const draw = (count: number) => Float32Array.from({ length: count }, () => 0.5 + random.uniform());
  const result = build(graph, x, y);
  const weighed = graph.multiply(result, graph.constant(draw(sizeOf(result.shape)), result.shape));
  // The sum of squares of both sees to it that the loss depends on both.
  const squares = [x, y].map((tensor) => graph.sum(graph.multiply(tensor, tensor), [0, 1]));
  const total = graph.sum(weighed, [...weighed.shape.keys()]);
  const loss = [total, ...squares].map((part) => graph.reshape(part, [])).reduce((sum, part) => graph.add(sum, part));
  const gradients = graph.gradients(loss, [x, y]);
  const outputs = [
    graph.named(loss, "loss"),
    ...gradients.map((gradient, at) => graph.named(gradient, `gradient${at}`)),
  ];
  const session = await InferenceSession.create(graph.bytes(outputs), { intraOpNumThreads: 1 });
  const usesIndices = session.inputNames.includes("indices");
  const run = (values: readonly [Float32Array, Float32Array]) =>
    session.run({
      x: new Fed("float32", values[0], [3, 4]),
      y: new Fed("float32", values[1], [4, 4]),
      ...(usesIndices ? { indices: new Fed("int64", BigInt64Array.of(2n, 0n, 2n), [3]) } : {}),
    });

  const values = [draw(12), draw(16)] as const;
  const exact = await run(values);
  const step = 1e-2;
  for (const which of [0, 1] as const) {
    const gradient = exact[`gradient${which}`]!.data as Float32Array;
    for (let at = 0; at < values[which].length; at++) {
      const moved = async (by: number) => {
        const shifted = values.map((data, index) => (index === which ? data.with(at, data[at]! + by) : data));
        return (await run([shifted[0]!, shifted[1]!])).loss!.data[0] as number;
      };
      const difference = ((await moved(step)) - (await moved(-step))) / (2 * step);
      expect(Math.abs(difference - gradient[at]!)).toBeLessThan(1.5e-3 * Math.max(1, Math.abs(gradient[at]!)));
    }
  }
});

test("shapes that do not fit are refused", () => {
  const graph = new Graph();
  const x = graph.input("x", [3, 4]);
  expect(() => graph.matmul(x, x)).toThrow("matmul");
  expect(() => graph.reshape(x, [5])).toThrow("reshape");
  expect(() => graph.add(x, graph.input("y", [2, 4]))).toThrow("broadcast");
});
