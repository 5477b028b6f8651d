/** A cache of whole chunks, each looked up with all that stands before it, that live for a while after their last use. */
import type { CacheState } from "./cache-rule.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { chunkKeys } from "./prefix-keys.ts";
import { RadixTree } from "./radix-tree.ts";

export interface ChunkCacheOptions {
  readonly chunkTokens: number;
  /** A shorter prefix is not read. */
  readonly minimumTokens: number;
  /** A shorter prompt is not kept. */
  readonly shortestKeptTokens?: number;
  /** Where the request asks for none. */
  readonly lifetimeMs: number;
  /**
   * Of a prefix for which requests ask different lifetimes: that of the use that lasts longest, the one that was asked for
   * when its first chunk was written, or caches that do not know each other.
   */
  readonly lifetimes?: "longest" | "first" | "apart";
  /** Whether prompts with different cache keys are strangers to each other. */
  readonly keysApart: boolean;
  /** Whether the vendor reports what a call wrote. */
  readonly reportsWrites: boolean;
}

export function chunkCache(options: ChunkCacheOptions): CacheState {
  const { chunkTokens, shortestKeptTokens = 0, lifetimes = "longest" } = options;
  const tree = new RadixTree();
  /** By first chunks, with lifetimes "first". */
  const firsts = new LastingEntries();
  return {
    begin: ({ tokens, sentAtMs, cacheKey = "", lifetimeMs: askedMs = options.lifetimeMs }) => {
      const namespace = [options.keysApart ? cacheKey : "", lifetimes === "apart" ? `${askedMs}` : ""].join(" ");
      const keys = chunkKeys(tokens, chunkTokens, namespace);
      const first = keys[0];
      const lifetimeMs =
        lifetimes === "first" && first !== undefined ? (firsts.lifetimeMs(first, sentAtMs) ?? askedMs) : askedMs;
      // A node's time is until when it lives.
      const untilMs = sentAtMs + lifetimeMs;
      let hit = tree.find(keys);
      while (hit.parent !== null && hit.usedAtMs < sentAtMs) hit = hit.parent;
      if (hit.depth * chunkTokens < options.minimumTokens) hit = tree.root;
      tree.touch(hit, untilMs);
      if (hit !== tree.root && first !== undefined) firsts.use(first, sentAtMs, lifetimeMs);
      const isKept = tokens.length >= shortestKeptTokens;
      const readTokens = hit.depth * chunkTokens;
      const writtenTokens = isKept ? keys.length * chunkTokens - readTokens : 0;
      return {
        expected: { readTokens, writtenTokens: options.reportsWrites ? writtenTokens : null },
        end: () => {
          if (isKept) tree.touch(tree.add(keys), untilMs);
          if (isKept && first !== undefined) firsts.use(first, sentAtMs, lifetimeMs);
          tree.forget(sentAtMs);
          firsts.forget(sentAtMs);
        },
        refuse: () => {},
      };
    },
  };
}
