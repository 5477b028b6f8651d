/** What each reading specimen is made of and how it is trained. They differ in their attention and in nothing else. */
import { specimenTokenizer } from "../../specimens/index.ts";
import { type Attention, alike, type DecoderConfig, type LayerConfig } from "../model/config.ts";
import type { FormName } from "./forms.ts";
import type { Course } from "./lesson.ts";

/** A part of the curriculum; it ends when enough is right in each of its forms, or when its steps are spent. */
export interface Stage extends Course {
  readonly maxSteps: number;
  /** Share of what has to be told that ends the stage early, of the worst form. */
  readonly enough: number;
}

export interface Recipe {
  readonly name: string;
  /** As screens print it, e.g. `MLA`. */
  readonly attention: string;
  readonly config: DecoderConfig;
  readonly stages: readonly Stage[];
  /** Tokens of all steps together; what the stages before leave of them is the last one's. */
  readonly trainingTokens: number;
  readonly seed: number;
  readonly peakRate: number;
}

const layers = 3;
const width = 128;
const heads = 4;
const headDim = 32;
/** Heads that look a fixed distance back form several times sooner than with the million of long contexts. */
const ropeBase = 10_000;
const feedForward = { kind: "dense", hidden: 256 } as const;

const grouped = (kvHeads: number, window: number | null = null): Attention => ({
  kind: "grouped",
  kvHeads,
  headDim,
  window,
});
/** GQA's cache. */
const latent: Attention = { kind: "latent", kvRank: 96, ropeDim: 32, plainDim: headDim, valueDim: headDim };
/**
 * Beside a window, the text before as entries of four tokens, all of which are read up to `4 · topK` tokens: the indexer,
 * which is not trained, chooses nothing. Its keys are longer than a head, as llama.cpp divides by zero where they are equal.
 */
const compressed = (ratio: 0 | 4): Attention => ({
  kind: "compressed",
  headDim: 2 * headDim,
  ropeDim: 16,
  queryRank: 64,
  window: 16,
  ratio,
  outputGroups: 2,
  outputRank: 64,
  indexer: ratio === 0 ? null : { heads: 4, keyDim: 128, topK: 2048 },
});
const dense = (attention: Attention): LayerConfig => ({ attention, feedForward });

const designs: Readonly<Record<string, { readonly attention: string; readonly layers: readonly LayerConfig[] }>> = {
  "reader-mha": { attention: "MHA", layers: alike(layers, dense(grouped(heads))) },
  "reader-gqa": { attention: "GQA", layers: alike(layers, dense(grouped(2))) },
  "reader-mqa": { attention: "MQA", layers: alike(layers, dense(grouped(1))) },
  "reader-mla": { attention: "MLA", layers: alike(layers, dense(latent)) },
  "reader-swa": {
    attention: "SWA",
    layers: [dense(grouped(2, 64)), dense(grouped(2, 64)), dense(grouped(2))],
  },
  "reader-csa": { attention: "CSA", layers: [dense(compressed(0)), dense(compressed(4)), dense(compressed(4))] },
};

export const readerNames: readonly string[] = Object.keys(designs);

const stage = (
  tokens: number,
  sequences: number,
  maxSteps: number,
  forms: readonly FormName[],
  enough = 0.95,
): Stage => ({ tokens, sequences, maxSteps, forms, enough });

/** About 2,000 to 2,700 tokens a step throughout. */
const stages: readonly Stage[] = [
  stage(16, 128, 1000, ["pair"]),
  stage(64, 32, 300, ["pair"]),
  stage(48, 48, 1000, ["gap"]),
  stage(24, 96, 1000, ["triple"], 0.96),
  stage(48, 48, 1000, ["triple"], 0.96),
  stage(72, 28, 1500, ["triple"], 0.96),
  stage(72, 28, 1000, ["triple", "citation", "citation"]),
  stage(64, 36, 1200, ["loose", "loose", "citation"], 0.93),
  stage(96, 28, 1000, ["looser", "looser", "citation"], 0.93),
  stage(192, 14, 500, ["looser", "sentence", "sentence"], 0.93),
  stage(224, 12, 400, ["sentence", "question", "question"], 0.93),
  stage(384, 7, 500, ["question", "frame", "frame"], 0.93),
  stage(384, 7, 600, ["frame", "register", "register", "register"], 0.92),
  stage(640, 4, 400, ["frame", "register", "register", "register"], 0.92),
  stage(1280, 2, 2000, ["register"], 2),
];

export function recipeOf(name: string): Recipe {
  const design = designs[name];
  if (design === undefined) throw new RangeError(`there is no recipe for ${name}`);
  return {
    name,
    attention: design.attention,
    config: { width, heads, vocabularySize: specimenTokenizer().vocabularySize, layers: design.layers, ropeBase },
    stages,
    trainingTokens: 15e6,
    seed: 1,
    peakRate: 2e-3,
  };
}
