/** The mixture of experts of the DeepSeek family: routed experts beside one that every token takes. */
import { bool, f32, type GgufMetadata, type GgufTensor, u32 } from "../../weights/index.ts";
import { size } from "./size.ts";
import { constant, matrix } from "./tensors.ts";

export const experts = { count: 8, used: 2, width: 128, leadingDenseLayers: 1 } as const;

/** llama.cpp's `expert_gating_func`, from `llama_expert_gating_func_type` in llama-hparams.h. */
export const gating = { sigmoid: 2, sqrtSoftplus: 4 } as const;

export const expertKeys = (gatingFunction: number, weightScale = 1): GgufMetadata => ({
  expert_count: u32(experts.count),
  expert_used_count: u32(experts.used),
  expert_feed_forward_length: u32(experts.width),
  expert_shared_count: u32(1),
  expert_weights_scale: f32(weightScale),
  expert_weights_norm: bool(true),
  expert_gating_func: u32(gatingFunction),
});

/** The weights of all experts of a layer. Without the bias the router's choice is made elsewhere, by a table. */
export function expertFeedForward(block: string, { bias = true } = {}): GgufTensor[] {
  const { count, width } = experts;
  return [
    matrix(`${block}.ffn_gate_inp.weight`, [size.width, count], { type: "f32" }),
    ...(bias ? [constant(`${block}.exp_probs_b.bias`, [count], 0)] : []),
    matrix(`${block}.ffn_gate_exps.weight`, [size.width, width, count]),
    matrix(`${block}.ffn_up_exps.weight`, [size.width, width, count]),
    matrix(`${block}.ffn_down_exps.weight`, [width, size.width, count], { scale: 0.5 }),
    matrix(`${block}.ffn_gate_shexp.weight`, [size.width, width]),
    matrix(`${block}.ffn_up_shexp.weight`, [size.width, width]),
    matrix(`${block}.ffn_down_shexp.weight`, [width, size.width], { scale: 0.5 }),
  ];
}
