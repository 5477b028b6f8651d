/**
 * The public API of Assay: what the command line is made of. What a model is stands in four rooms of their own, because
 * their words are other rooms' words too: `anatomy`, `ledger`, `weights`, `audit`.
 */
export * as anatomy from "./anatomy/index.ts";
export * as audit from "./audit/index.ts";
export { type Decision, type DecisionBuilder, type DecisionOptions, startDecision } from "./decision/index.ts";
export { type Engine, type EngineOptions, startEngine } from "./engine/index.ts";
export { type Mistake, UserError } from "./errors.ts";
export * from "./evals/index.ts";
export { defineJob, type JobInput, type JobSample, type LoadedJob, loadJob, promptOf } from "./jobs/index.ts";
export * as ledger from "./ledger/index.ts";
export { readLedger, readRelease, readReleases } from "./ledger-files/index.ts";
export * from "./report/audits/index.ts";
export * from "./report/decision/index.ts";
export * from "./report/experiments/index.ts";
export * from "./report/index.ts";
export * from "./report/lineage/index.ts";
export * from "./routes/index.ts";
export { ensureSpecimen, type SpecimenInfo, specimens } from "./specimens/index.ts";
export { meanEstimate, randomFrom, wilsonInterval } from "./stats/index.ts";
export { openStore, type Store } from "./store/index.ts";
export * as weights from "./weights/index.ts";
export * from "./wire/index.ts";
