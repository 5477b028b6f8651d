/**
 * DeepSeek's disk cache as its guide describes it since V4: prefixes are kept as units, each whole and on its own, and only
 * a whole unit can be hit.
 *
 * @see https://api-docs.deepseek.com/guides/kv_cache (copy of 2026-08-13, read on 2026-11-28)
 * @see https://api-docs.deepseek.com/api/create-chat-completion for usage and `user_id` (read on 2026-11-28)
 */

import { type ChatMessage, type ChatPrompt, renderChat } from "./chat-prompt.ts";
import { type CacheRequest, type ChatVendor, startChatServer, stateByKey } from "./chat-server.ts";
import { hourMs } from "./clock.ts";
import { commonPrefix, floorTo, startsWith } from "./tokens.ts";
import type { VendorOptions, VendorServer } from "./vendor-server.ts";

export interface DeepSeekOptions extends VendorOptions {
  /** The guide gives no number. */
  readonly intervalTokens?: number;
  /** Units are cut to multiples of this. The guide has no such line since V4; 64 is what the page had before. */
  readonly storageUnitTokens?: number;
  /** The guide says seconds. */
  readonly constructionMs?: number;
  /** Without use; the guide says a few hours to a few days. */
  readonly lifetimeMs?: number;
}

/** System and user turns have no closing mark, so a longer text in the same turn starts with the shorter one. */
export function render(messages: readonly ChatMessage[], tools?: readonly unknown[]): ChatPrompt {
  return renderChat({ tools: "in system", endMarks: "assistant", opensAnswer: true }, messages, tools);
}

export function tokenize(messages: readonly ChatMessage[], tools?: readonly unknown[]): number[] {
  return [...render(messages, tools).tokens];
}

export function start(options: DeepSeekOptions = {}): Promise<VendorServer> {
  // `user_id` isolates caches from one another.
  const unitsOf = stateByKey(() => new PrefixUnits(options));
  const vendor: ChatVendor = {
    render,
    run: (request) => unitsOf([request.body.model, request.body.user_id]).run(request),
    usage: ({ promptTokens, readTokens, outputTokens }) => ({
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      total_tokens: promptTokens + outputTokens,
      prompt_cache_hit_tokens: readTokens,
      prompt_cache_miss_tokens: promptTokens - readTokens,
      completion_tokens_details: { reasoning_tokens: 0 },
    }),
    usagePlace: (asked) => ({ finish: asked ? null : "top", own: asked, nullElsewhere: asked }),
  };
  return startChatServer(vendor, options);
}

interface Unit {
  readonly tokens: readonly number[];
  readonly readyMs: number;
  usedMs: number;
}

class PrefixUnits {
  private readonly units: Unit[] = [];
  private readonly inputs: { readonly tokens: readonly number[]; readonly sentMs: number }[] = [];
  private readonly intervalTokens: number;
  private readonly storageUnitTokens: number;
  private readonly constructionMs: number;
  private readonly lifetimeMs: number;

  constructor(options: DeepSeekOptions) {
    this.intervalTokens = options.intervalTokens ?? 8_192;
    this.storageUnitTokens = options.storageUnitTokens ?? 1;
    this.constructionMs = options.constructionMs ?? 0;
    this.lifetimeMs = options.lifetimeMs ?? 24 * hourMs;
  }

  run({ prompt, output, nowMs }: CacheRequest): { readTokens: number; writeTokens: number } {
    const readTokens = this.hit(prompt.tokens, nowMs);
    const input = prompt.tokens.slice(0, prompt.inputTokens);
    const all = [...prompt.tokens, ...output];
    // Rule 1: a unit where the user's input ends, and a unit where the model's output ends.
    this.persist(input, nowMs);
    this.persist(all, nowMs);
    // Rule 2: what several requests have in common at their start becomes a unit of its own.
    for (const earlier of this.inputs) {
      if (nowMs - earlier.sentMs > this.lifetimeMs) continue;
      this.persist(input.slice(0, commonPrefix(earlier.tokens, input)), nowMs);
    }
    this.inputs.push({ tokens: input, sentMs: nowMs });
    // Rule 3: long inputs and long outputs are cut at fixed intervals.
    for (let end = this.intervalTokens; end <= all.length; end += this.intervalTokens) {
      this.persist(all.slice(0, end), nowMs);
    }
    return { readTokens, writeTokens: 0 };
  }

  /** A hit needs a unit that the prompt contains whole, from its first token on; the longest one counts. */
  private hit(tokens: readonly number[], nowMs: number): number {
    const [longest] = this.units
      .filter((unit) => unit.readyMs <= nowMs && nowMs - unit.usedMs <= this.lifetimeMs)
      .filter((unit) => startsWith(tokens, unit.tokens))
      .sort((a, b) => b.tokens.length - a.tokens.length);
    if (!longest) return 0;
    longest.usedMs = nowMs;
    return longest.tokens.length;
  }

  private persist(prefix: readonly number[], nowMs: number): void {
    const tokens = prefix.slice(0, floorTo(this.storageUnitTokens, prefix.length));
    if (tokens.length === 0) return;
    const same = this.units.findIndex(
      (unit) => unit.tokens.length === tokens.length && startsWith(unit.tokens, tokens),
    );
    const known = this.units[same];
    if (known && nowMs - known.usedMs <= this.lifetimeMs) {
      known.usedMs = nowMs;
      return;
    }
    if (known) this.units.splice(same, 1);
    this.units.push({ tokens, readyMs: nowMs + this.constructionMs, usedMs: nowMs });
  }
}
