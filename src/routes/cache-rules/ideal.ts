/** The ceiling: what a cache would give back that forgets nothing and may be read at any token. */
import type { CacheRule } from "./cache-rule.ts";
import { withAnswer } from "./conversation.ts";
import { RadixTree } from "./radix-tree.ts";

/**
 * A prompt reads the longest prefix that it shares with any prompt before it, still running or not, or with a prompt and
 * its answer. No cache can give back more.
 *
 * @param capacityTokens tokens remembered, 4 bytes each; beyond it those used least recently are forgotten, and the
 *   ceiling may be too low
 */
export function idealCache(capacityTokens = 2 ** 26): CacheRule {
  return {
    name: "ideal: the longest prefix seen before",
    source: null,
    assumptions: ["A prompt may be read in full, its last token included."],
    open: () => {
      const tree = new RadixTree();
      const remember = (tokens: Int32Array, atMs: number) => {
        tree.touch(tree.add(tokens), atMs);
        while (tree.size > capacityTokens) {
          const { oldest } = tree;
          tree.cut(oldest!, Math.min(tree.size - capacityTokens, oldest!.symbols.length));
        }
      };
      return {
        begin: ({ tokens, sentAtMs }) => {
          const readTokens = tree.find(tokens).depth;
          remember(tokens, sentAtMs);
          return {
            expected: { readTokens, writtenTokens: null },
            end: (output) => {
              if (output !== undefined) remember(withAnswer(tokens, output.tokens), output.atMs);
            },
          };
        },
      };
    },
  };
}
