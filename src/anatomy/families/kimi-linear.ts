/**
 * Kimi Linear: three layers of Kimi Delta Attention to one of latent attention without rotation. K3 has the same layout,
 * with routed experts in a smaller space, output gates, and residuals that attend over blocks of layers.
 *
 * @see Kimi Linear, arXiv:2510.26692; Kimi K3, arXiv:2607.24653
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import { languageModel, norm } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  flag,
  languageFields,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import type { Family } from "./family.ts";

const layerNumbers = eachLayer(z.int().min(1));

const DeltaLayers = z.looseObject({
  full_attn_layers: layerNumbers,
  kda_layers: layerNumbers,
  head_dim: count,
  num_heads: count,
  short_conv_kernel_size: count,
  gate_lower_bound: z.number().nullish(),
  use_full_rank_gate: flag(false),
});

const Config = z.looseObject({
  ...languageFields,
  num_attention_heads: count,
  q_lora_rank: optional(count),
  kv_lora_rank: count,
  qk_nope_head_dim: count,
  qk_rope_head_dim: countOrZero,
  v_head_dim: count,
  mla_use_output_gate: flag(false),
  linear_attn_config: DeltaLayers,
  intermediate_size: count,
  moe_intermediate_size: count,
  num_experts: count,
  num_experts_per_token: count,
  num_shared_experts: optional(countOrZero),
  first_k_dense_replace: countOrZero,
  moe_layer_freq: optional(count),
  routed_expert_hidden_size: optional(count),
  latent_moe_use_norm: flag(false),
  attn_res_block_size: optional(count),
  num_nextn_predict_layers: z.literal(0).nullish(),
});
type Config = z.output<typeof Config>;

export const kimiLinear: Family = {
  modelTypes: ["kimi_linear"],
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, raw);
    const { hidden_size: hiddenSize } = config;
    const { full_attn_layers: latent, kda_layers: delta, ...rest } = config.linear_attn_config;
    const unknownKey = Object.keys(rest).find((key) => !(key in DeltaLayers.shape));
    if (unknownKey !== undefined) throw unknownAttention(`with ${unknownKey} in linear_attn_config`);
    const residuals = config.attn_res_block_size !== undefined;
    return languageModel(config, {
      attention: `${delta.length} KDA + ${latent.length} MLA`,
      layers: Array.from({ length: config.num_hidden_layers }, (_, layer) => [
        norm(2 * hiddenSize),
        layerAttention(config, layer),
        feedForward(config, layer),
        ...(residuals ? [residualAttention(2 * hiddenSize)] : []),
      ]),
      further: residuals ? [{ scope: "backbone", layer: null, block: residualAttention(hiddenSize) }] : [],
    });
  },
};

/** The config numbers layers from 1. */
function layerAttention(config: Config, layer: number): Block {
  const { linear_attn_config: linear, hidden_size: hiddenSize } = config;
  const isLatent = linear.full_attn_layers.includes(layer + 1);
  if (isLatent === linear.kda_layers.includes(layer + 1))
    throw unknownAttention(`of layer ${layer + 1}, which is in both lists of linear_attn_config or in none`);
  if (isLatent)
    return {
      kind: "latent attention",
      hiddenSize,
      heads: config.num_attention_heads,
      queryRank: config.q_lora_rank ?? null,
      latentRank: config.kv_lora_rank,
      keyHeadDim: config.qk_nope_head_dim,
      rotaryDim: config.qk_rope_head_dim,
      valueHeadDim: config.v_head_dim,
      outputGate: config.mla_use_output_gate,
      indexer: null,
    };
  return {
    kind: "delta attention",
    hiddenSize,
    heads: linear.num_heads,
    headDim: linear.head_dim,
    convolutionTokens: linear.short_conv_kernel_size,
    fullRankGate: linear.use_full_rank_gate,
  };
}

function feedForward(config: Config, layer: number): Block {
  const { hidden_size: hiddenSize, moe_intermediate_size: width } = config;
  if (layer < config.first_k_dense_replace || layer % (config.moe_layer_freq ?? 1) !== 0)
    return { kind: "feed-forward", hiddenSize, width: config.intermediate_size, gated: true };
  const shared = config.num_shared_experts ?? 0;
  const latentSize = config.routed_expert_hidden_size;
  return {
    kind: "experts",
    hiddenSize,
    routed: config.num_experts,
    used: config.num_experts_per_token,
    width,
    ...(latentSize !== undefined && { latent: { size: latentSize, norm: config.latent_moe_use_norm } }),
    gated: true,
    shared: shared === 0 ? null : { width: shared * width },
    router: { weights: true, bias: true },
  };
}

/**
 * Residuals that attend over the outputs of blocks of layers: a query and a norm before attention, the same before the
 * experts, and once more before the output head.
 *
 * @see Kimi K3, arXiv:2607.24653, §2.2
 */
const residualAttention = (queries: number): Block => ({
  kind: "plain",
  part: "residual mixing",
  parameters: 2 * queries,
});
