/**
 * How many parameters a file's tensors hold. Packed formats store several values in one element, and scales, zero points
 * and tables beside them that are no parameters. The tensors' own shapes decide wherever they can: a scale for each group
 * of values tells how many there are. The config is asked where they cannot, and where both speak they must agree.
 */
import { UserError } from "../errors.ts";
import { type Packing, type QuantizationConfig, quantizationOf } from "./quantization-config.ts";
import { elementsOf, type StoredTensor } from "./stored-tensor.ts";

export interface Count {
  /** 0 for scales and the like; null where neither file nor config tells. */
  readonly parameters: number | null;
  /** The rule that counted it, for the reader of a report. */
  readonly rule: string;
}

/**
 * Counts the tensors of one checkpoint. All of them are needed to count any: a scale is known by the weights beside it.
 *
 * @param config  config.json; null where there is none
 * @returns a function that throws a UserError where shapes and config contradict each other
 * @throws UserError where the config's section on quantization is not what any tool writes
 */
export function counting(
  tensors: readonly StoredTensor[],
  config: Readonly<Record<string, unknown>> | null,
): (tensor: StoredTensor) => Count {
  const quantization = quantizationOf(config);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return (tensor) => {
    const { name } = tensor;
    const neighbour = (suffix: string, other: string) => byName.get(name.slice(0, name.length - suffix.length) + other);
    return count({ tensor, neighbour, quantization });
  };
}

interface Question {
  readonly tensor: StoredTensor;
  /** The tensor of the same name with another ending. */
  readonly neighbour: (suffix: string, other: string) => StoredTensor | undefined;
  readonly quantization: QuantizationConfig;
}

function count(question: Question): Count {
  const { tensor } = question;
  if (rotation.test(tensor.name)) return { parameters: 0, rule: "frequencies of the rotation" };
  if (isCompanion(question)) return { parameters: 0, rule: "scale, zero point or other companion of packed weights" };
  for (const [suffix, rule] of packedEndings) {
    const counted = tensor.name.endsWith(suffix) ? rule(question, suffix) : null;
    if (counted !== null) return counted;
  }
  if (!integers.has(tensor.dtype) || tensor.name.endsWith("tid2eid") || tensor.name.endsWith("tid2eid.weight"))
    return { parameters: elementsOf(tensor.shape), rule: "one parameter an element" };
  if (tensor.dtype === "I64" || tensor.dtype === "BOOL") return { parameters: 0, rule: "positions or a mask" };
  return { parameters: null, rule: `${tensor.dtype} packed in a way that is not known` };
}

/** They follow from the config; some files store them. */
const rotation = /(?:^|\.)(?:rotary_emb\.inv_freq|rope_freqs\.weight|rope_factors_(?:long|short)\.weight)$/;

const integers: ReadonlySet<string> = new Set(["I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64", "BOOL"]);

/** Endings of tensors that serve another one, and the endings of that one. */
const companions: readonly (readonly [ending: string, owners: readonly string[]])[] = [
  ...["scale", "scale_inv", "scale_2", "global_scale", "zero_point", "shape", "g_idx"].map(
    (what) => [`.weight_${what}`, [".weight", ".weight_packed"]] as const,
  ),
  ...["input_scale", "input_global_scale", "input_zero_point", "output_scale"].map(
    (what) => [`.${what}`, [".weight", ".weight_packed"]] as const,
  ),
  [".scale", [".weight"]],
  [".scales", [".qweight", ".weight"]],
  [".biases", [".scales"]],
  [".qzeros", [".qweight"]],
  [".g_idx", [".qweight"]],
  [".SCB", [".weight"]],
  [".weight_format", [".weight"]],
  ...["absmax", "quant_map", "nested_absmax", "nested_quant_map"].map((what) => [`.${what}`, [""]] as const),
  ...["nf4", "fp4"].map((kind) => [`.quant_state.bitsandbytes__${kind}`, [""]] as const),
  ["_scales", ["_blocks"]],
  ["_scale", [""]],
  ["_scale_inv", [""]],
];
/** Scales of the cache and of activations, which have no weights of their own name. */
const cacheScales = /\.(?:[kvq]_scale|[kv]_zero_point|q_scale|prob_scale|prob_output_scale)$/;

const isCompanion = ({ tensor: { name, dtype }, neighbour, quantization }: Question): boolean =>
  dtype === "F8_E8M0" ||
  (quantization.method !== null && cacheScales.test(name)) ||
  companions.some(([ending, owners]) => name.endsWith(ending) && owners.some((owner) => neighbour(ending, owner)));

type Rule = (question: Question, suffix: string) => Count | null;

const packedEndings: readonly (readonly [ending: string, rule: Rule])[] = [
  [".qweight", gptqOrAwq],
  [".weight_packed", compressedTensors],
  ["_blocks", microscaling],
  [".weight", bitsAndBytes],
  [".weight", mlx],
  [".weight", byteWeights],
];

/** GPTQ packs the inputs, [in·bits/32, out]; AWQ the outputs, [in, out·bits/32]. Scales are [in/group, out] in both. */
function gptqOrAwq(question: Question, suffix: string): Count | null {
  const { tensor, neighbour } = question;
  const [rows, columns] = matrixOf(tensor);
  const outputs = neighbour(suffix, ".scales")?.shape.at(-1);
  if (tensor.dtype !== "I32" || rows === undefined || columns === undefined || outputs === undefined) return null;
  const inputs = outputs === columns ? neighbour(suffix, ".g_idx")?.shape[0] : rows;
  const byConfig = unpacked(question, suffix, ".scales");
  const parameters = inputs === undefined ? byConfig : inputs * outputs;
  if (byConfig !== null && parameters !== byConfig) throw contradiction(tensor, byConfig, parameters!);
  return { parameters, rule: outputs === columns ? "GPTQ, packed in I32" : "AWQ, packed in I32" };
}

/** I32 holds as many values as fit whole; U8 two of 4 bits (nvfp4, mxfp4). */
function compressedTensors(question: Question, suffix: string): Count {
  const inBytes = question.tensor.dtype === "U8" || question.tensor.dtype === "I8";
  const parameters = unpacked(question, suffix, ".weight_scale", inBytes ? { bits: 4, groupSize: null } : null);
  return { parameters, rule: `compressed-tensors, packed in ${question.tensor.dtype}` };
}

/** gpt-oss: `_blocks` of U8, two values each, [.., in/32, 16]; `_scales` [.., in/32]. */
function microscaling({ tensor, neighbour }: Question, suffix: string): Count | null {
  const scales = neighbour(suffix, "_scales");
  if (tensor.dtype !== "U8" || scales === undefined) return null;
  const elements = elementsOf(tensor.shape)!;
  if (elements !== 16 * elementsOf(scales.shape)!) return null;
  return { parameters: 2 * elements, rule: "MXFP4, two values a byte" };
}

/** bitsandbytes flattens to [n/2, 1] of U8 and leaves the block maxima beside it. */
function bitsAndBytes({ tensor, neighbour }: Question): Count | null {
  if (tensor.dtype !== "U8" || neighbour("", ".absmax") === undefined) return null;
  return { parameters: 2 * elementsOf(tensor.shape)!, rule: "bitsandbytes, two values a byte" };
}

/** MLX packs rows into U32 without gaps. */
function mlx(question: Question, suffix: string): Count | null {
  if (question.tensor.dtype !== "U32" || question.neighbour(suffix, ".scales") === undefined) return null;
  return { parameters: unpacked(question, suffix, ".scales"), rule: "MLX, packed in U32" };
}

/**
 * Bytes with block scales: two FP4 values a byte where 16 or 8 bytes share a scale of one byte (MXFP4, DeepSeek's experts;
 * NVFP4), else INT8.
 */
function byteWeights(question: Question, suffix: string): Count | null {
  const { tensor, neighbour, quantization } = question;
  const scale = [".scale", ".weight_scale", ".weight_scale_inv", ".SCB"]
    .map((ending) => neighbour(suffix, ending))
    .find(Boolean);
  if ((tensor.dtype !== "I8" && tensor.dtype !== "U8") || scale === undefined) return null;
  const elements = elementsOf(tensor.shape)!;
  const bytesPerScale = elements / elementsOf(scale.shape)!;
  const byteScales = ["F8_E8M0", "F8_E4M3", "U8"].includes(scale.dtype);
  const expert = quantization.fp4Experts && tensor.name.includes(".experts.");
  if ((byteScales || expert) && (bytesPerScale === 16 || bytesPerScale === 8))
    return { parameters: 2 * elements, rule: "FP4, two values a byte" };
  return { parameters: elements, rule: "INT8, one value a byte" };
}

/** Values in a packed tensor by the bits that the config gives, held against the number of its scales. */
function unpacked(
  { tensor, neighbour, quantization }: Question,
  suffix: string,
  scaleSuffix: string,
  fixed: Packing | null = null,
): number | null {
  const declared = quantization.packingOf(tensor.name.slice(0, -suffix.length));
  const packing = fixed === null ? declared : { ...fixed, groupSize: declared?.groupSize ?? null };
  if (packing === null) return null;
  const { bits, groupSize } = packing;
  const containerBits = tensor.dtype === "I8" || tensor.dtype === "U8" ? 8 : 32;
  const elements = elementsOf(tensor.shape)!;
  const dense = suffix !== ".weight_packed";
  const values = dense ? Math.floor((elements * containerBits) / bits) : elements * Math.floor(containerBits / bits);
  const scale = neighbour(suffix, scaleSuffix);
  if (scale === undefined || groupSize === null) return values;
  // Either count is rounded up to whole containers or groups in each row: the smaller one is nearer the truth.
  const byScales = elementsOf(scale.shape)! * groupSize;
  const rows = elements / (tensor.shape.at(-1) || 1);
  const slack = rows * Math.max(groupSize, containerBits / bits);
  if (Math.abs(byScales - values) >= Math.max(slack, 1)) throw contradiction(tensor, values, byScales);
  return Math.min(values, byScales);
}

const matrixOf = ({ shape }: StoredTensor) => (shape.length === 2 ? shape : []);

const contradiction = (tensor: StoredTensor, byConfig: number, byShapes: number): UserError =>
  new UserError({
    happened: `${tensor.name.slice(0, 100)} holds ${byConfig} values by the config and ${byShapes} by its scales`,
    expected: "a quantization_config that fits the tensors",
    mend: "compare config.json with the publisher's: its bits or group_size is not this checkpoint's",
  });
