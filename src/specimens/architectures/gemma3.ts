/**
 * `gemma3`: grouped-query attention where the last layer of every few reads the whole context and the others a sliding
 * window.
 *
 * @see Gemma 3, arXiv:2503.19786, §2
 */
import { type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { type GroupedDimensions, groupedAttention } from "./llama.ts";
import { layersOf } from "./size.ts";
import { gain } from "./tensors.ts";

export interface WindowedDimensions extends GroupedDimensions {
  readonly windowTokens: number;
  /** The last of so many layers reads everything. */
  readonly pattern: number;
}

export const gemma3 = (size: WindowedDimensions): Architecture => ({
  name: "gemma3",
  metadata: keysOf("gemma3", size, {
    "attention.head_count_kv": u32(size.kvHeads),
    "attention.key_length": u32(size.headDim),
    "attention.value_length": u32(size.headDim),
    "attention.sliding_window": u32(size.windowTokens),
    "attention.sliding_window_pattern": u32(size.pattern),
  }),
  tensors: [...embeddings(size), ...layersOf(size).flatMap((layer) => block(`blk.${layer}`, size))],
});

const block = (name: string, size: WindowedDimensions): GgufTensor[] => [
  gain(`${name}.attn_norm`, size.width),
  gain(`${name}.post_attention_norm`, size.width),
  gain(`${name}.ffn_norm`, size.width),
  gain(`${name}.post_ffw_norm`, size.width),
  gain(`${name}.attn_q_norm`, size.headDim),
  gain(`${name}.attn_k_norm`, size.headDim),
  ...groupedAttention(name, size),
  ...denseFeedForward(name, size),
];
