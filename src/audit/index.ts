/** Audit: what was said of a model, against what can be computed and read. */
export * from "./model-reference.ts";
