/** Model files: what their headers say, local and remote, counted and compared; and writing GGUF. */
export { type Checkpoint, type CheckpointOptions, openCheckpoint } from "./checkpoint.ts";
export * from "./compare-counts.ts";
export type { GgufLongList, GgufScalarValue, GgufValue } from "./gguf-reader.ts";
export * from "./gguf-writer.ts";
export * from "./half.ts";
export { huggingFace, type Remote, readText } from "./http.ts";
export { type Count, counting } from "./logical-count.ts";
export * from "./q8-0.ts";
export { storedPrecision } from "./stored-precision.ts";
export type { StoredTensor } from "./stored-tensor.ts";
export { type Place, placing } from "./tensor-part.ts";
