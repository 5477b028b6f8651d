/** `llama`: multi-head, grouped-query or multi-query attention, by the number of KV heads. */
import { type GgufTensor, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { layersOf, type Size } from "./size.ts";
import { gain, matrix } from "./tensors.ts";

export interface GroupedDimensions extends Size {
  readonly kvHeads: number;
  readonly headDim: number;
}

export const llama = (size: GroupedDimensions): Architecture => ({
  name: "llama",
  metadata: keysOf("llama", size, {
    "attention.head_count_kv": u32(size.kvHeads),
    "attention.key_length": u32(size.headDim),
    "attention.value_length": u32(size.headDim),
    "rope.dimension_count": u32(size.headDim),
  }),
  tensors: [
    ...embeddings(size),
    ...layersOf(size).flatMap((layer) => [
      gain(`blk.${layer}.attn_norm`, size.width),
      ...groupedAttention(`blk.${layer}`, size, { outputScale: 0.5 }),
      gain(`blk.${layer}.ffn_norm`, size.width),
      ...denseFeedForward(`blk.${layer}`, size),
    ]),
  ],
});

/** Projections of queries, keys, values and the output. */
export const groupedAttention = (
  block: string,
  { width, heads, kvHeads, headDim }: GroupedDimensions,
  { outputScale = 1 } = {},
): GgufTensor[] => [
  matrix(`${block}.attn_q.weight`, [width, heads * headDim]),
  matrix(`${block}.attn_k.weight`, [width, kvHeads * headDim]),
  matrix(`${block}.attn_v.weight`, [width, kvHeads * headDim]),
  matrix(`${block}.attn_output.weight`, [heads * headDim, width], { scale: outputScale }),
];
