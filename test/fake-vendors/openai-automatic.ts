/**
 * OpenAI before GPT-5.6: breakpoints at fixed intervals, nothing to mark and nothing to pay for writing.
 *
 * @see https://platform.openai.com/docs/guides/prompt-caching as of 2025-10-31: 1,024 tokens at least, increments of 128
 * @see https://developers.openai.com/api/docs/guides/prompt-caching, "Earlier models", as of autumn 2026: the same cache
 *   said in breakpoints, counted from a hidden system message (both read on 2026-11-28)
 */

import { type ChatMessage, type ChatPrompt, renderChat } from "./chat-prompt.ts";
import { type CacheRequest, type ChatVendor, startChatServer, stateByKey } from "./chat-server.ts";
import { hourMs, minuteMs } from "./clock.ts";
import { commonPrefix, floorTo } from "./tokens.ts";
import type { VendorOptions, VendorServer } from "./vendor-server.ts";

export interface OpenAiAutomaticOptions extends VendorOptions {
  /** From one breakpoint to the next: 2,048 for GPT-5.5, else model-dependent. */
  readonly intervalTokens?: number;
  /** Tokens of the hidden system message, which usage does not count. */
  readonly hiddenTokens?: number;
  readonly minimumTokens?: number;
  /** Without use, for a request that does not ask for `24h`: typically 5 to 10 minutes, up to one hour. */
  readonly lifetimeMs?: number;
}

const reportedUnitTokens = 128;

/** The guide's order is tools, developer message, history. What opens the answer is hidden and not counted. */
export function render(messages: readonly ChatMessage[], tools?: readonly unknown[]): ChatPrompt {
  return renderChat({ tools: "first", endMarks: "all", opensAnswer: false }, messages, tools);
}

export function tokenize(messages: readonly ChatMessage[], tools?: readonly unknown[]): number[] {
  return [...render(messages, tools).tokens];
}

export function start(options: OpenAiAutomaticOptions = {}): Promise<VendorServer> {
  // The schema of a structured output stands before the system message, so another schema is another prefix.
  const prefixesOf = stateByKey(() => new Prefixes(options));
  const vendor: ChatVendor = {
    render,
    run: (request) => prefixesOf([request.body.model, request.body.response_format]).run(request),
    usage: ({ promptTokens, readTokens, outputTokens }) => ({
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      total_tokens: promptTokens + outputTokens,
      prompt_tokens_details: { cached_tokens: readTokens, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }),
    usagePlace: (asked) => ({ finish: null, own: asked, nullElsewhere: asked }),
  };
  return startChatServer(vendor, options);
}

class Prefixes {
  private readonly kept: { readonly tokens: readonly number[]; readonly untilMs: number }[] = [];
  private readonly options: OpenAiAutomaticOptions;

  constructor(options: OpenAiAutomaticOptions) {
    this.options = options;
  }

  run({ prompt: { tokens }, body, nowMs }: CacheRequest): { readTokens: number; writeTokens: number } {
    const { intervalTokens = reportedUnitTokens, hiddenTokens = 0, minimumTokens = 1_024 } = this.options;
    // Caching is for prompts of the minimum or more; shorter ones report zero.
    if (tokens.length < minimumTokens) return { readTokens: 0, writeTokens: 0 };
    const alive = this.kept.filter(({ untilMs }) => nowMs <= untilMs);
    const common = Math.max(0, ...alive.map((earlier) => commonPrefix(earlier.tokens, tokens)));
    // The last breakpoint that matches, counted from the start of the hidden message …
    const matched = floorTo(intervalTokens, hiddenTokens + common) - hiddenTokens;
    // … is eligible at the minimum or beyond, and reported without the hidden tokens in multiples of 128.
    const readTokens = matched < minimumTokens ? 0 : floorTo(reportedUnitTokens, matched);
    // The prompt alone is kept, not the answer. Use renews it: the same tokens are kept again.
    const lifetimeMs = body.prompt_cache_retention === "24h" ? 24 * hourMs : (this.options.lifetimeMs ?? 5 * minuteMs);
    this.kept.push({ tokens, untilMs: nowMs + lifetimeMs });
    return { readTokens, writeTokens: 0 };
  }
}
