/** What one step of decoding reads from memory, against what it computes: the ground of a roofline. */

import type { CacheFormat } from "./cache-format.ts";
import { decodeFlops } from "./flops.ts";
import { cacheReadBytes } from "./kv-cache.ts";
import type { ModelShape } from "./model.ts";
import { answeringScopes, type Component, componentsOf } from "./parameters.ts";
import { storedBytes } from "./storage.ts";

export interface DecodeStep {
  /** Sequences that decode one token each. */
  readonly batch: number;
  readonly contextTokens: number;
  readonly flops: number;
  /** Null where the weights' precision is not known. */
  readonly weightBytes: number | null;
  readonly cacheBytes: number;
  /** Arithmetic intensity. */
  readonly flopsPerByte: number | null;
}

/**
 * One step in which every sequence of a batch decodes a token, all with `contextTokens` tokens in context. Weights are read
 * once a step, in the precision of the released file; of the experts, those that some sequence picks: E·(1 − (1 − k/E)^batch)
 * of E where each picks k, every expert as likely as any other. Activations are left out.
 *
 * @see roofline: Williams et al. 2009, doi:10.1145/1498765.1498785
 */
export function decodeStep(
  model: ModelShape,
  { batch, contextTokens, format }: { batch: number; contextTokens: number; format: CacheFormat },
): DecodeStep {
  const flops = batch * decodeFlops(model, contextTokens).total;
  const weightBytes = weightReadBytes(model, batch);
  const cacheBytes = batch * cacheReadBytes(model, format, contextTokens);
  const flopsPerByte = weightBytes === null ? null : flops / (weightBytes + cacheBytes);
  return { batch, contextTokens, flops, weightBytes, cacheBytes, flopsPerByte };
}

/** Bytes of weights that one step reads; of tables, the rows that are looked up. */
export function weightReadBytes(model: ModelShape, batch: number): number | null {
  let bytes = 0;
  for (const component of componentsOf(model)) {
    if (!answeringScopes.has(component.scope)) continue;
    const stored = storedBytes(model, component);
    if (stored === null) return null;
    bytes += stored * shareRead(model, component, batch);
  }
  return bytes;
}

function shareRead(model: ModelShape, { part, parameters, activeParameters }: Component, batch: number): number {
  if (parameters === 0) return 0;
  if (part === "embedding" && !model.tiedEmbeddings) return Math.min(1, batch / model.vocabularySize);
  return 1 - (1 - activeParameters / parameters) ** batch;
}
