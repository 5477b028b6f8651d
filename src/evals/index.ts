export { type Budget, budgetOf } from "./budget.ts";
export { citedValues, citesTheLine, exactAnswer, grounded, normalised } from "./citations.ts";
export {
  cellName,
  type Estimate,
  estimate,
  type Plan,
  type PlannedTrial,
  plannedCount,
  plannedTrials,
  requestFor,
} from "./plan.ts";
export { type Recorder, type RunEnd, type RunOptions, runTrials } from "./run.ts";
export type { Sample, Scenario, Scorer } from "./scenario.ts";
export { type GroundingOptions, grounding, groundingDefaults } from "./scenarios/grounding.ts";
export type * from "./trial.ts";
