/**
 * `gemma3`: grouped-query attention where every fourth layer reads the whole context and the others a sliding window.
 *
 * @see Gemma 3, arXiv:2503.19786, §2
 */
import { type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { layers, size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

export const slidingWindow = { kvHeads: 2, tokens: 256, pattern: 4 } as const;

const { width, heads, headDim } = size;
const { kvHeads } = slidingWindow;

export const gemma3 = (vocabularySize: number): Architecture => ({
  name: "gemma3",
  metadata: keysOf("gemma3", vocabularySize, {
    "attention.head_count_kv": u32(kvHeads),
    "attention.key_length": u32(headDim),
    "attention.value_length": u32(headDim),
    "attention.sliding_window": u32(slidingWindow.tokens),
    "attention.sliding_window_pattern": u32(slidingWindow.pattern),
  }),
  tensors: [...embeddings(vocabularySize), ...layers.flatMap((layer) => block(`blk.${layer}`))],
});

const block = (name: string): GgufTensor[] => [
  gain(`${name}.attn_norm`, width),
  gain(`${name}.post_attention_norm`, width),
  gain(`${name}.ffn_norm`, width),
  gain(`${name}.post_ffw_norm`, width),
  gain(`${name}.attn_q_norm`, headDim),
  gain(`${name}.attn_k_norm`, headDim),
  matrix(`${name}.attn_q.weight`, [width, heads * headDim]),
  matrix(`${name}.attn_k.weight`, [width, kvHeads * headDim]),
  matrix(`${name}.attn_v.weight`, [width, kvHeads * headDim]),
  matrix(`${name}.attn_output.weight`, [heads * headDim, width]),
  ...denseFeedForward(name),
];
