/** Fields as configs write them, and the error for a config that lacks them. */
import { z } from "zod";
import { UserError } from "../../errors.ts";

/** A dimension or a count. The bound keeps absurd configs from making absurd numbers. */
export const count = z.int().min(1).max(1e9);
export const countOrZero = z.int().min(0).max(1e9);
export const layerCount = z.int().min(1).max(2_000);
/** Prediction modules or draft layers. */
export const moduleCount = z.int().min(0).max(100);
/** Layers by index, and what a config says of each layer: bounded, so that no list costs more than the model. */
export const layerIds = z.array(z.int().min(0)).max(1_000);
export const eachLayer = <T extends z.ZodType>(type: T) => z.array(type).max(2_100);
/** Configs write null for "not there". */
export const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);
export const flag = (byDefault: boolean) =>
  z
    .boolean()
    .nullish()
    .transform((value) => value ?? byDefault);

/** What every config of a language model says. */
export const languageFields = {
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: layerCount,
  vocab_size: count,
  tie_word_embeddings: flag(false),
  max_position_embeddings: optional(count),
} as const;

/** Anything that JSON can say, before a family has read it. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** @throws UserError that names the fields which are missing or impossible */
export function parseConfig<T extends z.ZodType>(schema: T, config: RawConfig): z.output<T> {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join(".") || "config"}: ${message}`);
  throw new UserError({
    happened: `a ${String(config.model_type ?? "model")} config cannot be read: ${issues.join("; ")}`,
    expected: "the fields of a Hugging Face config.json of this family",
    mend: "compare the config with the one in the model's repository",
  });
}

/** Fields whose names speak of attention and that change no number. */
const harmless = new Set([
  "_attn_implementation",
  "attention_dropout",
  "num_key_value_heads",
  "output_attentions",
  "rope_interleave",
  "use_cache",
]);

const aboutAttention =
  /attn|attention|index|compress|sliding|window|sparse|candidate|layer_types$|kv_|cache|mamba|ssm/i;

/**
 * Fields that a family does not know may change how its layers read their context: those whose names say so end in no
 * estimate, where they are set.
 *
 * @throws UserError
 */
export function refuseUnknownAttention(config: RawConfig, schema: { readonly shape: object }): void {
  for (const [name, value] of Object.entries(config)) {
    if (name in schema.shape || harmless.has(name) || value === null || value === false) continue;
    if (aboutAttention.test(name)) throw unknownAttention(`with ${name} in ${String(config.model_type)}`);
  }
}

/** A config whose layers read their context in a way that has no formula here: no number is better than a wrong one. */
export const unknownAttention = (name: string): UserError =>
  new UserError({
    happened: `no estimate: unknown attention class ${name}`,
    expected: "an attention class that has a formula here: see docs/anatomy.md",
    mend: "audit the checkpoint's tensors instead, or add the class to src/anatomy/blocks",
  });

/** Some multimodal configs say beside the language model's fields whether its embedding is its head. */
export const withOuterTie = (config: RawConfig, outer: RawConfig): RawConfig =>
  outer.tie_word_embeddings === true ? { ...config, tie_word_embeddings: true } : config;
