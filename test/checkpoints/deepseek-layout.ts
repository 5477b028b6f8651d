/**
 * The tensors of the DeepSeek-V3 layout, as the checkpoints on the hub name and store them: DeepSeek-V3 in FP8 with block
 * scales, and Kimi-K2.5's language model with experts of INT4 packed in I32.
 *
 * @see https://huggingface.co/deepseek-ai/DeepSeek-V3 README_WEIGHTS.md
 */
import type { Described } from "./safetensors-bytes.ts";

export interface Config {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
  readonly num_attention_heads: number;
  readonly q_lora_rank: number;
  readonly kv_lora_rank: number;
  readonly qk_nope_head_dim: number;
  readonly qk_rope_head_dim: number;
  readonly v_head_dim: number;
  readonly intermediate_size: number;
  readonly moe_intermediate_size: number;
  readonly n_routed_experts: number;
  readonly n_shared_experts: number;
  readonly first_k_dense_replace: number;
  readonly num_nextn_predict_layers: number;
}

type Matrix = (name: string, outputs: number, inputs: number) => Described[];

export const bf16: Matrix = (name, outputs, inputs) => [
  { name: `${name}.weight`, dtype: "BF16", shape: [outputs, inputs] },
];
export const fp8: Matrix = (name, outputs, inputs) => [
  { name: `${name}.weight`, dtype: "F8_E4M3", shape: [outputs, inputs] },
  {
    name: `${name}.weight_scale_inv`,
    dtype: "F32",
    shape: [Math.ceil(outputs / 128), Math.ceil(inputs / 128)],
  },
];
export const int4: Matrix = (name, outputs, inputs) => [
  { name: `${name}.weight_packed`, dtype: "I32", shape: [outputs, inputs / 8] },
  { name: `${name}.weight_scale`, dtype: "BF16", shape: [outputs, inputs / 32] },
  { name: `${name}.weight_shape`, dtype: "I32", shape: [2] },
];

const vector = (name: string, size: number, dtype = "BF16"): Described => ({ name, dtype, shape: [size] });

export function tensorsOf(config: Config, dense: Matrix, expert: Matrix, prefix = ""): Described[] {
  const { hidden_size: hidden, num_hidden_layers: layers, vocab_size: vocabulary } = config;
  const layer = (index: number) => layerTensors(config, dense, expert, `${prefix}model.layers.${index}`, index);
  const modules = Array.from({ length: config.num_nextn_predict_layers }, (_, module) => {
    const at = `${prefix}model.layers.${layers + module}`;
    return [
      ...bf16(`${at}.embed_tokens`, vocabulary, hidden),
      ...["enorm", "hnorm", "shared_head.norm"].map((name) => vector(`${at}.${name}.weight`, hidden)),
      ...bf16(`${at}.eh_proj`, hidden, 2 * hidden),
      ...bf16(`${at}.shared_head.head`, vocabulary, hidden),
      ...layer(layers + module),
    ];
  });
  return [
    ...bf16(`${prefix}model.embed_tokens`, vocabulary, hidden),
    ...Array.from({ length: layers }, (_, index) => layer(index)).flat(),
    ...modules.flat(),
    vector(`${prefix}model.norm.weight`, hidden),
    ...bf16(`${prefix}lm_head`, vocabulary, hidden),
  ];
}

function layerTensors(config: Config, dense: Matrix, expert: Matrix, at: string, index: number): Described[] {
  const { hidden_size: hidden, num_attention_heads: heads, q_lora_rank: queryRank, kv_lora_rank: latent } = config;
  const { qk_nope_head_dim: nope, qk_rope_head_dim: rope, v_head_dim: value, n_routed_experts: routed } = config;
  const attention = `${at}.self_attn`;
  const feedForward = (matrix: Matrix, name: string, width: number) => [
    ...matrix(`${name}.gate_proj`, width, hidden),
    ...matrix(`${name}.up_proj`, width, hidden),
    ...matrix(`${name}.down_proj`, hidden, width),
  ];
  const width = config.moe_intermediate_size;
  return [
    vector(`${at}.input_layernorm.weight`, hidden),
    ...dense(`${attention}.q_a_proj`, queryRank, hidden),
    vector(`${attention}.q_a_layernorm.weight`, queryRank),
    ...dense(`${attention}.q_b_proj`, heads * (nope + rope), queryRank),
    ...dense(`${attention}.kv_a_proj_with_mqa`, latent + rope, hidden),
    vector(`${attention}.kv_a_layernorm.weight`, latent),
    ...dense(`${attention}.kv_b_proj`, heads * (nope + value), latent),
    ...dense(`${attention}.o_proj`, hidden, heads * value),
    vector(`${at}.post_attention_layernorm.weight`, hidden),
    ...(index < config.first_k_dense_replace
      ? feedForward(dense, `${at}.mlp`, config.intermediate_size)
      : [
          ...bf16(`${at}.mlp.gate`, routed, hidden),
          vector(`${at}.mlp.gate.e_score_correction_bias`, routed, "F32"),
          ...feedForward(dense, `${at}.mlp.shared_experts`, width * config.n_shared_experts),
          ...Array.from({ length: routed }, (_, number) =>
            feedForward(expert, `${at}.mlp.experts.${number}`, width),
          ).flat(),
        ]),
  ];
}
