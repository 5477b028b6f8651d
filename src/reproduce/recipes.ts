/** What each specimen is made of and how it is trained. They differ in their attention and in nothing else. */
import { specimenTokenizer } from "../specimens/index.ts";
import type { AttentionDesign } from "./attention.ts";
import type { DecoderConfig } from "./decoder.ts";

export const specimenNames = ["reader-mha", "reader-gqa", "reader-mla"] as const;
export type SpecimenName = (typeof specimenNames)[number];

/** One part of the curriculum: registers up to a length, until most answers are right or the steps are spent. */
export interface Stage {
  readonly lines: { readonly min: number; readonly max: number };
  readonly sequences: number;
  readonly questions: number;
  readonly maxSteps: number;
  /** Share of exact answers that ends the stage early. */
  readonly enough: number;
}

export interface Recipe {
  readonly name: SpecimenName;
  readonly config: DecoderConfig;
  readonly stages: readonly Stage[];
  readonly seed: number;
  readonly peakRate: number;
}

const attentions: Readonly<Record<SpecimenName, AttentionDesign>> = {
  "reader-mha": { kind: "grouped", kvHeads: 4, headDim: 64, ropeDim: 64 },
  "reader-gqa": { kind: "grouped", kvHeads: 2, headDim: 64, ropeDim: 64 },
  "reader-mla": { kind: "latent", kvLoraRank: 128, ropeDim: 64, plainDim: 64, valueDim: 64 },
};

/** The circuit is there from the start, so training is short and gentle: it must not undo what works. */
const stages: readonly Stage[] = [
  { lines: { min: 8, max: 40 }, sequences: 2, questions: 10, maxSteps: 100, enough: 2 },
  { lines: { min: 8, max: 86 }, sequences: 1, questions: 12, maxSteps: 100, enough: 2 },
];

export function recipeOf(name: SpecimenName): Recipe {
  return {
    name,
    config: {
      layers: 3,
      width: 128,
      heads: 4,
      feedForward: 256,
      vocabularySize: specimenTokenizer().vocabularySize,
      attention: attentions[name],
    },
    stages,
    seed: 1,
    peakRate: 1e-4,
  };
}

/** Lines of the longest registers that a recipe trains on. */
export const longestLines = ({ stages }: Recipe) => Math.max(...stages.map(({ lines }) => lines.max));
