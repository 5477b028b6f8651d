/** vLLM's automatic prefix caching: full blocks, found by a hash of their tokens and of all before them. */
import type { CacheRule, CacheState } from "./cache-rule.ts";
import { evaluated } from "./conversation.ts";
import { chunkKeys } from "./prefix-keys.ts";
import { RadixTree } from "./radix-tree.ts";

export interface VllmOptions {
  /** `--block-size`. */
  readonly blockTokens?: number;
  /** The KV cache's size as the server logs it when it starts; null for one that never fills. */
  readonly capacityTokens?: number | null;
}

/**
 * A prompt reads the full blocks that it shares with prompts and answers before it, at most those in its first n − 1
 * tokens: the last is always computed, for its logits. Blocks are there for others as soon as their call has begun. Where
 * the cache is full, room is made by forgetting the blocks of calls that ended first, the end of a prompt before its
 * beginning, and none of a call that is still running. An answer's last token is sampled and never read.
 */
export function vllm({ blockTokens = 16, capacityTokens = null }: VllmOptions = {}): CacheRule {
  return {
    name: `vLLM: blocks of ${blockTokens} tokens`,
    source: {
      url: "https://docs.vllm.ai/en/latest/design/prefix_caching/",
      readOn: "2026-11-28",
      locator: "the last token: vllm/v1/core/kv_cache_manager.py, get_computed_blocks",
    },
    assumptions: [
      "One KV cache group with full attention: hybrid models (windows, Mamba, compressed attention) have larger blocks and keep fewer.",
      "Prompts begin to be computed in the order in which they are sent, and the last block of one may be read by the next.",
      "Room for an answer is made when it ends, not token by token.",
      "A block that two calls computed is kept once; a call that finds no room for itself runs all the same.",
      "`cache_salt`, adapters and images have to show in the tokens.",
    ],
    open: () => blockCache(blockTokens, capacityTokens ?? Number.POSITIVE_INFINITY),
  };
}

function blockCache(blockTokens: number, capacityTokens: number): CacheState {
  const tree = new RadixTree();
  const capacity = Math.floor(capacityTokens / blockTokens);
  /** Blocks of running calls that are not full. */
  let incomplete = 0;
  const makeRoom = (blocks: number) => {
    for (let excess = tree.size + incomplete + blocks - capacity; excess > 0; ) {
      const { oldest } = tree;
      if (oldest === null) return;
      const count = Math.min(excess, oldest.symbols.length);
      tree.cut(oldest, count);
      excess -= count;
    }
  };
  return {
    begin: ({ tokens, sentAtMs }) => {
      const keys = chunkKeys(tokens, blockTokens);
      const hit = tree.find(keys, Math.min(keys.length, Math.floor(Math.max(0, tokens.length - 1) / blockTokens)));
      const blocks = Math.ceil(tokens.length / blockTokens);
      tree.lock(hit);
      makeRoom(blocks - hit.depth);
      const held = tree.add(keys);
      tree.lock(held);
      tree.unlock(hit);
      incomplete += blocks - keys.length;
      return {
        expected: { readTokens: hit.depth * blockTokens, writtenTokens: null },
        end: (output) => {
          const whole = evaluated(tokens, output?.tokens);
          makeRoom(Math.ceil(whole.length / blockTokens) - blocks);
          incomplete -= blocks - keys.length;
          const leaf = whole === tokens ? held : tree.add(chunkKeys(whole, blockTokens));
          tree.unlock(held);
          tree.touch(leaf, output?.atMs ?? sentAtMs);
        },
      };
    },
  };
}
