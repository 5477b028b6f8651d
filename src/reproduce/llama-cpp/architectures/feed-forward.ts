/** The keys of dense layers and of experts, as the DeepSeek family has them. */
import { bool, f32, type GgufMetadata, u32 } from "../../../weights/index.ts";
import type { DecoderConfig, ExpertFeedForward } from "../../model/config.ts";

/** llama.cpp's number for sigmoid gating, from `llama_expert_gating_func_type` in llama-hparams.h. */
export const sigmoidGating = 2;

/** Hidden width of the dense layers; 0 where there are none. */
export const denseHidden = ({ layers }: DecoderConfig): number =>
  layers.flatMap(({ feedForward }) => (feedForward.kind === "dense" ? [feedForward.hidden] : []))[0] ?? 0;

export function expertKeys(config: DecoderConfig): GgufMetadata {
  const parts = config.layers.map(({ feedForward }) => feedForward);
  const experts = parts.find((part): part is ExpertFeedForward => part.kind === "experts");
  const leading = parts.findIndex((part) => part.kind === "experts");
  const dense = denseHidden(config);
  if (experts === undefined)
    return {
      feed_forward_length: u32(dense),
      leading_dense_block_count: u32(parts.length),
      expert_feed_forward_length: u32(dense),
      expert_shared_count: u32(0),
    };
  return {
    feed_forward_length: u32(dense === 0 ? experts.hidden : dense),
    leading_dense_block_count: u32(leading),
    expert_feed_forward_length: u32(experts.hidden),
    expert_count: u32(experts.count),
    expert_used_count: u32(experts.used),
    expert_shared_count: u32(experts.shared),
    expert_weights_scale: f32(1),
    expert_weights_norm: bool(true),
    expert_gating_func: u32(sigmoidGating),
  };
}
