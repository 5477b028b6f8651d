/**
 * `kimi-linear`: layers of Kimi Delta Attention, which keep a state of fixed size instead of a cache, among layers of
 * latent attention. Zero KV heads mark a layer without a cache.
 *
 * @see Kimi Linear, arXiv:2510.26692
 */
import { type GgufTensor, i32s, u32 } from "../../weights/index.ts";
import { type Architecture, embeddings, keysOf } from "./architecture.ts";
import { type ExpertLayers, expertKeys, feedForward, gating } from "./experts.ts";
import { type LatentDimensions, latentAttention, latentKeys } from "./latent-attention.ts";
import { layersOf } from "./size.ts";
import { constant, gain, matrix } from "./tensors.ts";

export interface DeltaModel extends ExpertLayers {
  readonly latent: LatentDimensions;
  /** Layers of latent attention; the others are recurrent. */
  readonly latentLayers: readonly number[];
  readonly delta: {
    readonly headDim: number;
    /** Tokens that a short convolution spans. */
    readonly convolution: number;
  };
}

export const kimiLinear = (size: DeltaModel): Architecture => ({
  name: "kimi-linear",
  metadata: keysOf("kimi-linear", size, {
    leading_dense_block_count: u32(size.leadingDenseLayers),
    ...expertKeys(size.experts, gating.sigmoid),
    ...latentKeys(size.latent),
    "attention.head_count_kv": i32s(layersOf(size).map((layer) => (size.latentLayers.includes(layer) ? 1 : 0))),
    "ssm.conv_kernel": u32(size.delta.convolution),
    "kda.head_dim": u32(size.delta.headDim),
  }),
  tensors: [
    ...embeddings(size),
    ...layersOf(size).flatMap((layer) => [
      gain(`blk.${layer}.attn_norm`, size.width),
      ...(size.latentLayers.includes(layer)
        ? latentAttention(`blk.${layer}`, size, size.latent)
        : deltaLayer(`blk.${layer}`, size)),
      gain(`blk.${layer}.ffn_norm`, size.width),
      ...feedForward(layer, size),
    ]),
  ],
});

function deltaLayer(block: string, { width, heads, delta }: DeltaModel): GgufTensor[] {
  const { headDim, convolution } = delta;
  const inner = heads * headDim;
  return [
    ...["q", "k", "v"].flatMap((part) => [
      matrix(`${block}.ssm_conv1d_${part}.weight`, [convolution, 1, inner, 1], { type: "f32" }),
      matrix(`${block}.attn_${part}.weight`, [width, inner]),
    ]),
    // The decay, through a bottleneck: f; the output gate, likewise: g.
    ...["f", "g"].flatMap((part) => [
      matrix(`${block}.ssm_${part}_a.weight`, [width, headDim]),
      matrix(`${block}.ssm_${part}_b.weight`, [headDim, inner]),
    ]),
    matrix(`${block}.ssm_beta.weight`, [width, heads]),
    constant(`${block}.ssm_a`, [1, heads, 1, 1], -1),
    constant(`${block}.ssm_dt.bias`, [inner], 0),
    gain(`${block}.ssm_norm`, headDim),
    matrix(`${block}.attn_output.weight`, [inner, width], { scale: 0.5 }),
  ];
}
