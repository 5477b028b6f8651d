/** Dimensions that every architecture has, whatever its attention. */
export interface Size {
  readonly vocabularySize: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  /** Width of a dense feed-forward network. */
  readonly feedForward: number;
  /** The longest context that the file declares. */
  readonly contextTokens: number;
}

/** The indices of the layers. */
export const layersOf = ({ layers }: Size): readonly number[] => Array.from({ length: layers }, (_, layer) => layer);
