/**
 * A model as its config describes it, in one vocabulary for all vendors: blocks, each with its place. The families in
 * `families/` make it out of a config; everything else is computed from it.
 */
import type { Part } from "./block.ts";
import type { Block } from "./blocks/index.ts";

/**
 * The part of a checkpoint that a number is about. Publishers count different ones, which is where most contradictions
 * come from: `backbone` is the model that answers, `engram` is the memory that it looks things up in; the others travel
 * with it. `second copies` are tensors that a file stores again for the sake of a module that shares them: no count of
 * parameters includes them.
 */
export const scopes = ["backbone", "engram", "multi-token prediction", "draft", "vision", "second copies"] as const;
export type Scope = (typeof scopes)[number];

export interface PlacedBlock {
  readonly scope: Scope;
  /** Index of the layer, from 0; null for what belongs to none. */
  readonly layer: number | null;
  readonly block: Block;
  /** Of a prompt, only this many last tokens pass through the block; left out where all do. */
  readonly promptTokens?: number;
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
  /** Bits that a weight takes in the released file; null where the config's quantisation is not known. */
  readonly storage: Storage | null;
  /** What the estimate rests on that the config does not say. */
  readonly assumptions: readonly string[];
}

/** Bits that one weight takes in a file, its share of block scales included. */
export interface Storage {
  readonly bitsPerWeight: number;
  readonly exceptions: Readonly<Partial<Record<Part, number>>>;
}
