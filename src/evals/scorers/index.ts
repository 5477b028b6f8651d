export { type Rating, type RatingsTable, ratingsTable } from "./agreement.ts";
export { type CitedValue, citedValues, citesTheLine, exactAnswer, grounded } from "./cited-lines.ts";
export { containsWords } from "./contains.ts";
export { type Judgement, judgementSchema } from "./judge.ts";
export * from "./judge-agreement.ts";
export { type Exhibit, exhibitsIn } from "./judge-prompt.ts";
export { normalised } from "./normalise.ts";
export {
  type Preference,
  type PreferenceOptions,
  preference,
  preferenceDefaults,
  preferenceVersion,
} from "./preference.ts";
export { judgeModel, ScorerSpec, scorerMistake, scorerOf, scorersOf } from "./spec.ts";
export type { ToolCallError, ToolCallErrorClass } from "./tool-call-errors.ts";
export { type ToolCallMetrics, type ToolCallTrial, toolCallMetrics, toolCallTrial } from "./tool-call-metrics.ts";
export { defineScorer } from "./user-scorer.ts";
