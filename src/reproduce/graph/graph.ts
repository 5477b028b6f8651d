/**
 * Reverse-mode automatic differentiation that does no arithmetic itself: every operation appends a node to an ONNX
 * graph, and every gradient is made of the same operations. A training step is therefore one static graph, which
 * onnxruntime executes. Shapes are static, written as [rows, columns] lists.
 */
import {
  type Attribute,
  type ElementType,
  elementCode,
  type OnnxConstant,
  type OnnxNode,
  onnxBytes,
  type Precision,
  type Values,
} from "./onnx-model.ts";

export type Shape = readonly number[];

/** A value in the graph. */
export interface Tensor {
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
  /** The values it was made from, and how a gradient of it becomes gradients of them; `null` for one not needed. */
  readonly parents: readonly Tensor[];
  readonly pullback: Pullback | null;
  /** Whether any weight lies behind it. */
  readonly tracked: boolean;
}

type Pullback = (gradient: Tensor) => readonly (Tensor | null)[];

export const sizeOf = (shape: Shape) => shape.reduce((size, length) => size * length, 1);

const same = (a: Shape, b: Shape) => a.length === b.length && a.every((length, axis) => length === b[axis]);

export class Graph {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxConstant[] = [];
  readonly #inputs = new Map<string, Tensor>();
  readonly #scalars = new Map<number, Tensor>();
  readonly #once = new Map<string, Tensor>();
  #named = 0;
  #flops = 0;

  readonly precision: Precision;

  /** @param precision  float64 is for checks: it is slower, and other devices than the CPU lack it */
  constructor(precision: Precision = "float32") {
    this.precision = precision;
  }

  /** A value given at each execution; asked for again, the same one. A `weight` is one that gradients are wanted for. */
  input(name: string, shape: Shape, kind: "weight" | "data" | "indices" = "data"): Tensor {
    const known = this.#inputs.get(name);
    if (known !== undefined) {
      if (!same(known.shape, shape)) throw new RangeError(`input ${name} is [${known.shape}], not [${shape}]`);
      return known;
    }
    const type = kind === "indices" ? "int64" : this.precision;
    const tensor: Tensor = { name, shape, type, parents: [], pullback: null, tracked: kind === "weight" };
    this.#inputs.set(name, tensor);
    return tensor;
  }

  constant(data: ArrayLike<number>, shape: Shape): Tensor {
    const tensor = this.#value(shape, this.precision);
    this.#constants.push({ name: tensor.name, type: this.precision, shape, data: this.array(data) });
    return tensor;
  }

  /** A constant that many parts of a model share: made once for each key. */
  shared(key: string, shape: Shape, entry: (index: number) => number): Tensor {
    const known =
      this.#once.get(key) ??
      this.constant(
        Float64Array.from({ length: sizeOf(shape) }, (_, index) => entry(index)),
        shape,
      );
    this.#once.set(key, known);
    return known;
  }

  scalar(value: number): Tensor {
    const known = this.#scalars.get(value) ?? this.constant([value], []);
    this.#scalars.set(value, known);
    return known;
  }

  /** Numbers in the graph's precision. */
  array(values: ArrayLike<number>): Values {
    return this.precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
  }

  add(a: Tensor, b: Tensor | number): Tensor {
    const right = this.#tensor(b);
    return this.#operation("Add", [a, right], broadcast(a.shape, right.shape), (gradient) => [
      a.tracked ? this.#fit(gradient, a.shape) : null,
      right.tracked ? this.#fit(gradient, right.shape) : null,
    ]);
  }

  subtract(a: Tensor, b: Tensor): Tensor {
    return this.add(a, this.negate(b));
  }

  multiply(a: Tensor, b: Tensor | number): Tensor {
    const right = this.#tensor(b);
    return this.#operation("Mul", [a, right], broadcast(a.shape, right.shape), (gradient) => [
      a.tracked ? this.#fit(this.multiply(gradient, right), a.shape) : null,
      right.tracked ? this.#fit(this.multiply(gradient, a), right.shape) : null,
    ]);
  }

  divide(a: Tensor, b: Tensor): Tensor {
    const quotient: Tensor = this.#operation("Div", [a, b], broadcast(a.shape, b.shape), (gradient) => [
      a.tracked ? this.#fit(this.divide(gradient, b), a.shape) : null,
      b.tracked ? this.#fit(this.negate(this.divide(this.multiply(gradient, quotient), b)), b.shape) : null,
    ]);
    return quotient;
  }

  negate(a: Tensor): Tensor {
    return this.#operation("Neg", [a], a.shape, (gradient) => [this.negate(gradient)]);
  }

  sqrt(a: Tensor): Tensor {
    const root: Tensor = this.#operation("Sqrt", [a], a.shape, (gradient) => [
      this.divide(this.multiply(gradient, 0.5), root),
    ]);
    return root;
  }

  exp(a: Tensor): Tensor {
    const power: Tensor = this.#operation("Exp", [a], a.shape, (gradient) => [this.multiply(gradient, power)]);
    return power;
  }

  sigmoid(a: Tensor): Tensor {
    const share: Tensor = this.#operation("Sigmoid", [a], a.shape, (gradient) => [
      this.multiply(gradient, this.multiply(share, this.add(this.negate(share), 1))),
    ]);
    return share;
  }

  /** x · sigmoid(x), the gate of SwiGLU. */
  silu(a: Tensor): Tensor {
    return this.multiply(a, this.sigmoid(a));
  }

  /** log(1 + eˣ). */
  softplus(a: Tensor): Tensor {
    return this.#operation("Softplus", [a], a.shape, (gradient) => [this.multiply(gradient, this.sigmoid(a))]);
  }

  /** max(x, 0). */
  relu(a: Tensor): Tensor {
    return this.#operation("Relu", [a], a.shape, (gradient) => [
      this.multiply(gradient, this.atLeast(a, this.scalar(0))),
    ]);
  }

  /** The smaller of two values; not differentiated. */
  minimum(a: Tensor, b: Tensor): Tensor {
    return this.#operation("Min", [a, b], broadcast(a.shape, b.shape), null);
  }

  /** −1, 0 or 1; not differentiated. */
  sign(a: Tensor): Tensor {
    return this.#operation("Sign", [a], a.shape, null);
  }

  /** 1 where a ≥ b, else 0; not differentiated. */
  atLeast(a: Tensor, b: Tensor): Tensor {
    const shape = broadcast(a.shape, b.shape);
    const isSo = this.#typed("bool", "GreaterOrEqual", [a, b], shape);
    return this.#operation("Cast", [isSo], shape, null, { to: elementCode[this.precision] });
  }

  /** The largest entry over `axes`, which stay as axes of length 1; not differentiated. */
  largest(a: Tensor, axes: readonly number[]): Tensor {
    const shape = a.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return this.#operation("ReduceMax", [a, this.#whole(axes)], shape, null, { keepdims: 1 });
  }

  /** 1 at the `count` largest entries of the last axis (more where the last of them is tied), else 0; not differentiated. */
  topMask(a: Tensor, count: number): Tensor {
    const values = this.#value(a.shape.with(-1, count), this.precision);
    const places = this.#value(values.shape, "int64");
    this.#nodes.push({
      operator: "TopK",
      inputs: [a.name, this.#whole([count]).name],
      outputs: [values.name, places.name],
      attributes: { axis: -1 },
    });
    return this.atLeast(a, this.slice(values, a.shape.length - 1, count - 1, count));
  }

  /** Sum over `axes`, which stay as axes of length 1. */
  sum(a: Tensor, axes: readonly number[]): Tensor {
    const shape = a.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return this.#operation("ReduceSum", [a, this.#whole(axes)], shape, (gradient) => [this.expand(gradient, a.shape)], {
      keepdims: 1,
    });
  }

  mean(a: Tensor, axis: number): Tensor {
    return this.multiply(this.sum(a, [axis]), 1 / a.shape[axis]!);
  }

  expand(a: Tensor, shape: Shape): Tensor {
    if (same(a.shape, shape)) return a;
    return this.#operation("Expand", [a, this.#whole(shape)], shape, (gradient) => [this.#fit(gradient, a.shape)]);
  }

  reshape(a: Tensor, shape: Shape): Tensor {
    if (same(a.shape, shape)) return a;
    if (sizeOf(a.shape) !== sizeOf(shape)) throw new RangeError(`reshape [${a.shape}] to [${shape}]`);
    return this.#operation("Reshape", [a, this.#whole(shape)], shape, (gradient) => [this.reshape(gradient, a.shape)]);
  }

  transpose(a: Tensor, order: readonly number[]): Tensor {
    const inverse = order.map((_, axis) => order.indexOf(axis));
    const shape = order.map((axis) => a.shape[axis]!);
    return this.#operation("Transpose", [a], shape, (gradient) => [this.transpose(gradient, inverse)], { perm: order });
  }

  /** The last two axes exchanged. */
  flip(a: Tensor): Tensor {
    const axes = [...a.shape.keys()];
    return this.transpose(a, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
  }

  /** [..., m, k] · [..., k, n] → [..., m, n]. */
  matmul(a: Tensor, b: Tensor): Tensor {
    if (a.shape.at(-1) !== b.shape.at(-2)) throw new RangeError(`matmul [${a.shape}] with [${b.shape}]`);
    const shape = [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(-2)!, b.shape.at(-1)!];
    this.#flops += 2 * sizeOf(shape) * a.shape.at(-1)!;
    return this.#operation("MatMul", [a, b], shape, (gradient) => [
      a.tracked ? this.#fit(this.matmul(gradient, this.flip(b)), a.shape) : null,
      b.tracked ? this.#fit(this.matmul(this.flip(a), gradient), b.shape) : null,
    ]);
  }

  /** Softmax over the last axis. */
  softmax(a: Tensor): Tensor {
    const shares: Tensor = this.#operation("Softmax", [a], a.shape, (gradient) => {
      const weighed = this.multiply(gradient, shares);
      return [this.subtract(weighed, this.multiply(shares, this.sum(weighed, [a.shape.length - 1])))];
    });
    return shares;
  }

  logSoftmax(a: Tensor): Tensor {
    const logs: Tensor = this.#operation("LogSoftmax", [a], a.shape, (gradient) => [
      this.subtract(gradient, this.multiply(this.exp(logs), this.sum(gradient, [a.shape.length - 1]))),
    ]);
    return logs;
  }

  /** Entries [from, to) of one axis. */
  slice(a: Tensor, axis: number, from: number, to: number): Tensor {
    const length = a.shape[axis]!;
    const withLength = (count: number) => a.shape.with(axis, count);
    const bounds = [[from], [to], [axis]].map((bound) => this.#whole(bound));
    return this.#operation("Slice", [a, ...bounds], withLength(to - from), (gradient) => {
      const zeros = (count: number) => (count > 0 ? [this.expand(this.scalar(0), withLength(count))] : []);
      return [this.concat([...zeros(from), gradient, ...zeros(length - to)], axis)];
    });
  }

  concat(parts: readonly Tensor[], axis: number): Tensor {
    if (parts.length === 1) return parts[0]!;
    const shape = parts[0]!.shape.with(
      axis,
      parts.reduce((length, part) => length + part.shape[axis]!, 0),
    );
    return this.#operation(
      "Concat",
      parts,
      shape,
      (gradient) => {
        let from = 0;
        return parts.map((part) => {
          const to = from + part.shape[axis]!;
          const piece = part.tracked ? this.slice(gradient, axis, from, to) : null;
          from = to;
          return piece;
        });
      },
      { axis },
    );
  }

  /** Rows of `table` [rows, columns] at `indices` [count] → [count, columns]; repeated rows add up in the gradient. */
  rows(table: Tensor, indices: Tensor): Tensor {
    const [count] = indices.shape as [number];
    const columns = table.shape[1]!;
    return this.#operation(
      "Gather",
      [table, indices],
      [count, columns],
      (gradient) => {
        const zeros = this.expand(this.scalar(0), table.shape);
        const places = this.#typed("int64", "Reshape", [indices, this.#whole([count, 1])], [count, 1]);
        return [this.#operation("ScatterND", [zeros, places, gradient], table.shape, null, { reduction: "add" })];
      },
      { axis: 0 },
    );
  }

  /** Of each row of `a` [count, columns], the entry at `indices` [count] → [count, 1]. */
  pick(a: Tensor, indices: Tensor): Tensor {
    const [count] = a.shape as [number, number];
    const places = this.#typed("int64", "Reshape", [indices, this.#whole([count, 1])], [count, 1]);
    return this.#operation(
      "GatherElements",
      [a, places],
      [count, 1],
      (gradient) => {
        const zeros = this.expand(this.scalar(0), a.shape);
        return [this.#operation("ScatterElements", [zeros, places, gradient], a.shape, null, { axis: 1 })];
      },
      { axis: 1 },
    );
  }

  /** The gradients of a scalar with respect to each of `weights`. */
  gradients(loss: Tensor, weights: readonly Tensor[]): Tensor[] {
    const found = new Map<Tensor, Tensor>([[loss, this.expand(this.scalar(1), loss.shape)]]);
    for (const tensor of downstreamFirst(loss)) {
      const gradient = found.get(tensor);
      if (gradient === undefined || tensor.pullback === null) continue;
      for (const [index, part] of tensor.pullback(gradient).entries()) {
        const parent = tensor.parents[index]!;
        if (part === null || !parent.tracked) continue;
        const sofar = found.get(parent);
        found.set(parent, sofar === undefined ? part : this.add(sofar, part));
      }
    }
    return weights.map((weight) => {
      const gradient = found.get(weight);
      if (gradient === undefined) throw new RangeError(`the loss does not depend on ${weight.name}`);
      return gradient;
    });
  }

  /** The tracked tensors that `loss` depends on. */
  dependencies(loss: Tensor): ReadonlySet<Tensor> {
    return new Set(downstreamFirst(loss));
  }

  /** Work of one execution: two floating-point operations for each multiplication in a matrix product, others left out. */
  get flops(): number {
    return this.#flops;
  }

  /** The same value under a name that the caller can ask for. */
  named(a: Tensor, name: string): Tensor {
    this.#nodes.push({ operator: "Identity", inputs: [a.name], outputs: [name], attributes: {} });
    return { ...a, name };
  }

  /** The graph as ONNX bytes, with these values as its outputs. */
  bytes(outputs: readonly Tensor[]): Uint8Array {
    return onnxBytes({ nodes: this.#nodes, constants: this.#constants, inputs: [...this.#inputs.values()], outputs });
  }

  #operation(
    operator: string,
    inputs: readonly Tensor[],
    shape: Shape,
    pullback: Pullback | null,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Tensor {
    const parents = inputs.filter((input) => input.type === this.precision);
    const tracked = pullback !== null && parents.some((parent) => parent.tracked);
    const tensor: Tensor = {
      ...this.#value(shape, this.precision),
      parents,
      pullback: tracked ? pullback : null,
      tracked,
    };
    this.#nodes.push({ operator, inputs: inputs.map(({ name }) => name), outputs: [tensor.name], attributes });
    return tensor;
  }

  /** An operation whose result is no number of the graph's precision, so nothing is differentiated through it. */
  #typed(type: ElementType, operator: string, inputs: readonly Tensor[], shape: Shape): Tensor {
    const tensor = this.#value(shape, type);
    this.#nodes.push({ operator, inputs: inputs.map(({ name }) => name), outputs: [tensor.name], attributes: {} });
    return tensor;
  }

  #value(shape: Shape, type: ElementType): Tensor {
    return { name: `t${this.#named++}`, shape, type, parents: [], pullback: null, tracked: false };
  }

  #tensor(value: Tensor | number): Tensor {
    return typeof value === "number" ? this.scalar(value) : value;
  }

  #whole(values: readonly number[]): Tensor {
    const tensor = this.#value([values.length], "int64");
    const data = BigInt64Array.from(values, BigInt);
    this.#constants.push({ name: tensor.name, type: "int64", shape: tensor.shape, data });
    return tensor;
  }

  /** A gradient brought back to the shape its value had before broadcasting. */
  #fit(gradient: Tensor, shape: Shape): Tensor {
    if (same(gradient.shape, shape)) return gradient;
    const added = gradient.shape.length - shape.length;
    const axes = [...gradient.shape.keys()].filter(
      (axis) => axis < added || (shape[axis - added] === 1 && gradient.shape[axis] !== 1),
    );
    return this.reshape(axes.length > 0 ? this.sum(gradient, axes) : gradient, shape);
  }
}

function broadcast(a: Shape, b: Shape): Shape {
  const axes = Math.max(a.length, b.length);
  return Array.from({ length: axes }, (_, axis) => {
    const left = a[a.length - axes + axis] ?? 1;
    const right = b[b.length - axes + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw new RangeError(`broadcast [${a}] with [${b}]`);
    return Math.max(left, right);
  });
}

/** Everything tracked behind a value, each after all that was made from it. */
function downstreamFirst(root: Tensor): Tensor[] {
  const seen = new Set<Tensor>();
  const order: Tensor[] = [];
  const visit = (tensor: Tensor) => {
    if (seen.has(tensor)) return;
    seen.add(tensor);
    for (const parent of tensor.parents) if (parent.tracked) visit(parent);
    order.push(tensor);
  };
  visit(root);
  return order.reverse();
}
