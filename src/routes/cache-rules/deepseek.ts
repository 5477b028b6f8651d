/** DeepSeek's cache on disk: a prompt reads a unit only when it goes through all of it. */
import type { CacheRule, CacheState } from "./cache-rule.ts";
import { withAnswer } from "./conversation.ts";
import { LastingEntries } from "./lasting-entries.ts";
import { chunkKeys } from "./prefix-keys.ts";
import { type PrefixNode, RadixTree } from "./radix-tree.ts";

export interface DeepSeekOptions {
  /** What is stored is a multiple of this long. */
  readonly granularityTokens?: number;
  /** Distance of the units within a long text; null where it is not known. */
  readonly intervalTokens?: number | null;
  /** How long a unit lives after its last use. */
  readonly lifetimeMs?: number;
}

/**
 * A prompt reads the longest persisted unit that is a prefix of it, whole or not at all. When a request ends, units are
 * persisted at the end of its input, at the end of its output, at fixed intervals in between, and where what it has in
 * common with an earlier request ends. So A+B, then A+C reads nothing, and a third, A+D, reads A.
 */
export function deepSeek(options: DeepSeekOptions = {}): CacheRule {
  const { granularityTokens = 64, intervalTokens = null, lifetimeMs = Number.POSITIVE_INFINITY } = options;
  return {
    name: "DeepSeek: persisted prefix units",
    source: {
      url: "https://api-docs.deepseek.com/guides/kv_cache",
      readOn: "2026-09-25",
      locator: "Cache Persistence and Hit Rules; 64 tokens: https://api-docs.deepseek.com/news/news0802",
    },
    assumptions: [
      "Units end at multiples of 64 tokens: the announcement of 2024 says so, the guide of today gives no number.",
      "The interval within long texts is not published: no such unit is expected unless it is given.",
      "A unit is there as soon as its request has ended; the guide says that writing takes seconds.",
      "Where the input ends is for the prompt to say (`inputTokens`): the guide does not say whether the mark that opens the answer is part of it.",
      "What two requests share is found when the later one ends, in inputs only, and whatever lies between them in time.",
      "A unit never expires; the guide says a few hours to a few days after it was last used.",
      "A prompt that is equal to a unit reads all of it, its last token included.",
      "All calls are of one account; each `user_id` (`cacheKey`) has a cache of its own.",
      "The cache is best effort: the vendor promises no hit.",
    ],
    stepTokens: granularityTokens,
    open: () => persistedUnits(granularityTokens, intervalTokens, lifetimeMs),
  };
}

function persistedUnits(granularity: number, intervalTokens: number | null, lifetimeMs: number): CacheState {
  const units = new LastingEntries();
  const inputs = new RadixTree();
  /** Where inputs ended, and when the last of them did, ms. */
  const inputEnds = new WeakMap<PrefixNode, number>();
  let nowMs = Number.NEGATIVE_INFINITY;
  return {
    begin: ({ tokens, sentAtMs, inputTokens = tokens.length, cacheKey }) => {
      nowMs = Math.max(nowMs, sentAtMs);
      const keys = chunkKeys(tokens, granularity, cacheKey);
      const hit = keys.findLastIndex((key) => units.isAlive(key, sentAtMs));
      if (hit >= 0) units.use(keys[hit]!, sentAtMs, lifetimeMs);
      return {
        expected: { readTokens: (hit + 1) * granularity, writtenTokens: null },
        end: (output) => {
          nowMs = Math.max(nowMs, output?.atMs ?? nowMs);
          const whole =
            output === undefined ? keys : chunkKeys(withAnswer(tokens, output.tokens), granularity, cacheKey);
          const input = Math.floor(inputTokens / granularity);
          for (const chunks of unitEnds(input, whole.length)) units.use(whole[chunks - 1]!, nowMs, lifetimeMs);
          for (const chunks of shared(keys.subarray(0, input))) units.use(keys[chunks - 1]!, nowMs, lifetimeMs);
          units.forget(nowMs);
        },
        refuse: () => {},
      };
    },
  };

  /** In chunks. */
  function unitEnds(input: number, whole: number): number[] {
    const ends = [input, whole].filter((chunks) => chunks > 0);
    for (
      let tokens = intervalTokens ?? Number.POSITIVE_INFINITY;
      tokens <= whole * granularity;
      tokens += intervalTokens!
    )
      if (tokens >= granularity) ends.push(Math.floor(tokens / granularity));
    return ends;
  }

  /** What an input has in common with each earlier one, in chunks; from now on it is one of them. */
  function shared(keys: Float64Array): number[] {
    inputs.forget(nowMs - lifetimeMs);
    const leaf = inputs.add(keys);
    inputs.touch(leaf, nowMs);
    const found: number[] = [];
    for (let node: PrefixNode | null = leaf; node !== null && node.depth > 0; node = node.parent) {
      const others = (node.children?.size ?? 0) - (node === leaf ? 0 : 1);
      const endedAtMs = inputEnds.get(node) ?? Number.NEGATIVE_INFINITY;
      if (others > 0 || nowMs - endedAtMs <= lifetimeMs) found.push(node.depth);
    }
    inputEnds.set(leaf, nowMs);
    return found;
  }
}
