export { type Analysis, analyse, type Finding, type Verdict } from "./experiment/analysis.ts";
export { openTrials, trialCount } from "./experiment/plan.ts";
export {
  type Figure as ExperimentFigure,
  type Form,
  type Measure,
  measures,
  type Outcome,
  type Protocol,
} from "./experiment/protocol.ts";
export { openRecords, type Preregistration, preregistrationOf } from "./experiment/records.ts";
export { type Ending, type ExperimentProgress, runExperiment } from "./experiment/runner.ts";
export { type ArmSummary, meanByDistance, meanCurve, summariesOf } from "./experiment/summary.ts";
export type { TrialRecord } from "./experiment/trial.ts";
export { protocols } from "./protocols/index.ts";
