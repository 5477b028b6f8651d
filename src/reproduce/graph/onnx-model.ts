/**
 * The bytes of an ONNX model, from plain records. Only the fields a training step needs are written; the numbers are
 * those of the published schema.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 9, opset 18)
 */

/** Numbers are float32 in training and float64 where gradients are checked; indices are int64; `bool` is a comparison's. */
export type Precision = "float32" | "float64";
export type ElementType = Precision | "int64" | "bool";

/** What a graph computes in, as arrays. */
export type Values = Float32Array | Float64Array;

export type Attribute = number | string | readonly number[];

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, lists of them, and words: no operator used here takes a float. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface OnnxConstant extends OnnxValue {
  readonly data: Values | BigInt64Array;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** `TensorProto.DataType`. */
export const elementCode = { float32: 1, int64: 7, bool: 9, float64: 11 } as const;
const attributeCode = { whole: 2, text: 3, wholes: 7 } as const;

/** A model as ONNX protobuf bytes. */
export function onnxBytes({ nodes, constants, inputs, outputs }: OnnxModel): Uint8Array {
  const graph = Buffer.concat([
    ...nodes.map((node) => field(1, nodeBytes(node))),
    field(2, text("step")),
    ...constants.map((constant) => field(5, constantBytes(constant))),
    ...inputs.map((value) => field(11, valueBytes(value))),
    ...outputs.map((value) => field(12, valueBytes(value))),
  ]);
  const opset = Buffer.concat([field(1, text("")), whole(2, 18)]);
  return Buffer.concat([whole(1, 9), field(7, graph), field(8, opset)]);
}

function nodeBytes({ operator, inputs, outputs, attributes }: OnnxNode): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => field(1, text(name))),
    ...outputs.map((name) => field(2, text(name))),
    field(4, text(operator)),
    ...Object.entries(attributes).map(([name, value]) => field(5, attributeBytes(name, value))),
  ]);
}

function attributeBytes(name: string, value: Attribute): Buffer {
  const named = field(1, text(name));
  if (typeof value === "number") return Buffer.concat([named, whole(3, value), whole(20, attributeCode.whole)]);
  if (typeof value === "string") return Buffer.concat([named, field(4, text(value)), whole(20, attributeCode.text)]);
  return Buffer.concat([named, ...value.map((item) => whole(8, item)), whole(20, attributeCode.wholes)]);
}

function constantBytes({ name, type, shape, data }: OnnxConstant): Buffer {
  const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([
    ...shape.map((size) => whole(1, size)),
    whole(2, elementCode[type]),
    field(8, text(name)),
    field(9, raw),
  ]);
}

function valueBytes({ name, type, shape }: OnnxValue): Buffer {
  const dimensions = Buffer.concat(shape.map((size) => field(1, whole(1, size))));
  const tensor = Buffer.concat([whole(1, elementCode[type]), field(2, dimensions)]);
  return Buffer.concat([field(1, text(name)), field(2, field(1, tensor))]);
}

const text = (value: string) => Buffer.from(value, "utf8");

/** A length-delimited field (protobuf wire type 2). */
const field = (number: number, bytes: Buffer) => Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);

/** A whole-number field (protobuf wire type 0). */
const whole = (number: number, value: number) => Buffer.concat([varint(number * 8), varint(value)]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
