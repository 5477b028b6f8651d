/**
 * Writes GGUF version 3, llama.cpp's file of weights. Tensors are made, encoded and written one after the other, so only
 * one is in memory at a time; the file appears under its name when it is whole.
 *
 * @see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { halfFromFloat } from "./half.ts";
import { q8BlockBytes, q8BlockValues, quantizeQ8 } from "./q8-0.ts";

const version = 3;
const alignmentBytes = 32;
const valueTypeCodes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10 } as const;
const tensorTypeCodes = { f32: 0, f16: 1, q8_0: 8, i32: 26 } as const;

export type GgufScalar =
  | { readonly type: "u32" | "i32" | "f32" | "u64"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string };

export type GgufArray =
  | { readonly type: "array"; readonly of: "u32" | "i32" | "f32"; readonly value: readonly number[] }
  | { readonly type: "array"; readonly of: "string"; readonly value: readonly string[] };

/** Keys in the order in which they are written. */
export type GgufMetadata = Readonly<Record<string, GgufScalar | GgufArray>>;

export type TensorType = keyof typeof tensorTypeCodes;

export interface GgufTensor {
  readonly name: string;
  /** Innermost dimension first, as ggml counts: a matrix from `in` to `out` values is `[in, out]`. */
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Makes the values, innermost dimension fastest: an Int32Array for i32, a Float32Array for every other type. */
  readonly values: () => Float32Array | Int32Array;
}

export interface Gguf {
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
}

export const u32 = (value: number): GgufScalar => ({ type: "u32", value });
export const f32 = (value: number): GgufScalar => ({ type: "f32", value });
export const bool = (value: boolean): GgufScalar => ({ type: "bool", value });
export const string = (value: string): GgufScalar => ({ type: "string", value });
export const strings = (value: readonly string[]): GgufArray => ({ type: "array", of: "string", value });
export const i32s = (value: readonly number[]): GgufArray => ({ type: "array", of: "i32", value });
export const f32s = (value: readonly number[]): GgufArray => ({ type: "array", of: "f32", value });

/**
 * Writes the file, and its folder where that is missing. It is written beside its place and then renamed, so no reader
 * ever sees half of it and two writers cannot mix their bytes; when writing fails nothing is left behind.
 *
 * @returns the file's size, bytes
 * @throws RangeError where a shape does not hold the values, or q8_0 meets a row that is not a multiple of 32
 */
export async function writeGguf(path: string, { metadata, tensors }: Gguf): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(unfinished, "wx");
    let bytes = 0;
    try {
      bytes += await writeAligned(file, headerOf({ metadata, tensors }));
      for (const tensor of tensors) bytes += await writeAligned(file, encodeTensor(tensor));
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return bytes;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function writeAligned(file: FileHandle, data: Uint8Array): Promise<number> {
  const padded = aligned(data.length);
  await file.writeFile(data);
  await file.writeFile(new Uint8Array(padded - data.length));
  return padded;
}

const aligned = (bytes: number) => Math.ceil(bytes / alignmentBytes) * alignmentBytes;
const product = (shape: readonly number[]) => shape.reduce((size, dimension) => size * dimension, 1);

function headerOf({ metadata, tensors }: Gguf): Uint8Array {
  const entries = Object.entries(metadata);
  const parts = [Buffer.from("GGUF"), scalar(u32(version)), u64Bytes(tensors.length), u64Bytes(entries.length)];
  for (const [key, value] of entries)
    parts.push(stringBytes(key), scalar(u32(valueTypeCodes[value.type])), valueBytes(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(stringBytes(tensor.name), scalar(u32(tensor.shape.length)), ...tensor.shape.map(u64Bytes));
    parts.push(scalar(u32(tensorTypeCodes[tensor.type])), u64Bytes(offset));
    offset += aligned(encodedBytes(tensor));
  }
  return Buffer.concat(parts);
}

function valueBytes(value: GgufScalar | GgufArray): Buffer {
  if (value.type !== "array") return scalar(value);
  const items =
    value.of === "string"
      ? value.value.map(stringBytes)
      : value.value.map((item) => scalar({ type: value.of, value: item }));
  return Buffer.concat([scalar(u32(valueTypeCodes[value.of])), u64Bytes(value.value.length), ...items]);
}

function scalar(scalar: GgufScalar): Buffer {
  switch (scalar.type) {
    case "string":
      return stringBytes(scalar.value);
    case "bool":
      return Buffer.of(scalar.value ? 1 : 0);
    case "u64":
      return u64Bytes(scalar.value);
    case "u32":
      return written(4, (bytes) => bytes.writeUInt32LE(scalar.value));
    case "i32":
      return written(4, (bytes) => bytes.writeInt32LE(scalar.value));
    case "f32":
      return written(4, (bytes) => bytes.writeFloatLE(scalar.value));
  }
}

function written(bytes: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(bytes);
  write(buffer);
  return buffer;
}

const u64Bytes = (value: number) => written(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));

function stringBytes(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([u64Bytes(bytes.length), bytes]);
}

function encodedBytes({ name, shape, type }: GgufTensor): number {
  const values = product(shape);
  if (type === "f16") return values * 2;
  if (type !== "q8_0") return values * 4;
  if (shape[0]! % q8BlockValues !== 0)
    throw new RangeError(`${name}: q8_0 needs rows of a multiple of ${q8BlockValues} values, not ${shape[0]}`);
  return (values / q8BlockValues) * q8BlockBytes;
}

function encodeTensor({ name, shape, type, values: make }: GgufTensor): Uint8Array {
  const values = make();
  if (values.length !== product(shape))
    throw new RangeError(`${name}: the shape ${shape.join(" × ")} does not hold ${values.length} values`);
  if (values instanceof Int32Array !== (type === "i32"))
    throw new RangeError(`${name}: ${type} cannot be written from ${values.constructor.name}`);
  if (type === "q8_0") return quantizeQ8(values as Float32Array);
  if (type === "f16") return bytesOf(Uint16Array.from(values, halfFromFloat));
  return bytesOf(values);
}

/** The memory of a typed array. Little-endian, like every processor that llama.cpp ships binaries for. */
const bytesOf = (array: Float32Array | Int32Array | Uint16Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
