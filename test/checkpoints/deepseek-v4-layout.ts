/**
 * The tensors of DeepSeek-V4-Flash as its files name and store them: FP8 with E8M0 scales, experts of FP4 pairs in I8.
 *
 * @see https://huggingface.co/deepseek-ai/DeepSeek-V4-Flash inference/model.py
 */
import type { Described } from "./safetensors-bytes.ts";

export interface V4Config {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
  readonly num_attention_heads: number;
  readonly head_dim: number;
  readonly q_lora_rank: number;
  readonly o_groups: number;
  readonly o_lora_rank: number;
  readonly index_n_heads: number;
  readonly index_head_dim: number;
  readonly hc_mult: number;
  readonly moe_intermediate_size: number;
  readonly n_routed_experts: number;
  readonly num_experts_per_tok: number;
  readonly num_hash_layers: number;
  readonly compress_ratios: readonly number[];
}

const tensor = (name: string, dtype: string, ...shape: number[]): Described => ({ name, dtype, shape });
const blocks = (size: number) => Math.ceil(size / 128);
const fp8 = (name: string, outputs: number, inputs: number) => [
  tensor(`${name}.weight`, "F8_E4M3", outputs, inputs),
  tensor(`${name}.scale`, "F8_E8M0", blocks(outputs), blocks(inputs)),
];
const fp4 = (name: string, outputs: number, inputs: number) => [
  tensor(`${name}.weight`, "I8", outputs, inputs / 2),
  tensor(`${name}.scale`, "F8_E8M0", outputs, inputs / 32),
];

export function v4Tensors(config: V4Config): Described[] {
  const { hidden_size: hidden, vocab_size: vocabulary, num_hidden_layers: layers } = config;
  const at = "mtp.0";
  return [
    tensor("embed.weight", "BF16", vocabulary, hidden),
    ...Array.from({ length: layers }, (_, index) => layerTensors(config, `layers.${index}`, index)).flat(),
    tensor("norm.weight", "BF16", hidden),
    tensor("head.weight", "BF16", vocabulary, hidden),
    ...streams(config, "hc_head", config.hc_mult, 1),
    ...["enorm", "hnorm", "norm"].map((name) => tensor(`${at}.${name}.weight`, "BF16", hidden)),
    ...fp8(`${at}.e_proj`, hidden, hidden),
    ...fp8(`${at}.h_proj`, hidden, hidden),
    ...streams(config, `${at}.hc_head`, config.hc_mult, 1),
    ...layerTensors(config, at, layers),
  ];
}

const streams = (config: V4Config, name: string, coefficients: number, scales: number) => [
  tensor(`${name}_fn`, "F32", coefficients, config.hc_mult * config.hidden_size),
  tensor(`${name}_base`, "F32", coefficients),
  tensor(`${name}_scale`, "F32", scales),
];

function layerTensors(config: V4Config, at: string, index: number): Described[] {
  const { hidden_size: hidden, num_attention_heads: heads, head_dim: dim, q_lora_rank: rank } = config;
  const { o_groups: groups, o_lora_rank: outputRank, n_routed_experts: routed, moe_intermediate_size: width } = config;
  const coefficients = (2 + config.hc_mult) * config.hc_mult;
  const expert = (matrix: typeof fp8, name: string) => [
    ...matrix(`${name}.w1`, width, hidden),
    ...matrix(`${name}.w3`, width, hidden),
    ...matrix(`${name}.w2`, hidden, width),
  ];
  return [
    tensor(`${at}.attn_norm.weight`, "BF16", hidden),
    tensor(`${at}.ffn_norm.weight`, "BF16", hidden),
    ...streams(config, `${at}.hc_attn`, coefficients, 3),
    ...streams(config, `${at}.hc_ffn`, coefficients, 3),
    tensor(`${at}.attn.attn_sink`, "F32", heads),
    ...fp8(`${at}.attn.wq_a`, rank, hidden),
    tensor(`${at}.attn.q_norm.weight`, "BF16", rank),
    ...fp8(`${at}.attn.wq_b`, heads * dim, rank),
    ...fp8(`${at}.attn.wkv`, dim, hidden),
    tensor(`${at}.attn.kv_norm.weight`, "BF16", dim),
    ...fp8(`${at}.attn.wo_a`, groups * outputRank, (heads * dim) / groups),
    ...fp8(`${at}.attn.wo_b`, hidden, groups * outputRank),
    ...compression(config, `${at}.attn`, config.compress_ratios[index]!),
    tensor(`${at}.ffn.gate.weight`, "BF16", routed, hidden),
    index < config.num_hash_layers
      ? tensor(`${at}.ffn.gate.tid2eid`, "I64", config.vocab_size, config.num_experts_per_tok)
      : tensor(`${at}.ffn.gate.bias`, "F32", routed),
    ...expert(fp8, `${at}.ffn.shared_experts`),
    ...Array.from({ length: routed }, (_, number) => expert(fp4, `${at}.ffn.experts.${number}`)).flat(),
  ];
}

function compression(config: V4Config, at: string, ratio: number): Described[] {
  const { hidden_size: hidden, head_dim: dim, index_n_heads: heads, index_head_dim: indexDim } = config;
  if (ratio === 0) return [];
  const overlaps = ratio === 4;
  const compressor = (name: string, entry: number) => {
    const columns = (overlaps ? 2 : 1) * entry;
    return [
      tensor(`${name}.ape`, "F32", ratio, columns),
      tensor(`${name}.wkv.weight`, "BF16", columns, hidden),
      tensor(`${name}.wgate.weight`, "BF16", columns, hidden),
      tensor(`${name}.norm.weight`, "BF16", entry),
    ];
  };
  if (!overlaps) return compressor(`${at}.compressor`, dim);
  return [
    ...compressor(`${at}.compressor`, dim),
    ...fp8(`${at}.indexer.wq_b`, heads * indexDim, config.q_lora_rank),
    tensor(`${at}.indexer.weights_proj.weight`, "BF16", heads, hidden),
    ...compressor(`${at}.indexer.compressor`, indexDim),
  ];
}
