/**
 * DeepSeek-V4: every layer reads a window of raw tokens; most also read the context compressed, 4 tokens to one entry that
 * an indexer picks (CSA) or 128 to one (HCA). Experts in every layer, those of the first few named by a table from the
 * token, and hyper-connections for four residual streams. V4.1 is built from the same layers.
 *
 * @see DeepSeek-V4, arXiv:2606.19348, §2
 */
import { z } from "zod";
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock, Scope } from "../model.ts";
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
import { DraftFields, draftModule } from "./draft.ts";
import type { Family } from "./family.ts";

/** The fields that V4 and V4.1 have in common. */
export const CompressedLayers = z.looseObject({
  ...languageFields,
  num_attention_heads: count,
  num_key_value_heads: z.literal(1).nullish(),
  attention_bias: z.literal(false).nullish(),
  head_dim: count,
  qk_rope_head_dim: countOrZero,
  q_lora_rank: count,
  o_lora_rank: count,
  o_groups: count,
  sliding_window: count,
  compress_rope_theta: z.unknown().optional(),
  index_n_heads: count,
  index_head_dim: count,
  index_topk: count,
  moe_intermediate_size: count,
  n_routed_experts: count,
  num_experts_per_tok: count,
  n_shared_experts: optional(countOrZero),
  hc_mult: count,
  num_nextn_predict_layers: optional(moduleCount),
});
export type CompressedLayers = z.output<typeof CompressedLayers>;

const Config = CompressedLayers.extend({
  compress_ratios: optional(eachLayer(countOrZero)),
  layer_types: optional(eachLayer(z.string())),
  compress_rates: optional(z.record(z.string(), count)),
  num_hash_layers: optional(countOrZero),
  mlp_layer_types: optional(eachLayer(z.enum(["hash_moe", "moe"]))),
  ...DraftFields,
});
type Config = z.output<typeof Config>;

export const deepseekV4: Family = {
  modelTypes: ["deepseek_v4"],
  read(raw) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, raw);
    const kinds = Array.from({ length: config.num_hidden_layers }, (_, layer) => kindOf(config, layer));
    return languageModel(config, {
      attention: `${countOf(kinds, "CSA")} CSA + ${countOf(kinds, "HCA")} HCA, window of ${config.sliding_window}`,
      layers: kinds.map((kind, layer) => [
        ...compressedAttention(config, kind),
        ...layerRest(config, { tableEntries: isHashed(config, layer) ? tableEntries(config) : 0 }),
      ]),
      further: [{ scope: "backbone", layer: null, block: streamHead(config) }, ...furtherTokens(config)],
      cacheFormat: "fp8-fp4-v4",
    });
  },
};

/** How a layer reads its context beside the window; `ratio` tokens make an entry. */
interface Kind {
  readonly name: "window" | "CSA" | "HCA";
  readonly ratio: number;
}

const kindNames: Readonly<Record<string, Kind["name"]>> = {
  sliding_attention: "window",
  compressed_sparse_attention: "CSA",
  heavily_compressed_attention: "HCA",
};
const ratios: Readonly<Record<number, Kind["name"]>> = { 0: "window", 4: "CSA", 128: "HCA" };
const ratioOf = { window: 0, CSA: 4, HCA: 128 } as const;

/** The released configs give a ratio for each layer, those of Transformers a name for each layer and a ratio for each name. */
function kindOf(config: Config, layer: number): Kind {
  const type = config.layer_types?.[layer];
  const ratio = config.compress_ratios?.[layer];
  if (type !== undefined) {
    const name = kindNames[type];
    if (name === undefined) throw unknownAttention(`${type} of layer ${layer}`);
    return { name, ratio: config.compress_rates?.[type] ?? ratioOf[name] };
  }
  const name = ratio === undefined ? undefined : ratios[ratio];
  if (ratio === undefined || name === undefined)
    throw unknownAttention(`with compress ratio ${ratio ?? "unknown"} in layer ${layer}`);
  return { name, ratio };
}

const countOf = (kinds: readonly Kind[], name: Kind["name"]) => kinds.filter((kind) => kind.name === name).length;

const isHashed = (config: Config, layer: number) =>
  config.mlp_layer_types?.[layer] === "hash_moe" || layer < (config.num_hash_layers ?? 0);

/** The experts of every token of the vocabulary. */
const tableEntries = (config: Config) => config.vocab_size * config.num_experts_per_tok;

function compressedAttention(config: Config, { name, ratio }: Kind): Block[] {
  const { index_n_heads: heads, index_head_dim: keyDim } = config;
  if (name === "window") return [attention(config, null)];
  const sparse = name === "CSA";
  return [
    {
      kind: "compressor",
      hiddenSize: config.hidden_size,
      ratio,
      overlap: sparse,
      positions: true,
      entryDim: config.head_dim,
      rotaryDim: config.qk_rope_head_dim,
      indexKeys: sparse ? { dim: keyDim, from: "tokens" } : null,
    },
    attention(config, {
      ratio,
      picks: sparse ? config.index_topk : null,
      indexer: sparse ? { heads, keyDim, candidates: null } : null,
    }),
  ];
}

/** Attention over the window and over compressed entries, where there are some. */
export function attention(
  config: CompressedLayers,
  entries: Extract<Block, { kind: "compressed attention" }>["entries"],
): Block {
  return {
    kind: "compressed attention",
    hiddenSize: config.hidden_size,
    heads: config.num_attention_heads,
    headDim: config.head_dim,
    rotaryDim: config.qk_rope_head_dim,
    queryRank: config.q_lora_rank,
    output: { groups: config.o_groups, rank: config.o_lora_rank },
    windowTokens: config.sliding_window,
    entries,
  };
}

/** What a layer has beside its attention: two norms, hyper-connections, experts. */
export function layerRest(
  config: CompressedLayers,
  {
    routed = config.n_routed_experts,
    used = config.num_experts_per_tok,
    tableEntries = 0,
  }: { readonly routed?: number; readonly used?: number; readonly tableEntries?: number } = {},
): Block[] {
  const { hidden_size: hiddenSize, hc_mult: streams, moe_intermediate_size: width } = config;
  const shared = config.n_shared_experts ?? 0;
  const coefficients = (2 + streams) * streams;
  return [
    norm(2 * hiddenSize),
    // Before attention and before the experts: weights to read, write and mix the streams, their biases and three scales.
    { kind: "plain", part: "residual mixing", parameters: 2 * (coefficients * (streams * hiddenSize + 1) + 3) },
    {
      kind: "experts",
      hiddenSize,
      routed,
      used,
      width,
      gated: true,
      shared: shared === 0 ? null : { width: shared * width },
      router: { weights: true, bias: tableEntries === 0, ...(tableEntries > 0 && { tableEntries }) },
    },
  ];
}

/** The residual streams joined before the output head. */
export const streamHead = ({ hidden_size: hiddenSize, hc_mult: streams }: CompressedLayers): Block => ({
  kind: "plain",
  part: "residual mixing",
  parameters: streams * (streams * hiddenSize + 1) + 1,
});

/** Prediction modules, or the draft layers that later checkpoints have in their place. */
function furtherTokens(config: Config): PlacedBlock[] {
  const { hidden_size: hiddenSize, num_hidden_layers: layers } = config;
  if (config.dspark_block_size !== undefined) {
    const length = (config.compress_ratios?.length ?? layers) - layers;
    return [
      ...draftModule(config, length, () => [attention(config, null), ...layerRest(config)]),
      { scope: "draft", layer: null, block: streamHead(config) },
    ];
  }
  const place = (scope: Scope, layer: number) => (block: Block) => ({ scope, layer, block });
  return Array.from({ length: config.num_nextn_predict_layers ?? 0 }, (_, module) => layers + module).flatMap((layer) =>
    [
      { kind: "plain", part: "multi-token projection", parameters: 2 * hiddenSize * hiddenSize } as const,
      norm(3 * hiddenSize),
      streamHead(config),
      ...compressedAttention(config, config.layer_types ? { name: "window", ratio: 0 } : kindOf(config, layer)),
      ...layerRest(config),
    ].map(place("multi-token prediction", layer)),
  );
}
