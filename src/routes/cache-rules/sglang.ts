/** SGLang's RadixAttention: a tree of token sequences, whose least recently used leaves make room. */
import type { CacheRule, CacheState } from "./cache-rule.ts";
import { evaluated } from "./conversation.ts";
import { chunkKeys } from "./prefix-keys.ts";
import { type PrefixNode, RadixTree } from "./radix-tree.ts";

export interface SglangOptions {
  /** `--page-size`. */
  readonly pageTokens?: number;
  /** `max_total_num_tokens`, as the server logs it when it starts; null for a cache that never fills. */
  readonly capacityTokens?: number | null;
}

/**
 * A prompt reads the whole pages that it shares with prompts and answers before it, at most those in its first n − 1
 * tokens. Where the cache is full, whole leaves of the tree are forgotten, the least recently used first, and none that a
 * running call reads. An answer's last token is sampled and never read.
 */
export function sglang({ pageTokens = 1, capacityTokens = null }: SglangOptions = {}): CacheRule {
  return {
    name: pageTokens === 1 ? "SGLang: radix tree" : `SGLang: radix tree, pages of ${pageTokens} tokens`,
    source: {
      url: "https://github.com/sgl-project/sglang/blob/main/python/sglang/srt/mem_cache/radix_cache.py",
      readOn: "2026-11-28",
      locator: "at 006b0e3; the last token: managers/schedule_batch.py, _compute_max_prefix_len",
    },
    assumptions: [
      "Full attention and the default eviction policy, least recently used.",
      "A prompt is there for others when its call has ended; the server has it from the end of its prefill on.",
      "Room for an answer is made when it ends, not token by token.",
      "A call that finds no room for itself runs all the same.",
      "Calls are computed in the order in which they are sent; the server may put those that share most first.",
    ],
    open: () => radixCache(pageTokens, capacityTokens ?? Number.POSITIVE_INFINITY),
  };
}

function radixCache(pageTokens: number, capacityTokens: number): CacheState {
  const tree = new RadixTree();
  /** Tokens of running calls that are not in the tree. */
  let computing = 0;
  const makeRoom = (tokens: number) => {
    while (tree.size * pageTokens + computing + tokens > capacityTokens) {
      const { oldest } = tree;
      if (oldest === null) return;
      tree.cut(oldest);
    }
  };
  const pagesOf = (tokens: Int32Array) => (pageTokens === 1 ? tokens : chunkKeys(tokens, pageTokens));
  return {
    begin: ({ tokens, sentAtMs }) => {
      // As the server does: both halves of a node that is split count as used.
      const used = (below: PrefixNode) => tree.touch(below, sentAtMs);
      const hit = tree.find(pagesOf(tokens), Math.floor(Math.max(0, tokens.length - 1) / pageTokens), used);
      tree.lock(hit);
      const fresh = tokens.length - hit.depth * pageTokens;
      makeRoom(fresh);
      computing += fresh;
      return {
        expected: { readTokens: hit.depth * pageTokens, writtenTokens: null },
        end: (output) => {
          const atMs = output?.atMs ?? sentAtMs;
          const whole = evaluated(tokens, output?.tokens);
          makeRoom(whole.length - tokens.length);
          computing -= fresh;
          const leaf = tree.add(pagesOf(whole), undefined, (below) => tree.touch(below, atMs));
          tree.unlock(hit);
          tree.touch(leaf, atMs);
        },
      };
    },
  };
}
