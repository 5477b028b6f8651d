export { AnswersOfOptions } from "./answers.ts";
export type { ArmComparison, ArmResult, ArmsOf, HeldCounts, Misses } from "./arms.ts";
export type { ByLength, Change, LengthBin } from "./by-length.ts";
export { type Check, priceDays, vendorDays } from "./checks.ts";
export { type Adjusted, type Axis, axes, type Comparison } from "./comparison.ts";
export {
  type Decision,
  type DecisionBuilder,
  type DecisionOptions,
  defaultCareAbout,
  type RunDifference,
  startDecision,
} from "./decision.ts";
export type { PairedEstimate } from "./difference.ts";
export { axisNames, type Dominated } from "./domination.ts";
export type { Estimate } from "./estimate.ts";
export type { Costs, Option, Quantiles } from "./option.ts";
export { type Preferences, type PreferredPair, preferencesOf } from "./preferences.ts";
export { isHighest, type Shortlisted } from "./shortlist.ts";
export * from "./words.ts";
