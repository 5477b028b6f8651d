/**
 * vLLM's pool of blocks, which is what decides what a full cache forgets: free blocks stand in a row, new ones are taken
 * from its head, whatever they hold, and a call's blocks go to its tail when it ends, the last block first.
 *
 * @see https://docs.vllm.ai/en/latest/design/prefix_caching/ and vllm/v1/core/block_pool.py (read on 2026-11-28)
 */
import type { CacheState } from "./cache-rule.ts";
import { evaluated } from "./conversation.ts";
import { chunkKeys } from "./prefix-keys.ts";

class Block {
  /** Of a block that is full and can be found; null before. */
  key: number | null = null;
  users = 1;
  /** Whether a call that has it has ended, and was not refused. */
  isKept = false;
}

export function blockPool(blockTokens: number, blocks: number): CacheState {
  /** From the head to the tail; a block that is read again leaves it. */
  const free = new Set<Block>();
  /** Blocks with the same key are all kept, and the first is found. */
  const found = new Map<number, Set<Block>>();
  let made = 0;

  const take = (): Block => {
    const [head] = free;
    // Blocks that were never used stand before all others. A call that finds no room gets one beyond the pool.
    if (made < blocks || head === undefined) {
      made++;
      return new Block();
    }
    free.delete(head);
    lose(head);
    return new Block();
  };
  /** From now on it cannot be found. */
  const lose = (block: Block) => {
    if (block.key === null) return;
    const same = found.get(block.key)!;
    same.delete(block);
    if (same.size === 0) found.delete(block.key);
    block.key = null;
  };
  const giveBack = (block: Block) => {
    if (--block.users > 0) return;
    if (!block.isKept) {
      // As if it had never been used.
      lose(block);
      made--;
      return;
    }
    free.add(block);
    if (made <= blocks) return;
    take();
    made--;
  };
  const fill = (table: readonly Block[], keys: Float64Array) => {
    for (const [index, key] of keys.entries()) {
      const block = table[index]!;
      if (block.key !== null) continue;
      block.key = key;
      found.set(key, (found.get(key) ?? new Set()).add(block));
    }
  };
  return {
    begin: ({ tokens }) => {
      const keys = chunkKeys(tokens, blockTokens);
      const most = Math.floor(Math.max(0, tokens.length - 1) / blockTokens);
      const table: Block[] = [];
      for (const key of keys.subarray(0, most)) {
        const [block] = found.get(key) ?? [];
        if (block === undefined) break;
        table.push(block);
      }
      const readTokens = table.length * blockTokens;
      for (const block of table) if (block.users++ === 0) free.delete(block);
      const grow = (length: number) => {
        while (table.length * blockTokens < length) table.push(take());
      };
      grow(tokens.length);
      fill(table, keys);
      return {
        expected: { readTokens, writtenTokens: null },
        end: (output) => {
          const whole = evaluated(tokens, output?.tokens);
          grow(whole.length);
          fill(table, chunkKeys(whole, blockTokens));
          for (const block of table) block.isKept = true;
          table.toReversed().forEach(giveBack);
        },
        // What made room for it stays forgotten.
        refuse: () => table.toReversed().forEach(giveBack),
      };
    },
  };
}
