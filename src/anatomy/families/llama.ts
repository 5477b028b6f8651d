/**
 * The layout of Llama: grouped-query attention and a gated feed-forward network, each behind a norm. Mistral, Mixtral, the
 * Qwen line up to 3, Gemma 2 and 3, MiniMax-M2 and gpt-oss differ in a few fields.
 *
 * @see transformers, models/{llama,mistral,mixtral,qwen2,qwen2_moe,qwen3,qwen3_moe,gemma2,gemma3,gpt_oss}:
 *      configuration_*.py for what a config leaves out, modeling_*.py for the weights
 */
import { z } from "zod";
import type { Attention } from "../blocks/attention.ts";
import type { Block } from "../blocks/index.ts";
import { languageModel, norm } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  flag,
  languageFields,
  layerIds,
  optional,
  parseConfig,
  type RawConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  ...languageFields,
  num_attention_heads: count,
  num_key_value_heads: optional(count),
  head_dim: optional(count),
  attention_bias: flag(false),
  mlp_bias: flag(false),
  intermediate_size: optional(count),
  sliding_window: z.int().min(1).max(1e9).nullish(),
  use_sliding_window: flag(false),
  max_window_layers: optional(countOrZero),
  sliding_window_pattern: optional(count),
  attn_logit_softcapping: z.number().nullish(),
  layer_types: optional(eachLayer(z.string())),
  // MiniMax: 1 is attention over everything.
  attn_type_list: optional(eachLayer(z.literal(1))),
  num_local_experts: optional(count),
  num_experts: optional(count),
  num_experts_per_tok: optional(count),
  experts_per_token: optional(count),
  moe_intermediate_size: optional(count),
  shared_expert_intermediate_size: optional(countOrZero),
  decoder_sparse_step: optional(count),
  mlp_only_layers: optional(layerIds),
});
type Config = z.output<typeof Config>;

/** In what a model of the family differs from Llama. */
interface Variant {
  /** Values of fields that a config may leave out. */
  readonly usual?: RawConfig;
  /** Biases on queries, keys and values whatever the config says; Llama's are with `attention_bias`, on the output too. */
  readonly qkvBias?: boolean;
  readonly qkNorm?: Attention["qkNorm"];
  readonly sinks?: boolean;
  /** Gemma has a norm behind each network as well as one before it. */
  readonly normsPerLayer?: 4;
  /** Biases in the router and in every expert. */
  readonly expertBias?: boolean;
  /** The router has a bias for balance and no expert has one. */
  readonly balanced?: boolean;
  readonly assumptions?: readonly string[];
  /** Whether a layer reads a window, where `layer_types` does not say so; Llama's layers read everything. */
  readonly windowed?: (config: Config, layer: number) => boolean;
}

const lateLayers = ({ use_sliding_window: used, max_window_layers: first }: Config, layer: number) =>
  used && layer >= (first ?? Number.POSITIVE_INFINITY);

const variants: Readonly<Record<string, Variant>> = {
  llama: {},
  mistral: { usual: { sliding_window: 4_096 }, windowed: () => true },
  mixtral: { windowed: () => true },
  qwen2: { qkvBias: true, windowed: lateLayers },
  qwen2_moe: { qkvBias: true, windowed: lateLayers },
  qwen3: { qkNorm: "shared", windowed: lateLayers },
  qwen3_moe: { qkNorm: "shared", windowed: lateLayers },
  qwen3_vl_text: { qkNorm: "shared" },
  qwen3_vl_moe_text: { qkNorm: "shared" },
  gemma2: {
    usual: { tie_word_embeddings: true, sliding_window: 4_096 },
    normsPerLayer: 4,
    windowed: (_, layer) => layer % 2 === 0,
  },
  gemma3_text: {
    usual: { tie_word_embeddings: true, vocab_size: 262_208, head_dim: 256, sliding_window: 4_096 },
    qkNorm: "shared",
    normsPerLayer: 4,
    windowed: ({ sliding_window_pattern: every }, layer) => (layer + 1) % (every ?? 6) !== 0,
  },
  minimax_m2: {
    qkNorm: "per-head",
    balanced: true,
    assumptions: ["modules that predict further tokens are not counted: the released files hold none"],
  },
  gpt_oss: {
    usual: { attention_bias: true, sliding_window: 128 },
    sinks: true,
    expertBias: true,
    windowed: (_, layer) => layer % 2 === 0,
  },
};

export const llama: Family = {
  modelTypes: Object.keys(variants),
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const { usual, normsPerLayer = 2, assumptions = [] } = variants[String(raw.model_type)]!;
    const config = parseConfig(Config, { ...usual, ...raw });
    const normElements = (normsPerLayer / 2) * config.hidden_size;
    const spans = Array.from({ length: config.num_hidden_layers }, (_, layer) => spanOf(config, layer));
    return languageModel(config, {
      attention: attentionName(config, spans),
      layers: spans.map((span, layer) => [
        norm(normElements),
        attentionBlock(config, span),
        norm(normElements),
        feedForwardBlock(config, layer),
      ]),
      assumptions,
    });
  },
};

function attentionBlock(config: Config, span: Attention["span"]): Attention {
  const { qkvBias, qkNorm, sinks } = variants[config.model_type]!;
  return {
    kind: "attention",
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    kvHeads: kvHeadsOf(config),
    headDim: headDimOf(config),
    span,
    qkvBias: qkvBias ?? config.attention_bias,
    outputBias: config.attention_bias,
    ...(qkNorm === undefined ? {} : { qkNorm }),
    sinks: sinks ?? false,
  };
}

const kvHeadsOf = (config: Config) => config.num_key_value_heads ?? config.num_attention_heads;

function headDimOf({ head_dim: headDim, hidden_size: hiddenSize, num_attention_heads: heads }: Config): number {
  if (headDim !== undefined) return headDim;
  if (hiddenSize % heads !== 0) throw unknownAttention(`with ${heads} heads in a hidden size of ${hiddenSize}`);
  return hiddenSize / heads;
}

function spanOf(config: Config, layer: number): Attention["span"] {
  const type = config.layer_types?.[layer];
  if (type !== undefined && type !== "full_attention" && type !== "sliding_attention") throw unknownAttention(type);
  const tokens = config.sliding_window ?? null;
  const windowed =
    type === undefined
      ? (variants[config.model_type]!.windowed?.(config, layer) ?? false)
      : type === "sliding_attention";
  if (windowed && type !== undefined && tokens === null) throw unknownAttention(`${type} without sliding_window`);
  return windowed && tokens !== null ? { kind: "window", tokens } : { kind: "all" };
}

function attentionName(config: Config, spans: readonly Attention["span"][]): string {
  const kvHeads = kvHeadsOf(config);
  const name = kvHeads === config.num_attention_heads ? "MHA" : kvHeads === 1 ? "MQA" : "GQA";
  const windows = spans.filter(({ kind }) => kind === "window").length;
  return windows === 0 ? name : `${name}, ${windows} of ${spans.length} layers in a window`;
}

function feedForwardBlock(config: Config, layer: number): Block {
  const { hidden_size: hiddenSize, intermediate_size: width } = config;
  const routed = config.num_local_experts ?? config.num_experts;
  const isSparse =
    routed !== undefined &&
    !config.mlp_only_layers?.includes(layer) &&
    (layer + 1) % (config.decoder_sparse_step ?? 1) === 0;
  if (!isSparse) {
    const { intermediate_size } = parseConfig(z.looseObject({ intermediate_size: count }), config);
    return { kind: "feed-forward", hiddenSize, width: intermediate_size, gated: true, bias: config.mlp_bias };
  }
  const { used, expertWidth } = parseConfig(z.looseObject({ used: count, expertWidth: count }), {
    model_type: config.model_type,
    used: config.num_experts_per_tok ?? config.experts_per_token,
    expertWidth: config.moe_intermediate_size ?? width,
  });
  const { expertBias = false, balanced = false } = variants[config.model_type]!;
  const sharedWidth = config.shared_expert_intermediate_size ?? 0;
  return {
    kind: "experts",
    hiddenSize,
    routed,
    used,
    width: expertWidth,
    gated: true,
    shared: sharedWidth === 0 ? null : { width: sharedWidth, gate: true },
    bias: expertBias,
    router: { weights: true, bias: expertBias || balanced },
  };
}
