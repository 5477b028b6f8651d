/** vLLM's automatic prefix caching: full blocks, found by a hash of their tokens and of all before them. */
import { blockPool } from "./block-pool.ts";
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
 * no block is left that was never used, a new one takes the place of the free block whose call ended first, the end of a
 * prompt before its beginning, whether it can still be found or not. An answer's last token is sampled and never read.
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
      "Blocks for an answer are taken when it ends, not token by token, and all of `capacityTokens` is for blocks.",
      "A call that finds no room for itself runs all the same.",
      "`cache_salt`, adapters and images have to show in the tokens.",
    ],
    stepTokens: blockTokens,
    open: () =>
      capacityTokens === null
        ? endlessBlocks(blockTokens)
        : blockPool(blockTokens, Math.floor(capacityTokens / blockTokens)),
  };
}

/**
 * Where nothing is forgotten, each block is kept once, with all that stands before it. Every call holds its own for ever, so
 * that what a refused one leaves is taken back as far as no other has it too.
 */
function endlessBlocks(blockTokens: number): CacheState {
  const tree = new RadixTree();
  const hold = (keys: Float64Array) => {
    const node = tree.add(keys);
    tree.lock(node);
    return node;
  };
  return {
    begin: ({ tokens }) => {
      const keys = chunkKeys(tokens, blockTokens);
      const hit = tree.find(keys, Math.min(keys.length, Math.floor(Math.max(0, tokens.length - 1) / blockTokens)));
      const readTokens = hit.depth * blockTokens;
      const held = hold(keys);
      return {
        expected: { readTokens, writtenTokens: null },
        end: (output) => {
          const whole = evaluated(tokens, output?.tokens);
          if (whole !== tokens) hold(chunkKeys(whole, blockTokens));
        },
        refuse: () => tree.release(held),
      };
    },
  };
}
