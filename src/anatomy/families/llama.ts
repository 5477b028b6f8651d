/**
 * The layout of Llama: grouped-query attention and a gated feed-forward network, each behind a norm. Mistral, Mixtral and
 * the Qwen line up to 3 differ in a few fields.
 *
 * @see transformers, models/{llama,mistral,mixtral,qwen2,qwen2_moe,qwen3,qwen3_moe}/configuration_*.py and modeling_*.py
 */
import { z } from "zod";
import type { Attention } from "../blocks/attention.ts";
import type { Block } from "../blocks/index.ts";
import { backbone, norm } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  flag,
  layerCount,
  layerIds,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: layerCount,
  vocab_size: count,
  tie_word_embeddings: flag(false),
  num_attention_heads: count,
  num_key_value_heads: optional(count),
  head_dim: optional(count),
  attention_bias: flag(false),
  mlp_bias: flag(false),
  intermediate_size: optional(count),
  max_position_embeddings: optional(count),
  sliding_window: z.int().min(1).max(1e9).nullish(),
  use_sliding_window: flag(false),
  max_window_layers: optional(countOrZero),
  layer_types: optional(eachLayer(z.string())),
  num_local_experts: optional(count),
  num_experts: optional(count),
  num_experts_per_tok: optional(count),
  moe_intermediate_size: optional(count),
  shared_expert_intermediate_size: optional(countOrZero),
  decoder_sparse_step: optional(count),
  mlp_only_layers: optional(layerIds),
});
type Config = z.output<typeof Config>;

/** In what a model of the family differs from Llama. */
interface Variant {
  /** Biases on queries, keys and values whatever the config says; Llama's are with `attention_bias`, on the output too. */
  readonly qkvBias?: boolean;
  readonly qkNorm?: Attention["qkNorm"];
  /**
   * Which layers read a window: all as soon as there is one (Mistral), or those from `max_window_layers` on where
   * `use_sliding_window` says so (Qwen). Llama has none.
   */
  readonly window?: "all layers" | "late layers";
  /** Where a config leaves `sliding_window` out. */
  readonly usualWindow?: number;
}

const variants: Readonly<Record<string, Variant>> = {
  llama: {},
  mistral: { window: "all layers", usualWindow: 4_096 },
  mixtral: { window: "all layers" },
  qwen2: { qkvBias: true, window: "late layers" },
  qwen2_moe: { qkvBias: true, window: "late layers" },
  qwen3: { qkNorm: "shared", window: "late layers" },
  qwen3_moe: { qkNorm: "shared", window: "late layers" },
};

export const llama: Family = {
  modelTypes: Object.keys(variants),
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, raw);
    const { hidden_size: hiddenSize, num_hidden_layers: layers, vocab_size: vocabularySize } = config;
    const spans = Array.from({ length: layers }, (_, layer) => spanOf(config, layer));
    return {
      family: config.model_type,
      attention: attentionName(config, spans),
      hiddenSize,
      layers,
      vocabularySize,
      tiedEmbeddings: config.tie_word_embeddings,
      contextTokens: config.max_position_embeddings ?? null,
      blocks: backbone({
        hiddenSize,
        vocabularySize,
        tiedEmbeddings: config.tie_word_embeddings,
        layers: spans.map((span, layer) => [
          norm(hiddenSize),
          attentionBlock(config, span),
          norm(hiddenSize),
          feedForwardBlock(config, layer),
        ]),
      }),
      cacheFormat: "bf16",
      assumptions: [],
    };
  },
};

function attentionBlock(config: Config, span: Attention["span"]): Attention {
  const { qkvBias, qkNorm } = variants[config.model_type]!;
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
  };
}

const kvHeadsOf = (config: Config) => config.num_key_value_heads ?? config.num_attention_heads;

function headDimOf({ head_dim: headDim, hidden_size: hiddenSize, num_attention_heads: heads }: Config): number {
  if (headDim !== undefined) return headDim;
  if (hiddenSize % heads !== 0) throw unknownAttention(`with ${heads} heads in a hidden size of ${hiddenSize}`);
  return hiddenSize / heads;
}

function spanOf(config: Config, layer: number): Attention["span"] {
  const { window, usualWindow } = variants[config.model_type]!;
  const tokens = config.sliding_window === undefined ? usualWindow : (config.sliding_window ?? undefined);
  const type = config.layer_types?.[layer];
  if (type !== undefined && type !== "full_attention" && type !== "sliding_attention") throw unknownAttention(type);
  const isWindowed =
    type === undefined
      ? window === "all layers" ||
        (window === "late layers" &&
          config.use_sliding_window &&
          layer >= (config.max_window_layers ?? Number.POSITIVE_INFINITY))
      : type === "sliding_attention";
  if (isWindowed && type !== undefined && tokens === undefined)
    throw unknownAttention(`${type} without sliding_window`);
  return isWindowed && tokens !== undefined ? { kind: "window", tokens } : { kind: "all" };
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
    used: config.num_experts_per_tok,
    expertWidth: config.moe_intermediate_size ?? width,
  });
  const sharedWidth = config.shared_expert_intermediate_size ?? 0;
  return {
    kind: "experts",
    hiddenSize,
    routed,
    used,
    width: expertWidth,
    gated: true,
    shared: sharedWidth === 0 ? null : { width: sharedWidth, gate: true },
    router: { weights: true, bias: false },
  };
}
