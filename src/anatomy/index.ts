/** Anatomy: what follows from a model's config. Pure: the browser runs the same code. */
export * from "./block.ts";
export { anatomyOfBlock, type Block } from "./blocks/index.ts";
export * from "./cache-format.ts";
export { modelShapeOf } from "./families/index.ts";
export * from "./fit.ts";
export * from "./flops.ts";
export { type GgufDescription, modelShapeOfGguf } from "./gguf/index.ts";
export * from "./intensity.ts";
export * from "./kv-cache.ts";
export * from "./model.ts";
export { naiveCacheBytes } from "./naive.ts";
export * from "./parameters.ts";
export * from "./span.ts";
export { storedBytes } from "./storage.ts";
export * from "./summary.ts";
