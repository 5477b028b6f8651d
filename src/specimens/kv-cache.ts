/**
 * What the KV cache of each calibration specimen must take, from its dimensions alone. The tests hold llama.cpp's real
 * cache to these numbers to the byte.
 */

import { compressed } from "./architectures/deepseek4.ts";
import { indexer } from "./architectures/deepseek32.ts";
import { slidingWindow } from "./architectures/gemma3.ts";
import { deltaAttention } from "./architectures/kimi-linear.ts";
import { latent } from "./architectures/latent-attention.ts";
import { size } from "./architectures/size.ts";

export interface KvCacheFormula {
  /** Bytes by which one more token makes the cache grow, once the fixed windows are full. */
  readonly bytesPerToken: number;
  /** Bytes of a sequence that do not grow with it: windows of raw tokens, recurrent and compressor states. */
  readonly fixedBytes: number;
  /** `bytesPerToken` in words and numbers; b stands for the bytes of a value. */
  readonly formula: string;
  readonly source: string;
  /**
   * Bytes a token that a saved llama.cpp state holds besides the cache: the token's id (4), and its position, sequence
   * count and sequence id (12) once for each cache that spans the context (`llama_kv_cache::state_write_meta`).
   */
  readonly stateFileBytesPerToken: number;
}

/** @param kvBytesPerValue  2 for f16, 17/16 for q8_0 (34 bytes for 32 values) */
export type KvCacheOf = (kvBytesPerValue: number) => KvCacheFormula;

const { layers, heads, headDim } = size;
const floatBytes = 4;
const oneCache = 16;
const twoCaches = 28;
const latentValues = latent.kvRank + latent.ropeDim;

/** K and V of every KV head in every layer. */
export const groupedKvCache =
  (kvHeads: number, source: string): KvCacheOf =>
  (kvBytesPerValue) => ({
    bytesPerToken: layers * 2 * kvHeads * headDim * kvBytesPerValue,
    fixedBytes: 0,
    formula: `layers · 2 · kvHeads · headDim · b = ${layers} · 2 · ${kvHeads} · ${headDim} · b`,
    source,
    stateFileBytesPerToken: oneCache,
  });

/** One latent and one rotated key a layer; no V, which is read out of the latent. */
export const latentKvCache: KvCacheOf = (kvBytesPerValue) => ({
  bytesPerToken: layers * latentValues * kvBytesPerValue,
  fixedBytes: 0,
  formula: `layers · (kvRank + ropeDim) · b = ${layers} · (${latent.kvRank} + ${latent.ropeDim}) · b`,
  source: "DeepSeek-V2, arXiv:2405.04434, §2.1 and Table 1",
  stateFileBytesPerToken: oneCache,
});

/** The latent cache, and the indexer's key in a second cache of its own. */
export const sparseKvCache: KvCacheOf = (kvBytesPerValue) => ({
  bytesPerToken: layers * (latentValues + indexer.keyDim) * kvBytesPerValue,
  fixedBytes: 0,
  formula:
    "layers · (kvRank + ropeDim + indexerKeyDim) · b = " +
    `${layers} · (${latent.kvRank} + ${latent.ropeDim} + ${indexer.keyDim}) · b`,
  source: "DeepSeek-V3.2, arXiv:2512.02556, §2.1",
  stateFileBytesPerToken: twoCaches,
});

/**
 * One entry for 4 tokens (with an indexer key) in a CSA layer, one for 128 in an HCA layer. Fixed: the raw window of
 * every layer, and the tokens that wait to be compressed, as float32 values and gates (CSA's windows overlap: twice as
 * many, twice as wide).
 */
export const compressedKvCache: KvCacheOf = (kvBytesPerValue) => {
  const layersOf = (ratio: number) => compressed.ratios.filter((layerRatio) => layerRatio === ratio).length;
  const { csaRatio, hcaRatio } = compressed;
  const csaLayers = layersOf(csaRatio);
  const hcaLayers = layersOf(hcaRatio);
  const windowBytes = layers * compressed.windowTokens * headDim * kvBytesPerValue;
  const waitingValues =
    csaLayers * (2 * csaRatio) * (2 * (headDim + indexer.keyDim)) * 2 + hcaLayers * hcaRatio * headDim * 2;
  return {
    bytesPerToken:
      ((csaLayers * (headDim + indexer.keyDim)) / csaRatio + (hcaLayers * headDim) / hcaRatio) * kvBytesPerValue,
    fixedBytes: windowBytes + waitingValues * floatBytes,
    formula:
      "(csaLayers · (headDim + indexerKeyDim) / 4 + hcaLayers · headDim / 128) · b = " +
      `(${csaLayers} · (${headDim} + ${indexer.keyDim}) / 4 + ${hcaLayers} · ${headDim} / 128) · b`,
    source: "DeepSeek-V4, arXiv:2606.19348; entries and states as in llama.cpp's deepseek4 memory",
    stateFileBytesPerToken: oneCache,
  };
};

/**
 * Only the latent layers grow. Fixed: the state of every head of a KDA layer, and the last tokens that its three
 * convolutions look back on, float32 whatever the type of the cache.
 */
export const deltaKvCache: KvCacheOf = (kvBytesPerValue) => {
  const latentLayers = deltaAttention.kvHeads.filter((kvHeads) => kvHeads > 0).length;
  const stateValues = heads * deltaAttention.headDim ** 2;
  const convolutionValues = 3 * (deltaAttention.convolution - 1) * heads * deltaAttention.headDim;
  return {
    bytesPerToken: latentLayers * latentValues * kvBytesPerValue,
    fixedBytes: (layers - latentLayers) * (stateValues + convolutionValues) * floatBytes,
    formula: `mlaLayers · (kvRank + ropeDim) · b = ${latentLayers} · (${latent.kvRank} + ${latent.ropeDim}) · b`,
    source: "Kimi Linear, arXiv:2510.26692",
    stateFileBytesPerToken: oneCache,
  };
};

/** Only the layers with full attention grow; the others keep their window. */
export const slidingKvCache: KvCacheOf = (kvBytesPerValue) => {
  const fullLayers = Math.floor(layers / slidingWindow.pattern);
  const layerBytes = 2 * slidingWindow.kvHeads * headDim * kvBytesPerValue;
  return {
    bytesPerToken: fullLayers * layerBytes,
    fixedBytes: (layers - fullLayers) * slidingWindow.tokens * layerBytes,
    formula: `fullLayers · 2 · kvHeads · headDim · b = ${fullLayers} · 2 · ${slidingWindow.kvHeads} · ${headDim} · b`,
    source: "Gemma 3, arXiv:2503.19786, §2",
    stateFileBytesPerToken: oneCache,
  };
};
