/**
 * The layout of DeepSeek-V2 and V3: latent attention, dense layers first, then experts. Kimi K2, Moonlight, DeepSeek-V3.2
 * and GLM-5 use it too; the last two pick tokens with an indexer.
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock } from "../model.ts";
import { backbone, norm } from "./assemble.ts";
import { count, countOrZero, flag, layerCount, optional, parseConfig } from "./config.ts";
import type { Family } from "./family.ts";

const Config = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: layerCount,
  vocab_size: count,
  tie_word_embeddings: flag(false),
  num_attention_heads: count,
  q_lora_rank: optional(count),
  kv_lora_rank: count,
  qk_nope_head_dim: count,
  qk_rope_head_dim: countOrZero,
  v_head_dim: count,
  intermediate_size: count,
  moe_intermediate_size: optional(count),
  n_routed_experts: optional(count),
  n_shared_experts: optional(countOrZero),
  num_experts_per_tok: optional(count),
  first_k_dense_replace: optional(countOrZero),
  moe_layer_freq: optional(count),
  topk_method: optional(z.string()),
  index_n_heads: optional(count),
  index_head_dim: optional(count),
  index_topk: optional(count),
  num_nextn_predict_layers: optional(countOrZero),
  max_position_embeddings: optional(count),
});
type Config = z.output<typeof Config>;

export const deepseekV2: Family = {
  modelTypes: ["deepseek_v2", "deepseek_v3", "kimi_k2", "deepseek_v32", "glm_moe_dsa"],
  read(raw) {
    const config = parseConfig(Config, raw);
    const { hidden_size: hiddenSize, num_hidden_layers: layers } = config;
    const sparse = config.index_topk !== undefined;
    return {
      family: config.model_type,
      attention: sparse ? "MLA + DSA" : "MLA",
      hiddenSize,
      layers,
      vocabularySize: config.vocab_size,
      tiedEmbeddings: config.tie_word_embeddings,
      contextTokens: config.max_position_embeddings ?? null,
      blocks: [
        ...backbone({
          hiddenSize,
          vocabularySize: config.vocab_size,
          tiedEmbeddings: config.tie_word_embeddings,
          layers: Array.from({ length: layers }, (_, layer) => layerBlocks(config, layer)),
        }),
        ...predictionModules(config),
      ],
      cacheFormat: sparse ? "fp8-dsa" : "bf16",
      assumptions: [],
    };
  },
};

function layerBlocks(config: Config, layer: number): Block[] {
  const { hidden_size: hiddenSize } = config;
  return [
    norm(hiddenSize),
    {
      kind: "latent attention",
      hiddenSize,
      heads: config.num_attention_heads,
      queryRank: config.q_lora_rank ?? null,
      latentRank: config.kv_lora_rank,
      keyHeadDim: config.qk_nope_head_dim,
      rotaryDim: config.qk_rope_head_dim,
      valueHeadDim: config.v_head_dim,
      indexer:
        config.index_topk === undefined
          ? null
          : { heads: config.index_n_heads ?? 0, keyDim: config.index_head_dim ?? 0, topTokens: config.index_topk },
    },
    norm(hiddenSize),
    hasExperts(config, layer) ? expertBlock(config) : denseBlock(config),
  ];
}

const hasExperts = (config: Config, layer: number) =>
  config.n_routed_experts !== undefined &&
  layer >= (config.first_k_dense_replace ?? 0) &&
  layer % (config.moe_layer_freq ?? 1) === 0;

const denseBlock = (config: Config): Block => ({
  kind: "feed-forward",
  hiddenSize: config.hidden_size,
  width: config.intermediate_size,
  gated: true,
});

function expertBlock(config: Config): Block {
  const width = config.moe_intermediate_size ?? config.intermediate_size;
  const shared = config.n_shared_experts ?? 0;
  return {
    kind: "experts",
    hiddenSize: config.hidden_size,
    routed: config.n_routed_experts ?? 0,
    used: config.num_experts_per_tok ?? 0,
    width,
    gated: true,
    shared: shared === 0 ? null : { width: shared * width },
    router: { weights: true, bias: config.topk_method === "noaux_tc" },
  };
}

/**
 * Modules that predict further tokens: one layer of the model, and a projection that joins its input with the next
 * token's embedding. They share embedding and head with the backbone.
 *
 * @see DeepSeek-V3, arXiv:2412.19437, §2.2
 */
function predictionModules(config: Config): PlacedBlock[] {
  const { hidden_size: hiddenSize, num_hidden_layers: layers } = config;
  return Array.from({ length: config.num_nextn_predict_layers ?? 0 }, (_, module) => [
    { kind: "plain", part: "multi-token projection", parameters: 2 * hiddenSize * hiddenSize } as const,
    norm(3 * hiddenSize),
    ...layerBlocks(config, layers + module),
  ]).flatMap((blocks, module) =>
    blocks.map((block) => ({ scope: "multi-token prediction" as const, layer: layers + module, block })),
  );
}
