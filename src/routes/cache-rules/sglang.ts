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
  /** Where room is short, how much is forgotten at least: what is missing, or, in older versions, as much as a prompt needs. */
  readonly evicts?: "what is missing" | "what is needed";
}

/**
 * A prompt reads the whole pages that it shares with prompts and answers before it, at most those in its first n − 1
 * tokens. Where the cache is full, whole leaves of the tree are forgotten, the least recently used first, and none that a
 * running call reads. An answer's last token is sampled and never read.
 */
export function sglang(options: SglangOptions = {}): CacheRule {
  const { pageTokens = 1, capacityTokens = null, evicts = "what is missing" } = options;
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
      evicts === "what is missing"
        ? "Where room is short, what is missing is forgotten; older versions forget as much as the prompt needs."
        : "Where room is short, as much is forgotten as the prompt needs; newer versions forget what is missing.",
      "Room for an answer is made when it ends, not token by token.",
      "A call that finds no room for itself runs all the same.",
      "Calls are computed in the order in which they are sent; the server may put those that share most first.",
    ],
    open: () => radixCache(pageTokens, capacityTokens ?? Number.POSITIVE_INFINITY, evicts),
  };
}

function radixCache(pageTokens: number, capacityTokens: number, evicts: SglangOptions["evicts"]): CacheState {
  const tree = new RadixTree();
  /** Tokens of running calls that are not in the tree. */
  let computing = 0;
  const used = () => tree.size * pageTokens + computing;
  const makeRoom = (tokens: number, atLeast = 0) => {
    if (used() + tokens <= capacityTokens) return;
    for (let goal = Math.min(capacityTokens - tokens, used() - atLeast); used() > goal; ) {
      const { oldest } = tree;
      if (oldest === null) return;
      tree.cut(oldest);
    }
  };
  const pagesOf = (tokens: Int32Array) => (pageTokens === 1 ? tokens : chunkKeys(tokens, pageTokens));
  return {
    begin: ({ tokens, sentAtMs }) => {
      // As the server does: both halves of a node that is split count as used.
      const halve = (below: PrefixNode) => tree.touch(below, sentAtMs);
      const hit = tree.find(pagesOf(tokens), Math.floor(Math.max(0, tokens.length - 1) / pageTokens), halve);
      tree.lock(hit);
      const fresh = tokens.length - hit.depth * pageTokens;
      makeRoom(fresh, evicts === "what is needed" ? fresh : 0);
      computing += fresh;
      return {
        expected: { readTokens: hit.depth * pageTokens, writtenTokens: null },
        end: (output) => {
          const atMs = output?.atMs ?? sentAtMs;
          const whole = evaluated(tokens, output?.tokens);
          makeRoom(whole.length - tokens.length);
          computing -= fresh;
          tree.unlock(hit);
          // Prompt and answer are leaves of their own: the prompt is there since it was computed.
          for (const part of whole === tokens ? [tokens] : [tokens, whole])
            tree.touch(
              tree.add(pagesOf(part), undefined, (below) => tree.touch(below, atMs)),
              atMs,
            );
        },
        refuse: () => {
          computing -= fresh;
          tree.unlock(hit);
        },
      };
    },
  };
}
