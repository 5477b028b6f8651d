/** What the header of a GGUF says of a model: keys of its architecture, and the tensors that are there. */
import { z } from "zod";
import { UserError } from "../../errors.ts";
import { count, type RawConfig, unknownAttention } from "../families/config.ts";

/** A GGUF's header as plain data. */
export interface GgufDescription {
  /** Values by their full keys, e.g. `llama.block_count`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Of all parts of a split file. The order of dimensions does not matter. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface GgufFile {
  /** llama.cpp's name, which precedes its keys. */
  readonly architecture: string;
  /** The architecture's keys without its name. */
  readonly keys: RawConfig;
  /** Elements of each tensor, by its name. */
  readonly elements: ReadonlyMap<string, number>;
}

/** @throws UserError where the metadata name no architecture or a tensor has more elements than can be counted */
export function ggufFile({ metadata, tensors }: GgufDescription): GgufFile {
  const architecture = metadata["general.architecture"];
  if (typeof architecture !== "string") throw mistake("without an architecture", "general.architecture is missing");
  const prefix = `${architecture}.`;
  const own = Object.entries(metadata).filter(([key]) => key.startsWith(prefix));
  const elements = new Map(
    tensors.map(({ name, shape }) => [name, shape.reduce((product, size) => product * size, 1)] as const),
  );
  for (const [name, count] of elements)
    if (!Number.isSafeInteger(count) || count < 0) throw mistake(architecture, `${name} has ${count} elements`);
  return {
    architecture,
    keys: Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    elements,
  };
}

/** Rows of the embedding. @throws UserError where there is none, or none of the model's size */
export function vocabularySizeOf(file: GgufFile): number {
  const { embedding_length: hiddenSize } = readKeys(z.looseObject({ embedding_length: count }), file);
  const elements = file.elements.get("token_embd.weight");
  if (elements === undefined)
    throw new UserError({
      happened: `no estimate: a ${file.architecture} GGUF has no embedding`,
      expected: "a whole model; vocabularies, adapters and vision towers come in files of their own",
      mend: "name the file of the model's weights",
    });
  if (elements > 0 && elements % hiddenSize === 0) return elements / hiddenSize;
  throw mistake(file.architecture, `its embedding has no rows of ${hiddenSize} elements`);
}

/** Whether a layer has a tensor, e.g. `attn_q.bias`. */
export const hasTensor = ({ elements }: GgufFile, layer: number, name: string): boolean =>
  elements.has(`blk.${layer}.${name}`);

/** A value that is the same in all layers, or a list with one for each. */
export const perLayer = <T extends z.ZodType>(type: T) => z.union([type, z.array(type).max(2_100)]);

/** @throws UserError where a list is shorter than the model */
export function ofLayer<T extends number | boolean>(value: T | readonly T[], layer: number): T {
  const own = typeof value === "object" ? value[layer] : value;
  if (own === undefined) throw mistake("model", `a list of one value a layer has none for layer ${layer}`);
  return own;
}

/** @throws UserError that names the keys which are missing or impossible */
export function readKeys<T extends z.ZodType>(schema: T, { architecture, keys }: GgufFile): z.output<T> {
  const parsed = schema.safeParse(keys);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw mistake(architecture, issues.join("; "));
}

/** Keys whose names speak of attention and that change no number. */
const harmless =
  /^attention\.(?:head_count(?:_kv)?|layer_norm(?:_rms)?_epsilon|group_norm_epsilon|causal|clamp_kqv|max_alibi_bias|(?:output_)?scale|temperature_\w+)$/;
const aboutAttention = /^(?:attention|ssm|kda|shortconv|wkv|altup|ple|full_attention_interval|token_shift)\b/;

/**
 * Keys that an architecture does not have may change how its layers read their context.
 *
 * @throws UserError
 */
export function refuseUnknownKeys({ architecture, keys }: GgufFile, known: object): void {
  for (const key of Object.keys(keys))
    if (aboutAttention.test(key) && !harmless.test(key) && !(key in known))
      throw unknownAttention(`with ${key} in ${architecture}`);
}

const mistake = (architecture: string, why: string): UserError =>
  new UserError({
    happened: `the metadata of a ${architecture} GGUF cannot be read: ${why}`,
    expected: "the keys that llama.cpp reads of this architecture",
    mend: "convert the model again with a current llama.cpp",
  });
