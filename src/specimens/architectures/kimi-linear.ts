/**
 * `kimi-linear`: three layers of Kimi Delta Attention, which keep a state of fixed size instead of a cache, to one layer
 * of latent attention. Zero KV heads mark a layer without a cache.
 *
 * @see Kimi Linear, arXiv:2510.26692
 */
import { type GgufTensor, i32s, u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { expertFeedForward, expertKeys, experts, gating } from "./experts.ts";
import { latentAttention, latentKeys } from "./latent-attention.ts";
import { layers, size } from "./size.ts";
import { constant, gain, matrix } from "./tensors.ts";

export const deltaAttention = { kvHeads: [0, 0, 0, 1], convolution: 4, headDim: 64 } as const;

const { width, heads } = size;
const { headDim, convolution } = deltaAttention;

export const kimiLinear = (vocabularySize: number): Architecture => ({
  name: "kimi-linear",
  metadata: keysOf("kimi-linear", vocabularySize, {
    leading_dense_block_count: u32(experts.leadingDenseLayers),
    ...expertKeys(gating.sigmoid),
    ...latentKeys,
    "attention.head_count_kv": i32s(deltaAttention.kvHeads),
    "ssm.conv_kernel": u32(convolution),
    "kda.head_dim": u32(headDim),
  }),
  tensors: [
    ...embeddings(vocabularySize),
    ...layers.flatMap((layer) => [
      gain(`blk.${layer}.attn_norm`, width),
      ...(deltaAttention.kvHeads[layer] === 0
        ? deltaLayer(`blk.${layer}`)
        : latentAttention(`blk.${layer}`, { compressedQueries: false })),
      gain(`blk.${layer}.ffn_norm`, width),
      ...(layer < experts.leadingDenseLayers ? denseFeedForward(`blk.${layer}`) : expertFeedForward(`blk.${layer}`)),
    ]),
  ],
});

const deltaLayer = (block: string): GgufTensor[] => [
  ...["q", "k", "v"].flatMap((part) => [
    matrix(`${block}.ssm_conv1d_${part}.weight`, [convolution, 1, heads * headDim, 1], { type: "f32" }),
    matrix(`${block}.attn_${part}.weight`, [width, heads * headDim]),
  ]),
  // The decay, through a bottleneck: f; the output gate, likewise: g.
  ...["f", "g"].flatMap((part) => [
    matrix(`${block}.ssm_${part}_a.weight`, [width, headDim]),
    matrix(`${block}.ssm_${part}_b.weight`, [headDim, heads * headDim]),
  ]),
  matrix(`${block}.ssm_beta.weight`, [width, heads]),
  constant(`${block}.ssm_a`, [1, heads, 1, 1], -1),
  constant(`${block}.ssm_dt.bias`, [heads * headDim], 0),
  gain(`${block}.ssm_norm`, headDim),
  matrix(`${block}.attn_output.weight`, [heads * headDim, width], { scale: 0.5 }),
];
