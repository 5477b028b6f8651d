/** How a decoder is written for one architecture of llama.cpp: its keys, and how its weights lie. */
import { f32, type GgufMetadata, type GgufTensor, string, u32 } from "../../../weights/index.ts";
import { sizeOf } from "../../graph/graph.ts";
import { type DecoderConfig, normEpsilon, ropeBaseOf } from "../../model/config.ts";
import type { Weight } from "../../model/site.ts";

export interface Architecture {
  /** llama.cpp's name, and the prefix of its keys. */
  readonly name: string;
  /** Keys beside those that all have, without the prefix. */
  readonly keys: GgufMetadata;
  /** Weights that lie in another way than a matrix turned around, and those the engine wants beside them. */
  readonly tensor: (weight: Weight, data: Float32Array, type: MatrixType) => readonly GgufTensor[];
  /** What the engine wants and the decoder has not, with values that change nothing. */
  readonly neutral?: readonly GgufTensor[];
}

/** How matrices are kept; norms, biases and routers stay f32. */
export type MatrixType = "f32" | "f16" | "q8_0";

/** Longest text the file says it takes, tokens; far longer than any was trained for, so that longer contexts can be tried. */
const contextTokens = 32_768;

export const metadataOf = (title: string, { name, keys }: Architecture, config: DecoderConfig): GgufMetadata => {
  const all: GgufMetadata = {
    vocab_size: u32(config.vocabularySize),
    context_length: u32(contextTokens),
    embedding_length: u32(config.width),
    block_count: u32(config.layers.length),
    "attention.layer_norm_rms_epsilon": f32(normEpsilon),
    "attention.head_count": u32(config.heads),
    "rope.freq_base": f32(ropeBaseOf(config)),
    ...keys,
  };
  const prefixed = Object.entries(all).map(([key, value]) => [`${name}.${key}`, value] as const);
  return { "general.architecture": string(name), "general.name": string(title), ...Object.fromEntries(prefixed) };
};

/**
 * A weight as ggml wants it, its inputs the fastest axis: a matrix [in, out] is turned around, experts [count, in, out]
 * each apart; an embedding and vectors stay as they are.
 *
 * @param columnOf  our column for each column of the file, where a layout reorders them
 */
export function plainTensor(
  { name, shape, role }: Weight,
  data: Float32Array,
  type: MatrixType,
  columnOf: (column: number) => number = (column) => column,
): GgufTensor {
  if (role === "embedding") return { name, shape: shape.toReversed(), type, values: () => data };
  if (shape.length === 1) return { name, shape, type: "f32", values: () => data.map((_, at) => data[columnOf(at)]!) };
  const [rows, columns] = shape.slice(-2) as [number, number];
  const turned = () => {
    const values = new Float32Array(data.length);
    for (let from = 0; from < data.length; from += rows * columns)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          values[from + column * rows + row] = data[from + row * columns + columnOf(column)]!;
    return values;
  };
  const isRouter = name.endsWith("ffn_gate_inp.weight");
  return { name, shape: [rows, columns, ...shape.slice(0, -2)], type: isRouter ? "f32" : type, values: turned };
}

/**
 * Architectures that turn neighbouring dimensions (2i, 2i + 1) together, where we turn i with i + ropeDim / 2, give the
 * same rotation when the rotated columns of queries and keys are reordered.
 *
 * @param size  columns of one head; the last `ropeDim` of them are rotated
 * @returns our column for each column of the file
 */
export const neighbouring = (size: number, ropeDim: number) => (column: number) => {
  const plain = size - ropeDim;
  const dim = (column % size) - plain;
  if (dim < 0) return column;
  return column - dim + (dim % 2 === 0 ? dim / 2 : (dim - 1) / 2 + ropeDim / 2);
};

/** A tensor that the decoder has not. */
export const filled = (name: string, shape: readonly number[], value: (index: number) => number): GgufTensor => ({
  name,
  shape,
  type: "f32",
  values: () => Float32Array.from({ length: sizeOf(shape) }, (_, index) => value(index)),
});

export const zeros = (name: string, ...shape: number[]): GgufTensor => filled(name, shape, () => 0);
