/** Attention with keys and values of its own, over everything, a window or a chunk. */
import { z } from "zod";
import type { Attention } from "../blocks/attention.ts";
import { count, countOrZero, optional } from "../families/config.ts";
import { ofLayer, perLayer } from "./file.ts";
import { type Mixing, mixing } from "./mixing.ts";

const Keys = z.looseObject({
  embedding_length: count,
  "attention.head_count": perLayer(countOrZero),
  "attention.head_count_kv": optional(perLayer(countOrZero)),
  "attention.key_length": optional(count),
  "attention.value_length": optional(count),
});

const Windows = Keys.extend({
  "attention.sliding_window": optional(countOrZero),
  "attention.sliding_window_pattern": optional(perLayer(z.union([countOrZero, z.boolean()]))),
});

type Span = Attention["span"];
const everything: Span = { kind: "all" };
const sign = "attn_output.weight";

/**
 * Layers that read everything.
 *
 * @param own     what the architecture has and neither keys nor names of tensors tell
 * @param ofKind  a tensor that tells these layers from the architecture's others
 */
export const fullAttention = (own: Pick<Attention, "outputGate" | "qkNorm"> = {}, ofKind = sign): Mixing =>
  mixing(Keys, ofKind, (keys, layer, has) => ({ ...attention(keys, layer, has, everything), ...own }));

/**
 * Layers that read a window, but for the last of every `pattern`, which reads everything; 0 where all have the window.
 *
 * @param tokens  of a window, where the file does not say; left out, all layers then read everything
 */
export const windowedAttention = (pattern: number, tokens = 0): Mixing =>
  mixing(Windows, sign, (keys, layer, has) => {
    const window = keys["attention.sliding_window"] ?? tokens;
    return attention(
      keys,
      layer,
      has,
      window > 0 && isLocal(keys, pattern, layer) ? { kind: "window", tokens: window } : everything,
    );
  });

/** MiniMax-M3: some layers read only the blocks that an indexer picks. */
export const blockAttention: Mixing = mixing(
  Keys.extend({
    "attention.indexer.head_count": count,
    "attention.indexer.key_length": count,
    "attention.indexer.top_k": count,
    "attention.indexer.block_size": count,
    "attention.indexer.local_blocks": countOrZero,
  }),
  sign,
  (keys, layer, has) => ({
    ...attention(keys, layer, has, everything),
    ...(has("indexer.k_proj.weight") && {
      indexer: {
        heads: keys["attention.indexer.head_count"],
        keyDim: keys["attention.indexer.key_length"],
        blockTokens: keys["attention.indexer.block_size"],
        topBlocks: keys["attention.indexer.top_k"],
      },
    }),
  }),
);

/** Llama 4: llama.cpp has chunks of this size whatever the file says; a window of 0 turns them off. */
export const chunkedAttention: Mixing = mixing(Windows, sign, (keys, layer, has) => {
  const isChunked = keys["attention.sliding_window"] !== 0 && isLocal(keys, 4, layer);
  return attention(keys, layer, has, isChunked ? { kind: "chunk", tokens: 8_192 } : everything);
});

/** A list says it of each layer; a number that the last of so many reads everything, 0 that none does. */
function isLocal(keys: z.output<typeof Windows>, usualPattern: number, layer: number): boolean {
  const pattern = keys["attention.sliding_window_pattern"] ?? usualPattern;
  if (typeof pattern !== "number") return Boolean(ofLayer(pattern, layer));
  return pattern === 0 || layer % pattern < pattern - 1;
}

function attention(
  keys: z.output<typeof Keys>,
  layer: number,
  has: (tensor: string) => boolean,
  span: Span,
): Attention {
  const { embedding_length: hiddenSize, "attention.head_count": heads } = keys;
  const usualDim = Math.floor(hiddenSize / ofLayer(heads, 0));
  return {
    kind: "attention",
    hiddenSize,
    heads: ofLayer(heads, layer),
    kvHeads: ofLayer(keys["attention.head_count_kv"] ?? heads, layer),
    headDim: keys["attention.key_length"] ?? usualDim,
    valueHeadDim: keys["attention.value_length"] ?? usualDim,
    span,
    qkvBias: has("attn_q.bias") || has("attn_qkv.bias"),
    outputBias: has("attn_output.bias"),
    ...(has("attn_q_norm.weight") && { qkNorm: "shared" as const }),
    sinks: has("attn_sinks.weight"),
  };
}
