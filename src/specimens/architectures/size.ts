/**
 * What the calibration specimens have in common, so that only the attention tells them apart. Every attention dimension
 * is a multiple of 64: below that llama.cpp's AVX-512 dot product of halves falls back to its scalar tail and the timings
 * would show that instead of the design.
 */
export const size = {
  layers: 4,
  width: 256,
  heads: 8,
  headDim: 64,
  feedForward: 512,
  contextTokens: 32_768,
} as const;

/** The indices of the layers. */
export const layers: readonly number[] = Array.from({ length: size.layers }, (_, layer) => layer);
