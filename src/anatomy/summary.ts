/** All estimates of one model as plain JSON: what `assay anatomy` prints and the workbench draws. */

import { UserError } from "../errors.ts";
import type { Part } from "./block.ts";
import { type CacheFormat, cacheFormat } from "./cache-format.ts";
import { requireTokens } from "./context.ts";
import { decodeFlops, type Flops, fp8EquivalentFlops, prefillFlops } from "./flops.ts";
import { type DecodeStep, decodeStep } from "./intensity.ts";
import { type CacheGrowth, cacheBytes, cacheGrowth, cacheLayersOf, layerCacheBytes } from "./kv-cache.ts";
import type { ModelShape, Scope } from "./model.ts";
import { naiveCacheBytes } from "./naive.ts";
import { type ActiveParameters, componentsOf, countParameters } from "./parameters.ts";
import { storedBytes } from "./storage.ts";

export interface PartSummary {
  readonly scope: Scope;
  readonly part: Part;
  readonly parameters: number;
  /** Parameters that one token passes through. */
  readonly activeParameters: number;
  /** In the released file; null where the precision is not known. */
  readonly storedBytes: number | null;
}

/** Layers that keep the same. */
export interface LayerGroup {
  readonly layers: readonly number[];
  /** Of one of these layers, for one sequence. */
  readonly cacheBytes: number;
}

export interface CurvePoint {
  readonly contextTokens: number;
  /** For one sequence. */
  readonly cacheBytes: number;
  /** Of one more token. */
  readonly decodeFlops: number;
}

export interface Anatomy {
  readonly family: string;
  readonly attention: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  /** The longest context that the config declares; null where it declares none. */
  readonly declaredContextTokens: number | null;
  /** The context at which the estimates hold. */
  readonly contextTokens: number;
  readonly batch: number;
  readonly parameters: {
    readonly total: number;
    readonly byScope: Readonly<Partial<Record<Scope, number>>>;
    readonly active: ActiveParameters;
    readonly parts: readonly PartSummary[];
  };
  /** Bytes of the released file; null where its precision is not known. */
  readonly fileBytes: number | null;
  readonly cache: CacheGrowth & {
    readonly format: string;
    /** One sequence at the context. */
    readonly sequenceBytes: number;
    /** What the generic formula has for it in bf16, and how far that is from the truth in bf16; null without heads. */
    readonly generic: { readonly bytes: number; readonly relativeError: number } | null;
    /** All sequences of the batch. */
    readonly batchBytes: number;
    readonly layerGroups: readonly LayerGroup[];
    /** At powers of two from 1,024 tokens, and at the context. */
    readonly curve: readonly CurvePoint[];
  };
  /** Of decoding one token, of which `fp8Equivalent` weighs attention and indexers by their precision. */
  readonly decode: Flops & { readonly fp8Equivalent: number };
  /** Of reading the whole context as a prompt. */
  readonly prefill: Flops;
  readonly decodeStep: DecodeStep;
  readonly assumptions: readonly string[];
}

export interface AnatomyOptions {
  /** The longest that the config declares where left out, 32,768 where it declares none. */
  readonly contextTokens?: number;
  readonly batch?: number;
  /** Name of a cache format; the one that the vendor serves with where left out. */
  readonly cacheFormat?: string;
}

/** @throws UserError for a context that is no number of tokens, a batch below 1, a cache format that does not exist */
export function anatomyOf(model: ModelShape, options: AnatomyOptions = {}): Anatomy {
  const { contextTokens = model.contextTokens ?? 32_768, batch = 1 } = options;
  requireTokens("contextTokens", contextTokens);
  requireBatch(batch);
  const format = cacheFormat(options.cacheFormat ?? model.cacheFormat);
  const { total, byScope, active } = countParameters(model);
  const parts = partsOf(model);
  const sequenceBytes = cacheBytes(model, format, contextTokens);
  const decode = decodeFlops(model, contextTokens);
  return {
    family: model.family,
    attention: model.attention,
    layers: model.layers,
    hiddenSize: model.hiddenSize,
    vocabularySize: model.vocabularySize,
    declaredContextTokens: model.contextTokens,
    contextTokens,
    batch,
    parameters: { total, byScope, active, parts },
    fileBytes: sumOrNull(parts.map((part) => part.storedBytes)),
    cache: {
      format: format.name,
      ...cacheGrowth(model, format),
      sequenceBytes,
      generic: genericFormula(model, contextTokens),
      batchBytes: batch * sequenceBytes,
      layerGroups: layerGroups(model, format, contextTokens),
      curve: curve(model, format, contextTokens),
    },
    decode: { ...decode, fp8Equivalent: fp8EquivalentFlops(decode, format) },
    prefill: prefillFlops(model, contextTokens),
    decodeStep: decodeStep(model, { batch, contextTokens, format }),
    assumptions: [
      ...model.assumptions,
      ...(model.contextTokens !== null && contextTokens > model.contextTokens
        ? [`${contextTokens} tokens are more than the ${model.contextTokens} that the config declares`]
        : []),
    ],
  };
}

function genericFormula(model: ModelShape, contextTokens: number): Anatomy["cache"]["generic"] {
  const bytes = naiveCacheBytes(model, contextTokens);
  const truth = cacheBytes(model, cacheFormat("bf16"), contextTokens);
  return bytes === null || truth === 0 ? null : { bytes, relativeError: bytes / truth - 1 };
}

function requireBatch(batch: number): void {
  if (Number.isSafeInteger(batch) && batch >= 1) return;
  throw new UserError({
    happened: `batch is ${batch}`,
    expected: "a whole number of sequences, 1 or more",
    mend: "give another batch",
  });
}

/** Weights summed by scope and part, in the order in which the model has them. */
function partsOf(model: ModelShape): PartSummary[] {
  const parts = new Map<string, PartSummary>();
  for (const component of componentsOf(model)) {
    const { scope, part, parameters, activeParameters } = component;
    const key = `${scope} ${part}`;
    const before = parts.get(key);
    parts.set(key, {
      scope,
      part,
      parameters: (before?.parameters ?? 0) + parameters,
      activeParameters: (before?.activeParameters ?? 0) + activeParameters,
      storedBytes: sumOrNull([before?.storedBytes ?? 0, storedBytes(model, component)]),
    });
  }
  return [...parts.values()];
}

function layerGroups(model: ModelShape, format: CacheFormat, contextTokens: number): LayerGroup[] {
  const groups = new Map<string, { layers: number[]; cacheBytes: number }>();
  for (const layer of cacheLayersOf(model)) {
    const key = JSON.stringify(layer.stores);
    const group = groups.get(key) ?? { layers: [], cacheBytes: layerCacheBytes(layer, format, contextTokens) };
    group.layers.push(layer.layer);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function curve(model: ModelShape, format: CacheFormat, contextTokens: number): CurvePoint[] {
  const lengths: number[] = [];
  for (let tokens = 1_024; tokens < contextTokens; tokens *= 2) lengths.push(tokens);
  return [...lengths, contextTokens].map((tokens) => ({
    contextTokens: tokens,
    cacheBytes: cacheBytes(model, format, tokens),
    decodeFlops: decodeFlops(model, tokens).total,
  }));
}

const sumOrNull = (numbers: readonly (number | null)[]): number | null =>
  numbers.reduce<number | null>((total, number) => (total === null || number === null ? null : total + number), 0);
