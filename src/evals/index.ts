export { Halt } from "./asking.ts";
export type { Budget, LoggedCalls, LoggedSpending, OverCap, Reservation, Spent, Use } from "./budget.ts";
export { type Estimate, estimate } from "./estimate.ts";
export { type JudgeEstimate, judgeEstimate } from "./judge-estimate.ts";
export {
  cellName,
  type Plan,
  type PlannedTrial,
  plannedCount,
  plannedTrials,
  requestFor,
  trialsPrefix,
} from "./plan.ts";
export { type PlanInputCosts, type PlanTokens, planInputCosts, planTokens } from "./planning/plan-tokens.ts";
export { wordTokens } from "./planning/word-tokens.ts";
export { qualityOf } from "./quality.ts";
export { questionHash } from "./question-hash.ts";
export { type ArmSpent, type RetrievalModel, type RetrievalSpent, spentByArm } from "./retrieval-spent.ts";
export { type Room, roomUnder } from "./room.ts";
export { type Recorder, type RunEnd, type RunOptions, runTrials } from "./run.ts";
export type {
  AskJudge,
  Document,
  Effort,
  JudgeEffort,
  Sample,
  SamplingSettings,
  Scenario,
  Scorer,
} from "./scenario.ts";
export * as agentLoops from "./scenarios/agent-loop/index.ts";
export { type GroundingOptions, grounding, groundingDefaults, registerTokens } from "./scenarios/grounding.ts";
export * from "./scenarios/preference.ts";
export * from "./scorers/index.ts";
export * from "./sequential-run.ts";
export { type Ask, oneCall, type Solver, type Turn } from "./solver.ts";
export type * from "./trial.ts";
export { lastAnswer, usageOf } from "./trial-of.ts";
export { turnTokens } from "./turn-effort.ts";
