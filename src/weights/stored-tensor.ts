/** A tensor as a file's header describes it, whatever the format. */
export interface StoredTensor {
  readonly name: string;
  /** Outermost dimension first; of packed weights, the shape of what is packed in. */
  readonly shape: readonly number[];
  /** The format's own name: `BF16`, `F8_E4M3`, `I32`; in GGUF `Q4_K`, `F16`. */
  readonly dtype: string;
  readonly storedBytes: number;
  /** Name of the file that holds it. */
  readonly file: string;
}

/** Elements of a shape; null where they are beyond the integers that a double holds. */
export function elementsOf(shape: readonly number[]): number | null {
  const elements = shape.reduce((product, size) => product * size, 1);
  // A zero further on would hide an overflow.
  return shape.includes(0) ? 0 : Number.isSafeInteger(elements) ? elements : null;
}
