export { type AttentionDesign, cachedValuesPerLayer } from "./attention.ts";
export { type DecoderConfig, decoder } from "./decoder.ts";
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
export { ggufOf } from "./export.ts";
export { Graph, type Tensor } from "./graph.ts";
export { promptOf, type Question, type Reading, testReading, trainingReading } from "./lookup.ts";
export { protocols } from "./protocols/index.ts";
export { type Answered, judge, type RecallRow, recallReadings, recallRow } from "./recall.ts";
export { type Recipe, recipeOf, type SpecimenName, specimenNames } from "./recipes.ts";
export { beginning, type CurvePoint, isFinished, type Progress, train, weightsOf } from "./school.ts";
export { forwardPass, Trainer, type Values } from "./trainer.ts";
