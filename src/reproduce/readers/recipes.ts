/** What each reading specimen is made of and how it is trained. They differ in their attention and in nothing else. */
import { specimenTokenizer } from "../../specimens/index.ts";
import { type Attention, alike, type DecoderConfig, type LayerConfig } from "../model/config.ts";
import type { DrillName } from "./drills.ts";

/** A part of the curriculum; it ends when most answers are right, or when its steps are spent. */
export type Stage = DrillStage | ReadingStage;

interface Ending {
  readonly maxSteps: number;
  /** Share of right answers, of the worst kind of question, that ends the stage early. */
  readonly enough: number;
}

export interface DrillStage extends Ending {
  readonly drill: DrillName;
  readonly facts: number;
  readonly sequences: number;
}

export interface ReadingStage extends Ending {
  readonly drill: null;
  readonly lines: { readonly min: number; readonly max: number };
  readonly questions: number;
  readonly sequences: number;
}

export interface Recipe {
  readonly name: string;
  /** As screens print it, e.g. `MLA`. */
  readonly attention: string;
  readonly config: DecoderConfig;
  readonly stages: readonly Stage[];
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
const latent: Attention = { kind: "latent", kvRank: 48, ropeDim: 16, plainDim: headDim, valueDim: headDim };
const dense = (attention: Attention): LayerConfig => ({ attention, feedForward });
const experts = { kind: "experts", count: 16, used: 4, shared: 1, hidden: 48, balanceRate: 1e-3 } as const;

const designs: Readonly<Record<string, { readonly attention: string; readonly layers: readonly LayerConfig[] }>> = {
  "reader-mha": { attention: "MHA", layers: alike(layers, dense(grouped(heads))) },
  "reader-gqa": { attention: "GQA", layers: alike(layers, dense(grouped(2))) },
  "reader-mqa": { attention: "MQA", layers: alike(layers, dense(grouped(1))) },
  "reader-mla": { attention: "MLA", layers: alike(layers, dense(latent)) },
  "reader-mla-moe": {
    attention: "MLA + MoE",
    layers: [dense(latent), { attention: latent, feedForward: experts }, { attention: latent, feedForward: experts }],
  },
  "reader-swa": {
    attention: "SWA",
    layers: [dense(grouped(2, 64)), dense(grouped(2, 64)), dense(grouped(2))],
  },
};

export const readerNames: readonly string[] = Object.keys(designs);

const drill = (name: DrillName, facts: number, sequences: number): DrillStage => ({
  drill: name,
  facts,
  sequences,
  maxSteps: 2500,
  enough: 0.95,
});

const reading = (
  min: number,
  max: number,
  sequences: number,
  questions: number,
  maxSteps: number,
  enough = 0.96,
): ReadingStage => ({
  drill: null,
  lines: { min, max },
  questions,
  sequences,
  maxSteps,
  enough,
});

/** About 2,000 to 3,000 tokens a step throughout. */
const stages: readonly Stage[] = [
  drill("pair", 4, 128),
  drill("pair", 16, 32),
  drill("triple", 12, 28),
  drill("triple", 24, 14),
  drill("of", 12, 21),
  drill("is", 12, 17),
  drill("sentence", 12, 12),
  drill("sentence", 24, 6),
  drill("question", 12, 10),
  drill("frame", 8, 10),
  drill("frame", 16, 5),
  reading(4, 8, 8, 6, 1000),
  reading(6, 16, 5, 8, 1000),
  reading(10, 28, 3, 10, 1000),
  reading(12, 42, 2, 12, 1000),
  reading(20, 86, 1, 14, 1000, 2),
];

export function recipeOf(name: string): Recipe {
  const design = designs[name];
  if (design === undefined) throw new RangeError(`there is no recipe for ${name}`);
  return {
    name,
    attention: design.attention,
    config: { width, heads, vocabularySize: specimenTokenizer().vocabularySize, layers: design.layers, ropeBase },
    stages,
    seed: 1,
    peakRate: 2e-3,
  };
}

/** Lines of the longest registers that a recipe trains on. */
export const longestLines = ({ stages: all }: Pick<Recipe, "stages">) =>
  Math.max(...all.map((stage) => (stage.drill === null ? stage.lines.max : 0)));
