/** `deepseek2`: latent attention, with dense layers only or with experts behind dense first layers (V2, V3, Kimi K2). */
import { u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { type ExpertLayers, expertKeys, feedForward, gating } from "./experts.ts";
import { type LatentDimensions, latentAttention, latentKeys, latentQueryKeys } from "./latent-attention.ts";
import { layersOf, type Size } from "./size.ts";
import { gain } from "./tensors.ts";

export type LatentModel = (Size | ExpertLayers) & { readonly latent: LatentDimensions };

export function deepseek2(size: LatentModel): Architecture {
  const sparse = "experts" in size ? size : null;
  return {
    name: "deepseek2",
    metadata: keysOf("deepseek2", size, {
      leading_dense_block_count: u32(sparse?.leadingDenseLayers ?? size.layers),
      ...(sparse
        ? expertKeys(sparse.experts, gating.sigmoid)
        : { expert_feed_forward_length: u32(size.feedForward), expert_shared_count: u32(0) }),
      ...latentQueryKeys(size.latent),
      ...latentKeys(size.latent),
    }),
    tensors: [
      ...embeddings(size),
      ...layersOf(size).flatMap((layer) => [
        gain(`blk.${layer}.attn_norm`, size.width),
        ...latentAttention(`blk.${layer}`, size, size.latent),
        gain(`blk.${layer}.ffn_norm`, size.width),
        ...(sparse ? feedForward(layer, sparse) : denseFeedForward(`blk.${layer}`, size)),
      ]),
    ],
  };
}
