/**
 * Kimi's endpoint for coding clients, as the authors of such a client measured it, finding by finding. Its exact repetitions
 * and short prompts differ from what the guides of Moonshot's platform say.
 *
 * @see https://github.com/Leechael/pi-provider-kimi-code/blob/main/docs/caching.md (read on 2026-11-28)
 */

import { type CacheRequest, startChatServer, stateByKey } from "./chat-server.ts";
import { minuteMs } from "./clock.ts";
import { blockTokens, kimiVendor, render, tokenize } from "./moonshot.ts";
import { commonPrefix, floorTo } from "./tokens.ts";
import type { VendorOptions, VendorServer } from "./vendor-server.ts";

export { render, tokenize };

export interface KimiCodingOptions extends VendorOptions {
  /** Finding 7: at least 5 minutes, less than 30. */
  readonly lifetimeMs?: number;
}

export function start(options: KimiCodingOptions = {}): Promise<VendorServer> {
  // Findings 1, 2, 15, 19: `prompt_cache_key`, markers, sampling settings and headers take no part; the content decides.
  const promptsOf = stateByKey(() => new SentPrompts(options.lifetimeMs ?? 10 * minuteMs));
  const vendor = kimiVendor(
    (request) => promptsOf(request.body.model).run(request),
    ({ readTokens }) => ({ cached_tokens: readTokens }),
  );
  return startChatServer(vendor, options);
}

class SentPrompts {
  private readonly sent: { readonly tokens: readonly number[]; readonly sentMs: number }[] = [];
  private readonly lifetimeMs: number;

  constructor(lifetimeMs: number) {
    this.lifetimeMs = lifetimeMs;
  }

  run({ prompt: { tokens }, nowMs }: CacheRequest): { readTokens: number; writeTokens: number } {
    const alive = this.sent.filter(({ sentMs }) => nowMs - sentMs <= this.lifetimeMs);
    const common = alive.map((earlier) => commonPrefix(earlier.tokens, tokens));
    // Finding 5: a request that repeats an earlier one exactly reads all of it.
    const isRepeated = alive.some(
      (earlier, i) => common[i] === tokens.length && earlier.tokens.length === tokens.length,
    );
    // Finding 4: any other prefix is read up to the last boundary of 256 tokens. Finding 13: below the first, nothing.
    const readTokens = isRepeated ? tokens.length : floorTo(blockTokens, Math.max(0, ...common));
    // Findings 6 and 12: every prompt is kept, and a new one does not push out an old one.
    this.sent.push({ tokens, sentMs: nowMs });
    return { readTokens, writeTokens: 0 };
  }
}
