export { anthropic } from "./anthropic.ts";
export {
  type Breakpoint,
  type CacheCall,
  type CachedOutput,
  type CachedPrompt,
  type CacheRule,
  type CacheState,
  type Expectation,
  expectedTokens,
  type PastRequest,
  type RuleSource,
} from "./cache-rule.ts";
export { type DeepSeekOptions, deepSeek } from "./deepseek.ts";
export { type CacheGrade, type GradedCall, gradeCalls } from "./grade.ts";
export { idealCache } from "./ideal.ts";
export { expectations, type InferredHit, inferHits, type TimedCall } from "./infer-hits.ts";
export { type KimiOptions, kimi } from "./kimi.ts";
export { kimiCoding } from "./kimi-coding.ts";
export { type LlamaCppOptions, llamaCpp } from "./llama-cpp.ts";
export { noCache } from "./no-cache.ts";
export { type OpenAiBreakpointsOptions, openAiBreakpoints } from "./openai-breakpoints.ts";
export { type OpenAiIntervalsOptions, openAiIntervals } from "./openai-intervals.ts";
export { answerOfMessage, promptOfBody } from "./prompt-of-body.ts";
export type { PromptTokenizer } from "./prompt-tokens.ts";
export { cacheRuleOf } from "./rule-of-vendor.ts";
export { type SglangOptions, sglang } from "./sglang.ts";
export { type VllmOptions, vllm } from "./vllm.ts";
