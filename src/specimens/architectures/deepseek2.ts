/** `deepseek2`: latent attention, with dense layers only or with experts behind a dense first layer (V2, V3, Kimi K2). */
import { u32 } from "../../weights/index.ts";
import { type Architecture, denseFeedForward, embeddings, keysOf } from "./architecture.ts";
import { expertFeedForward, expertKeys, experts, gating } from "./experts.ts";
import { latentAttention, latentKeys, latentQueryKeys } from "./latent-attention.ts";
import { layers, size } from "./size.ts";
import { gain } from "./tensors.ts";

export function deepseek2(vocabularySize: number, { withExperts }: { readonly withExperts: boolean }): Architecture {
  const denseLayers = withExperts ? experts.leadingDenseLayers : size.layers;
  const feedForwardKeys = withExperts
    ? expertKeys(gating.sigmoid)
    : { expert_feed_forward_length: u32(size.feedForward), expert_shared_count: u32(0) };
  return {
    name: "deepseek2",
    metadata: keysOf("deepseek2", vocabularySize, {
      leading_dense_block_count: u32(denseLayers),
      ...feedForwardKeys,
      ...latentQueryKeys,
      ...latentKeys,
    }),
    tensors: [
      ...embeddings(vocabularySize),
      ...layers.flatMap((layer) => [
        gain(`blk.${layer}.attn_norm`, size.width),
        ...latentAttention(`blk.${layer}`),
        gain(`blk.${layer}.ffn_norm`, size.width),
        ...(layer < denseLayers ? denseFeedForward(`blk.${layer}`) : expertFeedForward(`blk.${layer}`)),
      ]),
    ],
  };
}
