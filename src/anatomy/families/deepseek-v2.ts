/**
 * The layout of DeepSeek-V2 and V3: latent attention, dense layers first, then experts. Kimi K2, Moonlight, DeepSeek-V3.2
 * and GLM-5 use it too; the last two pick tokens with an indexer.
 *
 * A GGUF holds the up-projection of the latent split in two, and an FP8 checkpoint block scales beside the weights: neither
 * changes a count.
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import type { Indexer } from "../blocks/latent-attention.ts";
import type { PlacedBlock } from "../model.ts";
import { languageModel, norm } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  languageFields,
  moduleCount,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import type { Family } from "./family.ts";

const Experts = z.object({
  n_routed_experts: count,
  num_experts_per_tok: count,
  moe_intermediate_size: count,
  n_shared_experts: optional(countOrZero),
  first_k_dense_replace: optional(countOrZero),
  moe_layer_freq: optional(count),
});

const Config = z.looseObject({
  ...languageFields,
  num_attention_heads: count,
  attention_bias: z.literal(false).nullish(),
  q_lora_rank: optional(count),
  kv_lora_rank: count,
  qk_nope_head_dim: count,
  qk_rope_head_dim: countOrZero,
  v_head_dim: count,
  intermediate_size: count,
  n_routed_experts: optional(count),
  topk_method: optional(z.string()),
  layer_types: optional(eachLayer(z.string())),
  mlp_layer_types: optional(eachLayer(z.enum(["dense", "sparse"]))),
  index_n_heads: optional(count),
  index_head_dim: optional(count),
  index_topk: optional(count),
  indexer_types: optional(eachLayer(z.string())),
  index_topk_freq: optional(count),
  index_skip_topk_offset: optional(countOrZero),
  index_share_for_mtp_iteration: optional(z.boolean()),
  indexer_rope_interleave: optional(z.boolean()),
  num_nextn_predict_layers: optional(moduleCount),
});
type Config = z.output<typeof Config> & { readonly experts: z.output<typeof Experts> | null };

export const deepseekV2: Family = {
  modelTypes: ["deepseek_v2", "deepseek_v3", "kimi_k2", "deepseek_v32", "glm_moe_dsa"],
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const parsed = parseConfig(Config, raw);
    const config = { ...parsed, experts: parsed.n_routed_experts === undefined ? null : parseConfig(Experts, raw) };
    const sparse = config.index_topk !== undefined;
    const other = config.layer_types?.find((type) => !sparse || type !== "deepseek_sparse_attention");
    if (other !== undefined) throw unknownAttention(other);
    return languageModel(config, {
      attention: sparse ? "MLA + DSA" : "MLA",
      layers: Array.from({ length: config.num_hidden_layers }, (_, layer) => layerBlocks(config, layer)),
      further: predictionModules(config),
      cacheFormat: sparse ? "fp8-dsa" : "bf16",
    });
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
      indexer: indexerOf(config, layer),
    },
    norm(hiddenSize),
    feedForward(config, layer),
  ];
}

/** Layers beyond the list are prediction modules; theirs have an indexer of their own. */
function indexerOf(config: Config, layer: number): Indexer | null {
  const { index_topk: topTokens, index_n_heads: heads, index_head_dim: keyDim, indexer_types: types } = config;
  if (topTokens === undefined) return null;
  if (heads === undefined || keyDim === undefined)
    throw unknownAttention("DSA without index_n_heads or index_head_dim");
  if (types === undefined && (config.index_topk_freq ?? 1) > 1)
    throw unknownAttention("DSA with index_topk_freq and no indexer_types");
  const type = types?.[layer] ?? (layer < config.num_hidden_layers && types ? "without a name" : "full");
  if ((type !== "full" && type !== "shared") || (type === "shared" && layer === 0))
    throw unknownAttention(`DSA whose indexer of layer ${layer} is ${type}`);
  return { heads, keyDim, topTokens, shared: type === "shared" };
}

function feedForward(config: Config, layer: number): Block {
  const { hidden_size: hiddenSize, experts } = config;
  if (experts === null || isDense(config, layer))
    return { kind: "feed-forward", hiddenSize, width: config.intermediate_size, gated: true };
  const shared = experts.n_shared_experts ?? 0;
  return {
    kind: "experts",
    hiddenSize,
    routed: experts.n_routed_experts,
    used: experts.num_experts_per_tok,
    width: experts.moe_intermediate_size,
    gated: true,
    shared: shared === 0 ? null : { width: shared * experts.moe_intermediate_size },
    // V3's router has a bias for balance; V2's only where its configs would say so.
    router: { weights: true, bias: config.model_type !== "deepseek_v2" || config.topk_method === "noaux_tc" },
  };
}

function isDense({ experts, mlp_layer_types: types }: Config, layer: number): boolean {
  const type = types?.[layer];
  if (type !== undefined) return type === "dense";
  return layer < (experts?.first_k_dense_replace ?? 0) || layer % (experts?.moe_layer_freq ?? 1) !== 0;
}

/**
 * Modules that predict further tokens: one layer of the model, and a projection that joins its input with the next
 * token's embedding. They share embedding and head with the backbone; DeepSeek's checkpoints store both again, GLM's not.
 *
 * @see DeepSeek-V3, arXiv:2412.19437, §2.2, and README_WEIGHTS.md in its repository
 */
function predictionModules(config: Config): PlacedBlock[] {
  const { hidden_size: hiddenSize, num_hidden_layers: layers, vocab_size: vocabularySize } = config;
  const table = vocabularySize * hiddenSize;
  const copied = config.model_type.startsWith("deepseek") ? (["embedding", "output head"] as const) : [];
  return Array.from({ length: config.num_nextn_predict_layers ?? 0 }, (_, module) => layers + module).flatMap(
    (layer): PlacedBlock[] => [
      ...[
        { kind: "plain", part: "multi-token projection", parameters: 2 * hiddenSize * hiddenSize } as const,
        norm(3 * hiddenSize),
        ...layerBlocks(config, layer),
      ].map((block) => ({ scope: "multi-token prediction" as const, layer, block })),
      ...copied.map((part) => ({
        scope: "second copies" as const,
        layer,
        block: { kind: "plain", part, parameters: table } as const,
      })),
    ],
  );
}
