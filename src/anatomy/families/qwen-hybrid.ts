/**
 * Qwen3-Next and Qwen3.5: layers of Gated DeltaNet, and every few layers one of gated grouped-query attention. Experts with
 * a gated shared one, or one dense network in each layer.
 *
 * @see transformers, models/{qwen3_next,qwen3_5,qwen3_5_moe}: configuration_*.py for what a config leaves out, modeling_*.py
 *      for the weights; vLLM, model_executor/models/qwen3_next_mtp.py for the layer that predicts further tokens
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock } from "../model.ts";
import { languageModel, norm } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  flag,
  languageFields,
  layerIds,
  moduleCount,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
  withOuterTie,
} from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  ...languageFields,
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: count,
  attention_bias: flag(false),
  attn_output_gate: flag(true),
  layer_types: optional(eachLayer(z.string())),
  full_attention_interval: count.default(4),
  linear_num_key_heads: count,
  linear_num_value_heads: count,
  linear_key_head_dim: count,
  linear_value_head_dim: count,
  linear_conv_kernel_dim: count,
  // The number format of the state.
  mamba_ssm_dtype: z.literal("float32").nullish(),
  intermediate_size: optional(count),
  num_experts: optional(countOrZero),
  num_experts_per_tok: optional(count),
  moe_intermediate_size: optional(count),
  shared_expert_intermediate_size: optional(countOrZero),
  decoder_sparse_step: count.default(1),
  mlp_only_layers: optional(layerIds),
  mtp_num_hidden_layers: optional(moduleCount),
});
type Config = z.output<typeof Config>;

export const qwenHybrid: Family = {
  modelTypes: ["qwen3_next", "qwen3_5_text", "qwen3_5_moe_text"],
  read(raw, outer) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, withOuterTie(raw, outer));
    const full = Array.from({ length: config.num_hidden_layers }, (_, layer) => isFull(config, layer));
    return languageModel(config, {
      attention: `${full.filter((one) => !one).length} Gated DeltaNet + ${full.filter((one) => one).length} gated GQA`,
      layers: full.map((one, layer) => [
        norm(2 * config.hidden_size),
        one ? attention(config) : gatedDelta(config),
        feedForward(config, layer),
      ]),
      further: predictionLayers(config),
    });
  },
};

function isFull({ layer_types: types, full_attention_interval: every }: Config, layer: number): boolean {
  if (types === undefined) return (layer + 1) % every === 0;
  const type = types[layer];
  if (type !== "full_attention" && type !== "linear_attention")
    throw unknownAttention(type ?? `of layer ${layer}, which layer_types leaves out`);
  return type === "full_attention";
}

const attention = (config: Config): Block => ({
  kind: "attention",
  hiddenSize: config.hidden_size,
  heads: config.num_attention_heads,
  kvHeads: config.num_key_value_heads,
  headDim: config.head_dim,
  span: { kind: "all" },
  qkNorm: "shared",
  qkvBias: config.attention_bias,
  outputBias: config.attention_bias,
  ...(config.attn_output_gate && { outputGate: "elementwise" }),
});

const gatedDelta = (config: Config): Block => ({
  kind: "gated delta",
  hiddenSize: config.hidden_size,
  keyHeads: config.linear_num_key_heads,
  valueHeads: config.linear_num_value_heads,
  keyDim: config.linear_key_head_dim,
  valueDim: config.linear_value_head_dim,
  convolutionTokens: config.linear_conv_kernel_dim,
});

function feedForward(config: Config, layer: number): Block {
  const { hidden_size: hiddenSize, num_experts: routed = 0 } = config;
  const isDense = config.mlp_only_layers?.includes(layer) || (layer + 1) % config.decoder_sparse_step !== 0;
  if (routed === 0 || isDense) {
    const { intermediate_size: width } = parseConfig(z.looseObject({ intermediate_size: count }), config);
    return { kind: "feed-forward", hiddenSize, width, gated: true };
  }
  const { num_experts_per_tok: used, moe_intermediate_size: width } = parseConfig(
    z.looseObject({ num_experts_per_tok: count, moe_intermediate_size: count }),
    config,
  );
  const sharedWidth = config.shared_expert_intermediate_size ?? 0;
  return {
    kind: "experts",
    hiddenSize,
    routed,
    used,
    width,
    gated: true,
    shared: sharedWidth === 0 ? null : { width: sharedWidth, gate: true },
    router: { weights: true, bias: false },
  };
}

/** Layers of full attention that predict further tokens: two norms and a projection join their input, one norm ends them. */
function predictionLayers(config: Config): PlacedBlock[] {
  const { hidden_size: hiddenSize, num_hidden_layers: layers, mtp_num_hidden_layers: modules = 0 } = config;
  if (modules === 0) return [];
  const joined: Block = { kind: "plain", part: "multi-token projection", parameters: 2 * hiddenSize * hiddenSize };
  const own = (layer: number) => [norm(2 * hiddenSize), attention(config), feedForward(config, layer)];
  return [
    ...[joined, norm(3 * hiddenSize)].map((block) => ({ layer: layers, block })),
    ...Array.from({ length: modules }, (_, module) => layers + module).flatMap((layer) =>
      own(layer).map((block) => ({ layer, block })),
    ),
  ].map((placed) => ({ scope: "multi-token prediction", ...placed }));
}
