/**
 * Vendors' endpoints with the prefix caches that their documentation describes, as witnesses for anything that predicts
 * them. `documentation.md` has the readings that were chosen where the documentation leaves a choice.
 */
export * as anthropic from "./anthropic.ts";
export { hourMs, type ManualClock, manualClock, minuteMs } from "./clock.ts";
export * as deepSeek from "./deepseek.ts";
export * as kimiCoding from "./kimi-coding.ts";
export * as moonshot from "./moonshot.ts";
export * as openAiAutomatic from "./openai-automatic.ts";
export * as openAiBreakpoints from "./openai-breakpoints.ts";
export * as sglang from "./sglang.ts";
export type { VendorServer } from "./vendor-server.ts";
export * as vllm from "./vllm.ts";
