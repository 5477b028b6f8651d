/** The mixture of experts of the DeepSeek family: routed experts beside those that every token takes. */
import { bool, f32, type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import { denseFeedForward } from "./architecture.ts";
import type { Size } from "./size.ts";
import { constant, matrix } from "./tensors.ts";

export interface ExpertDimensions {
  readonly count: number;
  readonly used: number;
  readonly width: number;
  readonly shared: number;
}

export interface ExpertLayers extends Size {
  readonly experts: ExpertDimensions;
  /** Layers before the first that has experts. */
  readonly leadingDenseLayers: number;
}

/** llama.cpp's `expert_gating_func`, from `llama_expert_gating_func_type` in llama-hparams.h. */
export const gating = { sigmoid: 2, sqrtSoftplus: 4 } as const;

export const expertKeys = (experts: ExpertDimensions, gatingFunction: number, weightScale = 1): GgufMetadata => ({
  expert_count: u32(experts.count),
  expert_used_count: u32(experts.used),
  expert_feed_forward_length: u32(experts.width),
  expert_shared_count: u32(experts.shared),
  expert_weights_scale: f32(weightScale),
  expert_weights_norm: bool(true),
  expert_gating_func: u32(gatingFunction),
});

/** A dense network in the first layers, experts in the others. */
export const feedForward = (layer: number, size: ExpertLayers): GgufTensor[] =>
  layer < size.leadingDenseLayers
    ? denseFeedForward(`blk.${layer}`, size)
    : expertFeedForward(`blk.${layer}`, size.width, size.experts);

/** The weights of all experts of a layer. Without the bias the router's choice is made elsewhere, by a table. */
export function expertFeedForward(
  block: string,
  modelWidth: number,
  { count, width, shared }: ExpertDimensions,
  { bias = true } = {},
): GgufTensor[] {
  const sharedWidth = shared * width;
  return [
    matrix(`${block}.ffn_gate_inp.weight`, [modelWidth, count], { type: "f32" }),
    ...(bias ? [constant(`${block}.exp_probs_b.bias`, [count], 0)] : []),
    matrix(`${block}.ffn_gate_exps.weight`, [modelWidth, width, count]),
    matrix(`${block}.ffn_up_exps.weight`, [modelWidth, width, count]),
    matrix(`${block}.ffn_down_exps.weight`, [width, modelWidth, count], { scale: 0.5 }),
    matrix(`${block}.ffn_gate_shexp.weight`, [modelWidth, sharedWidth]),
    matrix(`${block}.ffn_up_shexp.weight`, [modelWidth, sharedWidth]),
    matrix(`${block}.ffn_down_shexp.weight`, [sharedWidth, modelWidth], { scale: 0.5 }),
  ];
}
