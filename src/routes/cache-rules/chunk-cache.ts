/** A cache of whole chunks, each looked up with all that stands before it, that live for a while after their last use. */
import type { CacheState } from "./cache-rule.ts";
import { chunkKeys } from "./prefix-keys.ts";
import { RadixTree } from "./radix-tree.ts";

export interface ChunkCacheOptions {
  readonly chunkTokens: number;
  /** A shorter prefix is not read. */
  readonly minimumTokens: number;
  readonly lifetimeMs: number;
  /** Whether prompts with different cache keys are strangers to each other. */
  readonly keysApart: boolean;
  /** Whether the vendor reports what a call wrote. */
  readonly reportsWrites: boolean;
}

export function chunkCache(options: ChunkCacheOptions): CacheState {
  const { chunkTokens, lifetimeMs } = options;
  const tree = new RadixTree();
  return {
    begin: ({ tokens, sentAtMs, cacheKey }) => {
      const keys = chunkKeys(tokens, chunkTokens, options.keysApart ? cacheKey : undefined);
      let hit = tree.find(keys);
      while (hit.parent !== null && sentAtMs - hit.usedAtMs > lifetimeMs) hit = hit.parent;
      if (hit.depth * chunkTokens < options.minimumTokens) hit = tree.root;
      tree.touch(hit, sentAtMs);
      const readTokens = hit.depth * chunkTokens;
      const writtenTokens = options.reportsWrites ? keys.length * chunkTokens - readTokens : null;
      return {
        expected: { readTokens, writtenTokens },
        end: () => {
          tree.touch(tree.add(keys), sentAtMs);
          tree.forget(sentAtMs - lifetimeMs);
        },
      };
    },
  };
}
