/** The frame that families share: embedding, layers, last norm and head around the layers' own blocks. */
import type { Block } from "../blocks/index.ts";
import type { ModelShape, PlacedBlock } from "../model.ts";

export interface Frame {
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly tiedEmbeddings: boolean;
  /** Elements of one norm: the hidden size for a gain, twice that with a bias, 0 where norms have no weights. */
  readonly normElements?: number;
  /** The blocks of each layer, in order; a layer may have none. */
  readonly layers: readonly (readonly Block[])[];
}

/** The backbone's blocks: embedding, layers, last norm, and a head where it is not the embedding. */
export function backbone(frame: Frame): PlacedBlock[] {
  const { hiddenSize, vocabularySize, tiedEmbeddings } = frame;
  const table = vocabularySize * hiddenSize;
  const own = (block: Block): PlacedBlock => ({ scope: "backbone", layer: null, block });
  return [
    own({ kind: "plain", part: "embedding", parameters: table }),
    ...frame.layers.flatMap((blocks, layer) => blocks.map((block) => ({ scope: "backbone" as const, layer, block }))),
    own(norm(frame.normElements ?? hiddenSize)),
    ...(tiedEmbeddings ? [] : [own({ kind: "plain", part: "output head", parameters: table })]),
  ];
}

export const norm = (elements: number): Block => ({ kind: "plain", part: "norms", parameters: elements });

interface LanguageConfig {
  readonly model_type: string;
  readonly hidden_size: number;
  readonly vocab_size: number;
  readonly tie_word_embeddings: boolean;
  readonly max_position_embeddings?: number | undefined;
}

/** What a family says of a model beyond the fields that all configs have. */
interface Inside {
  readonly attention: string;
  /** The blocks of each layer, in order. */
  readonly layers: readonly (readonly Block[])[];
  /** Beside the backbone's frame, or behind it. */
  readonly further?: readonly PlacedBlock[];
  /** "bf16" where left out. */
  readonly cacheFormat?: string;
  readonly assumptions?: readonly string[];
}

/** The shape of a language model: its layers in their frame. */
export function languageModel(config: LanguageConfig, inside: Inside): Omit<ModelShape, "storage"> {
  const { hidden_size: hiddenSize, vocab_size: vocabularySize, tie_word_embeddings: tiedEmbeddings } = config;
  const { attention, layers, further = [], cacheFormat = "bf16", assumptions = [] } = inside;
  return {
    family: config.model_type,
    attention,
    hiddenSize,
    layers: layers.length,
    vocabularySize,
    tiedEmbeddings,
    contextTokens: config.max_position_embeddings ?? null,
    blocks: [...backbone({ hiddenSize, vocabularySize, tiedEmbeddings, layers }), ...further],
    cacheFormat,
    assumptions,
  };
}
