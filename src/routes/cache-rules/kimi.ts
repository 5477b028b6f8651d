/** Moonshot's cache of the Kimi models. */
import type { CacheRule } from "./cache-rule.ts";
import { chunkCache } from "./chunk-cache.ts";

export interface KimiOptions {
  /** 5 minutes; the hour that `prompt_cache_options.ttl` may ask for stands in the prompt, or here for all of them. */
  readonly lifetimeMs?: number;
  /** Whether a prefix keeps the lifetime that its first chunk was written with, or 5 minutes and an hour are two caches. */
  readonly lifetimes?: "first" | "apart";
  /** Kimi K3 reports cache writes; the models before it do not. */
  readonly reportsWrites?: boolean;
}

/** The guide: a prompt that has no more than 256 tokens is not kept. */
const shortestKeptTokens = 257;

/**
 * A prompt reads the whole chunks of 256 tokens that it shares with a prompt of the last five minutes; each use gives a
 * chunk five minutes more. A prompt of 256 tokens or less is not kept. Tools and system text come first in the prompt, so a
 * change there leaves nothing to read.
 */
export function kimi({
  lifetimeMs = 5 * 60_000,
  lifetimes = "apart",
  reportsWrites = false,
}: KimiOptions = {}): CacheRule {
  return {
    name: "Kimi: chunks of 256 tokens",
    source: {
      url: "https://platform.kimi.ai/docs/guide/context-caching",
      readOn: "2026-10-05",
      locator:
        "chunk size: probes in https://github.com/Leechael/pi-provider-kimi-code, docs/caching.md, findings 3, 4 and 12",
    },
    assumptions: [
      "The guide says that storage is by blocks and an incomplete one is not cached, and gives no size; 256 tokens were measured at Kimi's coding endpoint.",
      "An identical prompt reads its whole chunks; at the coding endpoint it read everything (`kimiCoding`).",
      "A lifetime counts from when the last call that used the chunk was sent.",
      lifetimes === "apart"
        ? "Caches of five minutes and of an hour do not know each other."
        : "A prefix keeps the lifetime that its first chunk was written with until it expires, whatever later calls ask for.",
      "Answers are not cached, only prompts.",
      "`prompt_cache_key` decides nothing, as was measured at the coding endpoint.",
    ],
    stepTokens: 256,
    open: () =>
      chunkCache({
        ...{ chunkTokens: 256, minimumTokens: 256, shortestKeptTokens, keysApart: false },
        ...{ lifetimeMs, lifetimes, reportsWrites },
      }),
  };
}
