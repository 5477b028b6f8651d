/** OpenAI's cache before GPT-5.6: breakpoints at regular intervals, placed by the vendor alone. */
import type { CacheRule } from "./cache-rule.ts";
import { chunkCache } from "./chunk-cache.ts";

export interface OpenAiIntervalsOptions {
  /** 2,048 for GPT-5.5, 128 for models before it. */
  readonly intervalTokens?: number;
  readonly lifetimeMs?: number;
  /** Whether prompts with different `prompt_cache_key` share nothing; false where all calls reach one machine. */
  readonly keysApart?: boolean;
}

/**
 * A prompt reads what it shares with one of the last minutes, down to a multiple of the interval and from 1,024 tokens
 * on; each use gives it the same time again. Prompts with different `prompt_cache_key` share nothing.
 */
export function openAiIntervals({
  intervalTokens = 128,
  lifetimeMs = 5 * 60_000,
  keysApart = true,
}: OpenAiIntervalsOptions = {}): CacheRule {
  return {
    name: `OpenAI: 1,024 tokens and more, in steps of ${intervalTokens.toLocaleString("en-US")}`,
    source: {
      url: "https://developers.openai.com/api/docs/guides/prompt-caching",
      readOn: "2026-09-23",
      locator:
        "Earlier models; steps of 128 from 1,024: https://developers.openai.com/cookbook/examples/prompt_caching_201",
    },
    assumptions: [
      "The hidden system text counts as empty: intervals are counted from its beginning, and its length is not published.",
      "The interval before GPT-5.5 is 128 tokens: the guide of today says that it depends on the model.",
      "The minimum is 1,024 tokens: the guide of today says that it depends on the request's settings.",
      "An entry lives for five minutes after its last use (GPT-5.5: thirty); the guide says typically 5 to 10 (around 30), and up to 24 hours.",
      keysApart
        ? "Every `prompt_cache_key` leads to a machine of its own, and calls without one to one machine: overflow above some 15 requests a minute is not modelled."
        : "All calls reach one machine, whatever their `prompt_cache_key`.",
      "Answers are not cached, only prompts.",
    ],
    stepTokens: intervalTokens,
    open: () =>
      chunkCache({
        chunkTokens: intervalTokens,
        minimumTokens: 1_024,
        lifetimeMs,
        keysApart,
        reportsWrites: false,
      }),
  };
}
