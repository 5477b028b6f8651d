/**
 * Nemotron-H and Nemotron 3: each layer is one thing, a Mamba-2 mixer (M), attention (*), a dense network (-) or experts (E),
 * in the order that a pattern spells. Networks are not gated; experts may work in a smaller space.
 *
 * @see NVIDIA, Nemotron-H, arXiv:2504.03624, §2; modeling_nemotron_h.py in the repositories of its models
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
  layerCount,
  moduleCount,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  ...languageFields,
  num_hidden_layers: optional(layerCount),
  hybrid_override_pattern: optional(z.string().max(2_000)),
  layers_block_type: optional(eachLayer(z.enum(["mamba", "attention", "mlp", "moe"]))),
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: optional(count),
  attention_head_dim: optional(count),
  attention_bias: flag(false),
  sliding_window: z.null().optional(),
  mamba_num_heads: count,
  mamba_head_dim: count,
  n_groups: count,
  ssm_state_size: count,
  conv_kernel: count,
  use_conv_bias: flag(true),
  mamba_proj_bias: z.literal(false).nullish(),
  mamba_hidden_act: z.unknown().optional(),
  mamba_ssm_cache_dtype: z.literal("float32").nullish(),
  use_mamba_kernels: z.unknown().optional(),
  intermediate_size: optional(count),
  mlp_bias: flag(false),
  n_routed_experts: optional(count),
  num_experts_per_tok: optional(count),
  moe_intermediate_size: optional(count),
  moe_latent_size: optional(count),
  n_shared_experts: optional(countOrZero),
  moe_shared_expert_intermediate_size: optional(count),
  num_nextn_predict_layers: optional(moduleCount),
});
type Config = z.output<typeof Config>;

export const nemotronH: Family = {
  modelTypes: ["nemotron_h"],
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, raw);
    const pattern = patternOf(config);
    const number = (sign: string) => pattern.filter((one) => one === sign).length;
    return languageModel(config, {
      attention: `${number("M")} Mamba-2 + ${number("*")} GQA`,
      layers: pattern.map((sign) => [norm(config.hidden_size), blockOf(config, sign)]),
      assumptions: config.num_nextn_predict_layers ? ["the layers that predict further tokens are not counted"] : [],
    });
  },
};

/** One sign a layer; later configs write words. */
function patternOf(config: Config): string[] {
  const { hybrid_override_pattern: signs, layers_block_type: words, num_hidden_layers: layers } = config;
  const pattern = signs === undefined ? words?.map((word) => signOf[word]) : [...signs];
  if (pattern === undefined) throw unknownAttention("without hybrid_override_pattern or layers_block_type");
  if (layers !== undefined && pattern.length !== layers)
    throw unknownAttention(`of ${layers} layers whose pattern spells ${pattern.length}`);
  return pattern;
}

const signOf = { mamba: "M", attention: "*", mlp: "-", moe: "E" } as const;

function blockOf(config: Config, sign: string): Block {
  const { hidden_size: hiddenSize } = config;
  switch (sign) {
    case "M":
      return {
        kind: "state space",
        hiddenSize,
        innerSize: config.mamba_num_heads * config.mamba_head_dim,
        stateSize: config.ssm_state_size,
        convolutionTokens: config.conv_kernel,
        convolutionBias: config.use_conv_bias,
        steps: { of: "heads", heads: config.mamba_num_heads, groups: config.n_groups },
        norm: true,
      };
    case "*": {
      const headDim = config.head_dim ?? config.attention_head_dim;
      if (headDim === undefined) throw unknownAttention("without head_dim");
      return {
        kind: "attention",
        hiddenSize,
        heads: config.num_attention_heads,
        kvHeads: config.num_key_value_heads,
        headDim,
        span: { kind: "all" },
        qkvBias: config.attention_bias,
        outputBias: config.attention_bias,
      };
    }
    case "-": {
      const { intermediate_size: width } = parseConfig(z.looseObject({ intermediate_size: count }), config);
      return { kind: "feed-forward", hiddenSize, width, gated: false, bias: config.mlp_bias };
    }
    case "E":
      return expertsOf(config);
    default:
      throw unknownAttention(`of a layer that hybrid_override_pattern calls ${JSON.stringify(sign)}`);
  }
}

function expertsOf(config: Config): Block {
  const { n_routed_experts, num_experts_per_tok, moe_intermediate_size } = parseConfig(
    z.looseObject({ n_routed_experts: count, num_experts_per_tok: count, moe_intermediate_size: count }),
    config,
  );
  const shared = config.n_shared_experts ?? 0;
  return {
    kind: "experts",
    hiddenSize: config.hidden_size,
    routed: n_routed_experts,
    used: num_experts_per_tok,
    width: moe_intermediate_size,
    ...(config.moe_latent_size !== undefined && { latent: { size: config.moe_latent_size, norm: false } }),
    gated: false,
    shared:
      shared === 0 ? null : { width: shared * (config.moe_shared_expert_intermediate_size ?? moe_intermediate_size) },
    router: { weights: true, bias: true },
  };
}
