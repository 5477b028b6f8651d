/**
 * A trained decoder as the GGUF that llama.cpp loads: grouped attention as `llama`, whose
 * loader takes the biases of queries, keys and values (`qwen2` would tie the heads' size to the width), and latent
 * attention as `deepseek2`.
 */
import { UserError } from "../errors.ts";
import { specimenTokenizer } from "../specimens/index.ts";
import { f32, type Gguf, type GgufMetadata, type GgufTensor, string, type TensorType, u32 } from "../weights/index.ts";
import type { AttentionDesign } from "./attention.ts";
import { type DecoderConfig, normEpsilon, ropeBase, type Weight } from "./decoder.ts";
import type { Values } from "./trainer.ts";

type Latent = Extract<AttentionDesign, { kind: "latent" }>;

/** `general.file_type` of llama.cpp, by the type of the matrices. */
const fileTypes: Readonly<Record<"f32" | "f16" | "q8_0", number>> = { f32: 0, f16: 1, q8_0: 7 };

/** Longest text the file says it takes, tokens; far longer than it was trained for, so that longer contexts can be tried. */
const contextTokens = 32_768;

/**
 * @param matrices  how matrices are kept; norms and biases stay f32
 * @throws UserError where a weight is missing
 */
export function ggufOf(
  name: string,
  config: DecoderConfig,
  weights: readonly Pick<Weight, "name" | "shape" | "role">[],
  values: Values,
  matrices: keyof typeof fileTypes,
): Gguf {
  const tensors = weights.map(({ name: weight, shape, role }): GgufTensor => {
    const data = values[weight];
    if (data === undefined)
      throw new UserError({
        happened: `the weights of ${name} hold no ${weight}`,
        expected: "a value for every weight of the model",
        mend: "train the specimen again: the checkpoint belongs to another model",
      });
    const type: TensorType = shape.length === 1 ? "f32" : matrices;
    if (role === "embedding") return { name: weight, shape: shape.toReversed(), type, values: () => data };
    if (role === "norm") return { name: weight, shape, type, values: () => data };
    if (role === "bias") {
      const columnOf = interleavedColumn(weight, config.attention);
      return { name: weight, shape, type, values: () => data.map((_, column) => data[columnOf(column)]!) };
    }
    return matrixTensor(weight, shape as readonly [number, number], data, type, config);
  });
  return { metadata: { ...metadataOf(name, config, fileTypes[matrices]), ...specimenTokenizer().metadata }, tensors };
}

function metadataOf(name: string, config: DecoderConfig, fileType: number): GgufMetadata {
  const { attention } = config;
  const architecture = attention.kind === "grouped" ? "llama" : "deepseek2";
  const entries = {
    vocab_size: u32(config.vocabularySize),
    context_length: u32(contextTokens),
    embedding_length: u32(config.width),
    block_count: u32(config.layers),
    feed_forward_length: u32(config.feedForward),
    "attention.layer_norm_rms_epsilon": f32(normEpsilon),
    "attention.head_count": u32(config.heads),
    "rope.freq_base": f32(ropeBase),
    "rope.dimension_count": u32(attention.ropeDim),
    ...(attention.kind === "grouped" ? groupedMetadata(attention) : latentMetadata(config, attention)),
  };
  return {
    "general.architecture": string(architecture),
    "general.name": string(name),
    "general.file_type": u32(fileType),
    ...Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${architecture}.${key}`, value])),
  };
}

const groupedMetadata = ({ kvHeads, headDim }: Extract<AttentionDesign, { kind: "grouped" }>) => ({
  "attention.head_count_kv": u32(kvHeads),
  "attention.key_length": u32(headDim),
  "attention.value_length": u32(headDim),
});

/** The absorbed form: llama.cpp keeps one "KV head", the latent and the rotated key; no layer has experts. */
const latentMetadata = (
  { layers, feedForward }: DecoderConfig,
  { kvLoraRank, plainDim, ropeDim, valueDim }: Latent,
) => ({
  "attention.head_count_kv": u32(1),
  "attention.q_lora_rank": u32(0),
  "attention.kv_lora_rank": u32(kvLoraRank),
  "attention.key_length": u32(kvLoraRank + ropeDim),
  "attention.value_length": u32(kvLoraRank),
  "attention.key_length_mla": u32(plainDim + ropeDim),
  "attention.value_length_mla": u32(valueDim),
  leading_dense_block_count: u32(layers),
  expert_feed_forward_length: u32(feedForward),
  expert_shared_count: u32(0),
});

/** [in, out] in memory order of rows becomes ggml's `in` fastest, with latent attention's weights laid out its way. */
function matrixTensor(
  name: string,
  [rows, columns]: readonly [number, number],
  data: Float32Array,
  type: TensorType,
  { attention, heads }: DecoderConfig,
): GgufTensor {
  const columnOf = interleavedColumn(name, attention);
  const transposed = () => {
    const turned = new Float32Array(data.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        turned[column * rows + row] = data[row * columns + columnOf(column)]!;
    return turned;
  };
  if (attention.kind === "latent" && name.endsWith("attn_k_b.weight")) {
    // Absorbed into the query: from a head's plain dimensions to the latent, so our rows stay the slower axis.
    const { plainDim, kvLoraRank } = attention;
    const perHead = () => {
      const turned = new Float32Array(data.length);
      for (let head = 0; head < heads; head++)
        for (let rank = 0; rank < kvLoraRank; rank++)
          for (let dim = 0; dim < plainDim; dim++)
            turned[(head * kvLoraRank + rank) * plainDim + dim] = data[rank * columns + head * plainDim + dim]!;
      return turned;
    };
    return { name, shape: [plainDim, kvLoraRank, heads], type, values: perHead };
  }
  if (attention.kind === "latent" && name.endsWith("attn_v_b.weight"))
    return { name, shape: [rows, attention.valueDim, heads], type, values: transposed };
  return { name, shape: [rows, columns], type, values: transposed };
}

/**
 * For both architectures llama.cpp turns neighbouring dimensions (2i, 2i + 1) together; here i turns with
 * i + ropeDim / 2. The same rotation comes out when the rotated columns of queries and keys are reordered.
 *
 * @returns our column for each column of the file
 */
function interleavedColumn(name: string, attention: AttentionDesign): (column: number) => number {
  const { ropeDim } = attention;
  const reorder = (dim: number) => (dim % 2 === 0 ? dim / 2 : (dim - 1) / 2 + ropeDim / 2);
  /** In each group of `size` columns the last `ropeDim` are rotated. */
  const inGroups = (size: number) => (column: number) => {
    const dim = column % size;
    const plain = size - ropeDim;
    return dim < plain ? column : column - dim + plain + reorder(dim - plain);
  };
  const part = /attn_(q|k|kv_a_mqa)\.(?:weight|bias)$/.exec(name)?.[1];
  if (part === undefined) return (column) => column;
  if (attention.kind === "grouped") return inGroups(attention.headDim);
  return inGroups(part === "q" ? attention.plainDim + ropeDim : attention.kvLoraRank + ropeDim);
}
