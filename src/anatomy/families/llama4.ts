/**
 * Llama 4: three of four layers attend within a chunk of the context, the others, without rotary positions, to all of it.
 * One routed expert of many beside a shared one, in every layer or every second.
 *
 * @see transformers, models/llama4: configuration_llama4.py for what a config leaves out, modeling_llama4.py for the weights
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import type { Span } from "../span.ts";
import { languageModel, norm } from "./assemble.ts";
import {
  count,
  eachLayer,
  flag,
  languageFields,
  layerIds,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
  withOuterTie,
} from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  ...languageFields,
  vocab_size: count.default(202_048),
  num_attention_heads: count,
  num_key_value_heads: count,
  head_dim: count.default(128),
  attention_bias: flag(false),
  attention_chunk_size: count.nullable().default(8_192),
  no_rope_layers: optional(eachLayer(z.int().min(0).max(1))),
  no_rope_layer_interval: count.default(4),
  layer_types: optional(eachLayer(z.string())),
  // Scales that change no number here.
  attn_temperature_tuning: z.unknown().optional(),
  attn_scale: z.unknown().optional(),
  intermediate_size: count,
  intermediate_size_mlp: count.default(16_384),
  num_local_experts: count.default(16),
  num_experts_per_tok: count.default(1),
  moe_layers: optional(layerIds),
  interleave_moe_layer_step: count.default(1),
});
type Config = z.output<typeof Config>;

export const llama4: Family = {
  modelTypes: ["llama4_text"],
  read(raw, outer) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, withOuterTie(raw, outer));
    const { hidden_size: hiddenSize, num_hidden_layers: layers } = config;
    const spans = Array.from({ length: layers }, (_, layer) => spanOf(config, layer));
    const chunked = spans.filter(({ kind }) => kind === "chunk").length;
    return languageModel(config, {
      attention: `GQA, ${chunked} of ${layers} layers in chunks`,
      layers: spans.map((span, layer) => [
        norm(2 * hiddenSize),
        {
          kind: "attention",
          hiddenSize,
          heads: config.num_attention_heads,
          kvHeads: config.num_key_value_heads,
          headDim: config.head_dim,
          span,
          qkvBias: config.attention_bias,
          outputBias: config.attention_bias,
        },
        feedForward(config, layer),
      ]),
    });
  },
};

type AttentionSpan = Extract<Span, { kind: "all" | "chunk" }>;

function spanOf(config: Config, layer: number): AttentionSpan {
  const { attention_chunk_size: tokens, no_rope_layers: rotated, no_rope_layer_interval: every } = config;
  const isRotated = rotated?.length ? rotated[layer] === 1 : (layer + 1) % every !== 0;
  const type = config.layer_types?.[layer] ?? (isRotated ? "chunked_attention" : "full_attention");
  if (type === "full_attention" || (type === "chunked_attention" && tokens === null)) return { kind: "all" };
  if (type !== "chunked_attention") throw unknownAttention(type);
  return { kind: "chunk", tokens: tokens! };
}

function feedForward(config: Config, layer: number): Block {
  const { hidden_size: hiddenSize, intermediate_size: width, interleave_moe_layer_step: every } = config;
  const hasExperts = config.moe_layers?.includes(layer) ?? (layer + 1) % every === 0;
  if (!hasExperts) return { kind: "feed-forward", hiddenSize, width: config.intermediate_size_mlp, gated: true };
  return {
    kind: "experts",
    hiddenSize,
    routed: config.num_local_experts,
    used: config.num_experts_per_tok,
    width,
    gated: true,
    shared: { width },
    router: { weights: true, bias: false },
  };
}
