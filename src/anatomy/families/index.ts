/** From a config to the shape of a model: the family is found by `model_type`. */
import type { ModelShape } from "../model.ts";
import { storageOf } from "../storage.ts";
import { type RawConfig, unknownAttention } from "./config.ts";
import { deepseekV2 } from "./deepseek-v2.ts";
import type { Family } from "./family.ts";

const families: readonly Family[] = [deepseekV2];
const familyOf = new Map(families.flatMap((family) => family.modelTypes.map((type) => [type, family])));

/**
 * The shape of the model that a Hugging Face config.json describes; of a multimodal one, the text model and what travels
 * with it.
 *
 * @throws UserError where a field is missing or impossible, and where the attention class has no formula here
 */
export function modelShapeOf(config: RawConfig): ModelShape {
  const text = textConfigOf(config);
  const type = String(text.model_type ?? config.model_type ?? "without a model_type");
  const family = familyOf.get(type);
  if (family === undefined) throw unknownAttention(`of model type ${type}`);
  return { ...family.read(text), storage: storageOf(config) };
}

/** Multimodal configs keep the language model's fields one level down. */
function textConfigOf(config: RawConfig): RawConfig {
  for (const name of ["text_config", "llm_config", "language_config"]) {
    const inner = config[name];
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) return inner as RawConfig;
  }
  return config;
}
