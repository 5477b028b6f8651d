/** The frame that families share: embedding, layers, last norm and head around the layers' own blocks. */
import type { Block } from "../blocks/index.ts";
import type { PlacedBlock } from "../model.ts";

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
