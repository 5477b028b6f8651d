/** Moonshot's cache of the Kimi models. */
import type { CacheRule } from "./cache-rule.ts";
import { chunkCache } from "./chunk-cache.ts";

export interface KimiOptions {
  /** 5 minutes, or the hour that `prompt_cache_options.ttl` asks for. */
  readonly lifetimeMs?: number;
  /** Kimi K3 reports cache writes; the models before it do not. */
  readonly reportsWrites?: boolean;
}

/**
 * A prompt reads the whole chunks of 256 tokens that it shares with a prompt of the last five minutes; each use gives a
 * chunk five minutes more. Tools and system text come first in the prompt, so a change there leaves nothing to read.
 */
export function kimi({ lifetimeMs = 5 * 60_000, reportsWrites = false }: KimiOptions = {}): CacheRule {
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
      "An identical prompt reads its whole chunks; at the coding endpoint it read everything.",
      "A lifetime counts from when the last call that used the chunk was sent.",
      "All calls ask for one lifetime: caches of five minutes and of an hour do not know each other.",
      "Answers are not cached, only prompts.",
      "`prompt_cache_key` decides nothing, as was measured at the coding endpoint.",
    ],
    open: () => chunkCache({ chunkTokens: 256, minimumTokens: 256, lifetimeMs, keysApart: false, reportsWrites }),
  };
}
