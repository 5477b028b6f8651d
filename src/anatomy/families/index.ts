/** From a config to the shape of a model: the family is found by `model_type`. */
import { UserError } from "../../errors.ts";
import { anatomyOfBlock } from "../blocks/index.ts";
import type { ModelShape } from "../model.ts";
import { componentsOf } from "../parameters.ts";
import { storageOf } from "../storage.ts";
import { type RawConfig, unknownAttention } from "./config.ts";
import { deepseekV2 } from "./deepseek-v2.ts";
import { deepseekV4 } from "./deepseek-v4.ts";
import { deepseekV41 } from "./deepseek-v41.ts";
import type { Family } from "./family.ts";
import { kimiLinear } from "./kimi-linear.ts";
import { llama } from "./llama.ts";
import { llama4 } from "./llama4.ts";
import { nemotronH } from "./nemotron-h.ts";
import { qwenHybrid } from "./qwen-hybrid.ts";
import { visionOf } from "./vision.ts";

const families: readonly Family[] = [
  deepseekV2,
  deepseekV4,
  deepseekV41,
  kimiLinear,
  llama,
  llama4,
  nemotronH,
  qwenHybrid,
];
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
  const shape = family.read(text, config);
  const vision = visionOf(config, shape.hiddenSize);
  return checked({
    ...shape,
    blocks: [...shape.blocks, ...vision.blocks],
    assumptions: [...shape.assumptions, ...vision.assumptions],
    storage: storageOf(config, text),
  });
}

/** Dimensions that are possible one by one can still contradict each other, or multiply to more than a count can hold. */
function checked(model: ModelShape): ModelShape {
  const components = componentsOf(model);
  const elements = model.blocks.flatMap(({ block }) => anatomyOfBlock(block).cache.flatMap((store) => store.elements));
  const total = components.reduce((sum, { parameters }) => sum + parameters, 0);
  const possible =
    Number.isSafeInteger(total) &&
    components.every(({ parameters, activeParameters }) => parameters >= activeParameters && activeParameters >= 0) &&
    elements.every(({ count }) => Number.isSafeInteger(count) && count >= 0);
  if (possible) return model;
  throw new UserError({
    happened: `a ${model.family} config asks for an impossible number of parameters`,
    expected: "dimensions that a model can have",
    mend: "compare the config with the one in the model's repository",
  });
}

/** Multimodal configs keep the language model's fields one level down. */
function textConfigOf(config: RawConfig): RawConfig {
  for (const name of ["text_config", "llm_config", "language_config"]) {
    const inner = config[name];
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) return inner as RawConfig;
  }
  return config;
}
