export { type Analysis, analyse, type Finding, type Verdict } from "./experiment/analysis.ts";
export { openTrials, trialCount } from "./experiment/plan.ts";
export { type Preregistration, preregistrationOf } from "./experiment/preregistration.ts";
export {
  type Figure as ExperimentFigure,
  type Form,
  type Measure,
  measures,
  type Outcome,
  type Protocol,
} from "./experiment/protocol.ts";
export { openRecords } from "./experiment/records.ts";
export { type Ending, type ExperimentProgress, runExperiment } from "./experiment/runner.ts";
export { type ArmSummary, meanByDistance, meanCurve, summariesOf } from "./experiment/summary.ts";
export type { TrialPlan, TrialRecord } from "./experiment/trial-record.ts";
export { devices } from "./graph/session.ts";
export { architectureOf, ggufOf } from "./llama-cpp/export.ts";
export { cachedValues } from "./model/config.ts";
export { parametersOf } from "./model/site.ts";
export { protocols } from "./protocols/index.ts";
export { loadCheckpoint, saveCheckpoint } from "./readers/checkpoint.ts";
export { type Recipe, readerNames, recipeOf } from "./readers/recipes.ts";
export { beginning, type Progress as ReadingProgress, train } from "./readers/school.ts";
export { weightsOf } from "./training/forward.ts";
