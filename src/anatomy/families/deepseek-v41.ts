/**
 * DeepSeek-V4.1: V4's layers, of which few compress: the others read the entries of the last layer that did, and many take
 * the picks of another layer's indexer too. The layers from the last such source on take their entries from the hidden state
 * that enters it, so a prompt passes only through the layers before; the rest runs over the prompt's last window. Two layers
 * look up n-grams (Engram); a draft module (DSpark) proposes tokens.
 *
 * @see DeepSeek-V4.1-Flash, arXiv:2609.19969, §2
 */
import { z } from "zod";
import type { CompressedEntries } from "../blocks/compressed-attention.ts";
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock } from "../model.ts";
import { languageModel } from "./assemble.ts";
import {
  count,
  countOrZero,
  eachLayer,
  layerIds,
  optional,
  parseConfig,
  refuseUnknownAttention,
  unknownAttention,
} from "./config.ts";
import { attention, CompressedLayers, layerRest } from "./deepseek-v4.ts";
import { DraftFields, draftModule } from "./draft.ts";
import type { Family } from "./family.ts";

const Config = CompressedLayers.extend({
  compress_ratios: eachLayer(countOrZero),
  kv_source_layer_ids: layerIds,
  index_source_layer_ids: layerIds,
  candidate_source_layer_id: optional(z.int().min(-1)),
  candidate_topk_blocks: optional(count),
  candidate_block_size: optional(count),
  engram_layer_ids: optional(layerIds),
  engram_num_embeddings: optional(z.array(count).max(1_000)),
  engram_max_ngram_size: optional(count),
  engram_n_heads: optional(count),
  engram_head_dim: optional(count),
  ...DraftFields,
  dspark_n_routed_experts: optional(count),
  dspark_num_experts_per_tok: optional(count),
  // Of the hash, named so that it is not taken for another attention.
  engram_compressed_vocab_size: z.unknown().optional(),
});
type Config = z.output<typeof Config>;

export const deepseekV41: Family = {
  modelTypes: ["deepseek_v41", "deepseek_v41_text"],
  read(raw, outer) {
    refuseUnknownAttention(raw, Config);
    const config = parseConfig(Config, raw);
    const seesImages = outer.vision_config !== undefined && outer.vision_config !== null;
    const draft = draftOf(config, seesImages);
    const decoder = Math.max(...config.kv_source_layer_ids);
    const shape = languageModel(config, {
      attention: `CSA over ${config.kv_source_layer_ids.length} shared sources, window of ${config.sliding_window}`,
      layers: Array.from({ length: config.num_hidden_layers }, (_, layer) => [
        ...sourceOf(config, layer),
        attention(config, entriesOf(config, layer)),
        ...restOf(config, seesImages),
      ]),
      cacheFormat: "fp4-v41",
      assumptions: [
        `layers ${decoder} to ${config.num_hidden_layers - 1} run over the last ${config.sliding_window} tokens of a prompt only`,
        ...draft.assumptions,
      ],
    });
    const blocks = shape.blocks.map((placed) =>
      placed.layer !== null && placed.layer >= decoder && placed.block.kind !== "compressor"
        ? { ...placed, promptTokens: config.sliding_window }
        : placed,
    );
    return { ...shape, family: "deepseek_v41", blocks: [...blocks, ...engram(config), ...draft.blocks] };
  },
};

/** The layer whose entries a layer reads: the last source up to it. */
function sourceFor(config: Config, layer: number): number {
  const source = config.kv_source_layer_ids.filter((id) => id <= layer).at(-1);
  const ratio = config.compress_ratios[layer];
  if (source === undefined || config.compress_ratios[source] !== ratio)
    throw unknownAttention(`with compress ratio ${ratio ?? "unknown"} and no source for layer ${layer}`);
  return source;
}

function sourceOf(config: Config, layer: number): Block[] {
  const ratio = config.compress_ratios[layer] ?? 0;
  if (!config.kv_source_layer_ids.includes(layer)) return [];
  if (ratio === 0) throw unknownAttention(`without a compress ratio in source layer ${layer}`);
  return [
    {
      kind: "compressor",
      hiddenSize: config.hidden_size,
      ratio,
      overlap: false,
      positions: false,
      entryDim: config.head_dim,
      rotaryDim: config.qk_rope_head_dim,
      indexKeys: { dim: config.index_head_dim, from: "entries" },
    },
  ];
}

function entriesOf(config: Config, layer: number): CompressedEntries | null {
  const ratio = config.compress_ratios[layer];
  if (ratio === 0) return null;
  const source = sourceFor(config, layer);
  const isIndexer = config.index_source_layer_ids.includes(layer);
  const indexer = config.index_source_layer_ids.filter((id) => id <= layer).at(-1) ?? -1;
  if (indexer < source) throw unknownAttention(`without an indexer for layer ${layer}`);
  const { index_n_heads: heads, index_head_dim: keyDim } = config;
  return {
    ratio: ratio!,
    picks: config.index_topk,
    indexer: isIndexer ? { heads, keyDim, candidates: candidatesOf(config, layer) } : null,
  };
}

/** Indexers behind the candidates' source score only what it chose. */
function candidatesOf(config: Config, layer: number): number | null {
  const { candidate_source_layer_id: source = -1, candidate_topk_blocks: blocks, candidate_block_size: size } = config;
  if (source < 0 || layer <= source) return null;
  if (blocks === undefined || size === undefined) throw unknownAttention("candidates of unknown number");
  return blocks * size;
}

/** Images have a bias of their own in every router. */
const restOf = (config: Config, seesImages: boolean, experts: { routed?: number; used?: number } = {}): Block[] => [
  ...layerRest(config, experts),
  ...(seesImages
    ? [{ kind: "plain", part: "router", parameters: experts.routed ?? config.n_routed_experts } as const]
    : []),
];

/**
 * Tables of n-gram embeddings, and the projection of the rows that a position looks up: one key for each residual stream
 * and one value, with gains for streams and keys.
 *
 * @see DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.4
 */
function engram(config: Config): PlacedBlock[] {
  const { hidden_size: hiddenSize, hc_mult: streams, engram_layer_ids: layers = [] } = config;
  return layers.flatMap((layer, index): PlacedBlock[] => {
    const rows = config.engram_num_embeddings?.[index];
    const { engram_max_ngram_size: longest, engram_n_heads: heads, engram_head_dim: dim } = config;
    if (rows === undefined || longest === undefined || heads === undefined || dim === undefined)
      throw unknownAttention(`Engram of layer ${layer} without its sizes`);
    const looked = (longest - 1) * heads * dim;
    const projection = looked * hiddenSize * (streams + 1) + 2 * streams * hiddenSize;
    const table = {
      part: "engram tables",
      parameters: rows * dim,
      activeParameters: Math.min(looked, rows * dim),
    } as const;
    return [
      { scope: "engram", layer, block: { kind: "plain", ...table } },
      { scope: "engram", layer, block: { kind: "plain", part: "engram projections", parameters: projection } },
    ];
  });
}

function draftOf(config: Config, seesImages: boolean): { blocks: PlacedBlock[]; assumptions: string[] } {
  const { dspark_n_routed_experts: routed, dspark_num_experts_per_tok: used } = config;
  const length = config.num_nextn_predict_layers ?? 0;
  if (length === 0) return { blocks: [], assumptions: [] };
  const known = routed && used && config.dspark_markov_rank && config.dspark_target_layer_ids;
  if (!known)
    return { blocks: [], assumptions: [`${length} draft layers are not counted: the config lacks their sizes`] };
  const layerBlocks = () => [attention(config, null), ...restOf(config, seesImages, { routed, used })];
  return { blocks: draftModule(config, length, layerBlocks), assumptions: [] };
}
