/** `llama`: multi-head, grouped-query or multi-query attention, by the number of KV heads. */
import { type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { layers, size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

const { width, heads, headDim } = size;

export const llama = (vocabularySize: number, { kvHeads }: { readonly kvHeads: number }): Architecture => ({
  name: "llama",
  metadata: keysOf("llama", vocabularySize, {
    "attention.head_count_kv": u32(kvHeads),
    "attention.key_length": u32(headDim),
    "attention.value_length": u32(headDim),
    "rope.dimension_count": u32(headDim),
  }),
  tensors: [...embeddings(vocabularySize), ...layers.flatMap((layer) => block(`blk.${layer}`, kvHeads))],
});

const block = (name: string, kvHeads: number): GgufTensor[] => [
  gain(`${name}.attn_norm`, width),
  matrix(`${name}.attn_q.weight`, [width, heads * headDim]),
  matrix(`${name}.attn_k.weight`, [width, kvHeads * headDim]),
  matrix(`${name}.attn_v.weight`, [width, kvHeads * headDim]),
  matrix(`${name}.attn_output.weight`, [heads * headDim, width], { scale: 0.5 }),
  gain(`${name}.ffn_norm`, width),
  ...denseFeedForward(name),
];
