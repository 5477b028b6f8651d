/** Audit: what was said of a model, against what can be computed, counted, measured and seen. */
export * from "./catalog.ts";
export * from "./check.ts";
export * from "./compare-releases.ts";
export { configAgainstFile } from "./config-against-file.ts";
export * from "./devices.ts";
export { fileWitnesses } from "./file-witnesses.ts";
export * from "./model-reference.ts";
export { modelStatements } from "./model-statements.ts";
export * from "./observations.ts";
export { observers } from "./observers/index.ts";
export type { Access, Observer } from "./observers/observer.ts";
export { pageReader } from "./observers/page-reader.ts";
export { type Change, changesBetween } from "./observers/seen-values.ts";
export * from "./statement.ts";
export * from "./verdict.ts";
export { observationsWitness } from "./witnesses/observations.ts";
export type { Witness } from "./witnesses/witness.ts";
