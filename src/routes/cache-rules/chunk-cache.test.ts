import fc from "fast-check";
import { expect, test } from "vitest";
import { histories, isPrefix, replay } from "../../../test/cache-rules/random-histories.ts";
import type { CacheState } from "./cache-rule.ts";
import { type ChunkCacheOptions, chunkCache } from "./chunk-cache.ts";

/** A prompt reads its first chunks as long as each was used within the lifetime, and uses them; its end uses all of them. */
function sentences({
  chunkTokens,
  minimumTokens,
  lifetimeMs,
  keysApart,
  reportsWrites,
}: ChunkCacheOptions): CacheState {
  const chunks: { readonly key: string | undefined; readonly prefix: readonly number[]; readonly usedAtMs: number }[] =
    [];
  return {
    begin: ({ tokens, sentAtMs, cacheKey }) => {
      const key = keysApart ? cacheKey : undefined;
      const whole = Math.floor(tokens.length / chunkTokens) * chunkTokens;
      const use = (length: number) => {
        for (let end = chunkTokens; end <= length; end += chunkTokens)
          chunks.push({ key, prefix: [...tokens.subarray(0, end)], usedAtMs: sentAtMs });
      };
      let readTokens = 0;
      const alive = (end: number) =>
        chunks.some(
          (chunk) =>
            chunk.key === key &&
            chunk.prefix.length === end &&
            isPrefix(chunk.prefix, tokens) &&
            sentAtMs - chunk.usedAtMs <= lifetimeMs,
        );
      while (readTokens < whole && alive(readTokens + chunkTokens)) readTokens += chunkTokens;
      if (readTokens < minimumTokens) readTokens = 0;
      use(readTokens);
      const writtenTokens = reportsWrites ? whole - readTokens : null;
      return { expected: { readTokens, writtenTokens }, end: () => use(whole) };
    },
  };
}

test.each<ChunkCacheOptions>([
  { chunkTokens: 1, minimumTokens: 1, lifetimeMs: 6, keysApart: false, reportsWrites: true },
  { chunkTokens: 2, minimumTokens: 6, lifetimeMs: 12, keysApart: true, reportsWrites: false },
  { chunkTokens: 3, minimumTokens: 3, lifetimeMs: 40, keysApart: true, reportsWrites: true },
])("%j: every history is read as the sentences say", (options) => {
  fc.assert(
    fc.property(histories(), (history) => {
      expect(replay(chunkCache(options), history)).toEqual(replay(sentences(options), history));
    }),
    { numRuns: 300 },
  );
});
