/**
 * From the header of a GGUF to the shape of a model: what llama.cpp runs, with the cache that llama.cpp keeps.
 *
 * @see llama.cpp, src/llama-arch.cpp for keys and names of tensors, src/models/*.cpp for what each architecture loads,
 *      `llama_model::create_memory` for what it caches
 */
import { unknownAttention } from "../families/config.ts";
import type { ModelShape } from "../model.ts";
import { kindsOfLayers } from "./architectures.ts";
import { CompressedKeys, compressedShape } from "./compressed-attention.ts";
import { type GgufDescription, type GgufFile, ggufFile, refuseUnknownKeys } from "./file.ts";
import { layeredShape } from "./layered.ts";
import { requireSameParameters } from "./same-parameters.ts";

export type { GgufDescription } from "./file.ts";

/**
 * The shape of the model in a GGUF. Its cache is the one that llama.cpp keeps, its storage is left to whoever knows the
 * tensors' types.
 *
 * @throws UserError where the architecture has no formula here, a key is missing or impossible, or the parameters that the
 *         metadata describe are not those of the tensors, layer by layer
 */
export function modelShapeOfGguf(description: GgufDescription): ModelShape {
  const file = ggufFile(description);
  const shape = shapeOf(file);
  requireSameParameters(shape, file);
  return { ...shape, family: file.architecture, cacheFormat: "f16" };
}

function shapeOf(file: GgufFile): ModelShape {
  if (file.architecture === "deepseek4") {
    refuseUnknownKeys(file, CompressedKeys.shape);
    return compressedShape(file);
  }
  const kinds = kindsOfLayers(file.architecture);
  if (kinds === null) throw unknownAttention(`of GGUF architecture ${file.architecture}`);
  refuseUnknownKeys(file, Object.assign({}, ...kinds.map(({ keys }) => keys)));
  return layeredShape(file, kinds);
}
