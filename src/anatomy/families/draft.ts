/**
 * DSpark: draft layers that propose a block of tokens at once from the hidden states of some layers of the backbone, with a
 * small Markov chain over tokens and a head that judges the proposal. They read their window alone.
 *
 * @see DeepSeek-V4.1-Flash, arXiv:2609.19969, §2.5
 */
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock } from "../model.ts";
import { norm } from "./assemble.ts";
import { count, layerIds, optional } from "./config.ts";

export const DraftFields = {
  dspark_block_size: optional(count),
  dspark_markov_rank: optional(count),
  dspark_target_layer_ids: optional(layerIds),
} as const;

interface DraftConfig {
  readonly hidden_size: number;
  readonly vocab_size: number;
  readonly num_hidden_layers: number;
  readonly dspark_markov_rank?: number | undefined;
  readonly dspark_target_layer_ids?: readonly number[] | undefined;
}

/** The draft layers, their entry on the first and their heads on the last. */
export function draftModule(config: DraftConfig, length: number, layerBlocks: () => Block[]): PlacedBlock[] {
  const { hidden_size: hiddenSize, vocab_size: vocabularySize, num_hidden_layers: first } = config;
  const rank = config.dspark_markov_rank ?? 0;
  const targets = config.dspark_target_layer_ids?.length ?? 0;
  const table = vocabularySize * rank;
  const entry: Block[] = [
    norm(hiddenSize),
    { kind: "plain", part: "multi-token projection", parameters: targets * hiddenSize * hiddenSize },
  ];
  const heads: Block[] = [
    norm(hiddenSize),
    { kind: "plain", part: "embedding", parameters: table },
    { kind: "plain", part: "output head", parameters: table + (hiddenSize + rank) },
  ];
  const layers = Array.from({ length }, (_, index) => [
    ...(index === 0 ? entry : []),
    ...layerBlocks(),
    ...(index === length - 1 ? heads : []),
  ]);
  return layers.flatMap((blocks, index) => blocks.map((block) => ({ scope: "draft", layer: first + index, block })));
}
