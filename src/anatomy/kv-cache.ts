/** The KV cache of a model, layer by layer, at a length of context. */

import type { CacheStore } from "./block.ts";
import { anatomyOfBlock } from "./blocks/index.ts";
import { type CacheFormat, entryBytes } from "./cache-format.ts";
import { requireTokens } from "./context.ts";
import type { ModelShape } from "./model.ts";
import { entriesAt, peakEntries } from "./span.ts";

export interface LayerCache {
  readonly layer: number;
  readonly stores: readonly CacheStore[];
}

/** What each layer of the backbone keeps; layers that keep nothing are left out. */
export function cacheLayersOf(model: ModelShape): LayerCache[] {
  const layers = new Map<number, CacheStore[]>();
  for (const { scope, layer, block } of model.blocks) {
    if (scope !== "backbone" || layer === null) continue;
    const stores = anatomyOfBlock(block).cache;
    if (stores.length > 0) layers.set(layer, [...(layers.get(layer) ?? []), ...stores]);
  }
  return [...layers].map(([layer, stores]) => ({ layer, stores }));
}

/** Bytes that one sequence of `contextTokens` tokens takes in a layer's cache. */
export const layerCacheBytes = (layer: LayerCache, format: CacheFormat, contextTokens: number): number =>
  layer.stores.reduce((total, store) => total + peakEntries(store.span, contextTokens) * entryBytes(format, store), 0);

/** Bytes that one sequence of `contextTokens` tokens takes in the cache of a model. */
export function cacheBytes(model: ModelShape, format: CacheFormat, contextTokens: number): number {
  requireTokens("contextTokens", contextTokens);
  return cacheLayersOf(model).reduce((total, layer) => total + layerCacheBytes(layer, format, contextTokens), 0);
}

/** Bytes of the cache that decoding one token reads; of states, what is read before it is written back. */
export function cacheReadBytes(model: ModelShape, format: CacheFormat, contextTokens: number): number {
  requireTokens("contextTokens", contextTokens);
  let bytes = 0;
  for (const { scope, block } of model.blocks) {
    if (scope !== "backbone") continue;
    for (const { reads, span } of anatomyOfBlock(block).work)
      bytes += entriesAt(span, contextTokens) * entryBytes(format, { elements: reads, span });
  }
  return bytes;
}

export interface CacheGrowth {
  /** Bytes by which one more token makes the cache grow, once windows are full; a mean over whole groups of tokens. */
  readonly bytesPerToken: number;
  /** Bytes that do not grow: full windows and chunks, recurrent and convolution states. */
  readonly fixedBytes: number;
}

/** How the cache grows in the long run. */
export function cacheGrowth(model: ModelShape, format: CacheFormat): CacheGrowth {
  let bytesPerToken = 0;
  let fixedBytes = 0;
  for (const { span, ...store } of cacheLayersOf(model).flatMap(({ stores }) => stores)) {
    const bytes = entryBytes(format, { ...store, span });
    if (span.kind === "all") bytesPerToken += bytes;
    else if (span.kind === "compressed") bytesPerToken += bytes / span.ratio;
    else fixedBytes += bytes * peakEntries(span, Number.MAX_SAFE_INTEGER);
  }
  return { bytesPerToken, fixedBytes };
}
