/**
 * A model as its config describes it, in one vocabulary for all vendors: blocks, each with its place. The families in
 * `families/` make it out of a config; everything else is computed from it.
 */
import type { Block } from "./blocks/index.ts";

/**
 * The part of a checkpoint that a number is about. Publishers count different ones, which is where most contradictions
 * come from: `backbone` is the model that answers; the others travel with it.
 */
export const scopes = ["backbone", "multi-token prediction", "draft", "engram", "vision"] as const;
export type Scope = (typeof scopes)[number];

export interface PlacedBlock {
  readonly scope: Scope;
  /** Index of the layer, from 0; null for what belongs to none. */
  readonly layer: number | null;
  readonly block: Block;
}

export interface ModelShape {
  /** The config's `model_type`, or a GGUF's architecture. */
  readonly family: string;
  /** How the layers read their context, in the field's words: "MLA", "GQA, 5 of 6 layers in a window of 1,024". */
  readonly attention: string;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabularySize: number;
  /** The embedding serves as output head too, and is stored once. */
  readonly tiedEmbeddings: boolean;
  /** Longest context that the config declares, tokens; null where it declares none. */
  readonly contextTokens: number | null;
  readonly blocks: readonly PlacedBlock[];
  /** Name of the cache format that the vendor serves with, of `cacheFormats`; "bf16" where nothing else is known. */
  readonly cacheFormat: string;
  /** Bits a weight takes in the released file, by part. */
  readonly storage: Storage;
  /** What the estimate rests on that the config does not say. */
  readonly assumptions: readonly string[];
}

/** Bits that one weight takes in a file, block scales included. */
export interface Storage {
  readonly bitsPerWeight: number;
  readonly exceptions: Readonly<Partial<Record<string, number>>>;
}
