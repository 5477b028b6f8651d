/** Kimi's endpoint for coding clients, which reads a repeated prompt whole. */
import type { CacheRule, CacheState } from "./cache-rule.ts";
import { chunkCache } from "./chunk-cache.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { prefixKeys } from "./prefix-keys.ts";

/**
 * A prompt that was sent before, to the last token, is read whole, however short. Any other reads the whole chunks of 256
 * tokens that it shares with an earlier one.
 *
 * @param lifetimeMs after the last call that sent the prompt: measured are more than 5 minutes and less than 30
 */
export function kimiCoding({ lifetimeMs = 10 * 60_000 }: { readonly lifetimeMs?: number } = {}): CacheRule {
  return {
    name: "Kimi, coding endpoint: repetitions whole, else chunks of 256 tokens",
    source: {
      url: "https://github.com/Leechael/pi-provider-kimi-code/blob/main/docs/caching.md",
      readOn: "2026-11-28",
      locator: "findings 1 to 7, 12 and 13",
    },
    assumptions: [
      "A lifetime counts from when the last call that used the chunk was sent; 10 minutes stand for what lies between 5 and 30.",
      "Answers are not cached, only prompts.",
    ],
    stepTokens: 256,
    open: () => repetitions(lifetimeMs),
  };
}

function repetitions(lifetimeMs: number): CacheState {
  const chunks = chunkCache({
    ...{ chunkTokens: 256, minimumTokens: 256, lifetimeMs, keysApart: false, reportsWrites: false },
  });
  const wholes = new LastingEntries();
  return {
    begin: (prompt) => {
      const { tokens, sentAtMs } = prompt;
      const { lifetimeMs: _asked, ...chunked } = prompt;
      const call = chunks.begin(chunked);
      const [key] = prefixKeys(tokens, [tokens.length]) as unknown as readonly [number];
      const isRepeated = wholes.isAlive(key, sentAtMs);
      return {
        expected: isRepeated ? { readTokens: tokens.length, writtenTokens: null } : call.expected,
        end: () => {
          call.end();
          wholes.use(key, sentAtMs, lifetimeMs);
          wholes.forget(sentAtMs);
        },
        refuse: () => {},
      };
    },
  };
}
