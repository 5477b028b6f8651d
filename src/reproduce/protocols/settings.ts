/** Settings that several experiments share. */

import { recallVocabulary } from "../data/recall.ts";
import { byteVocabulary } from "../data/text.ts";
import type { LanguageTraining, RecallTraining } from "../experiment/protocol.ts";
import type { Attention, DecoderConfig, FeedForward, LayerConfig } from "../model/config.ts";
import type { AdamWSettings, OptimiserSettings } from "../optimisers/optimiser.ts";

export const adamw: AdamWSettings = { kind: "adamw", weightDecay: 0.1 };

export const adamwAlone: OptimiserSettings = { matrices: adamw, others: adamw, maxGradientNorm: 1, qkClip: null };

export const muon: OptimiserSettings = {
  matrices: { kind: "muon", momentum: 0.95, newtonSchulz: "jordan", weightDecay: 0.1 },
  others: adamw,
  maxGradientNorm: 1,
  qkClip: null,
};

/** 1,024 bytes a step; warm-up over a fifteenth of the steps, then a cosine down to a tenth. */
export const languageTraining = (
  config: DecoderConfig,
  optimiser: OptimiserSettings,
  steps: number,
): LanguageTraining => ({
  task: "language",
  config,
  grid: { sequences: 8, tokens: 128 },
  optimiser,
  schedule: { steps, warmUpSteps: Math.round(steps / 15), lastShare: 0.1, shape: "cosine" },
  pointSteps: Math.round(steps / 12),
});

/** Sequences of 16 tokens first, doubled when recall is 97 %, up to `tokens`. */
export const recallTraining = (
  config: DecoderConfig,
  tokens: number,
  examined: readonly number[],
  tokensPerStep = 2048,
): RecallTraining => {
  const lengths = Array.from({ length: Math.log2(tokens / 16) + 1 }, (_, doubling) => 16 * 2 ** doubling);
  return {
    task: "recall",
    config,
    optimiser: muon,
    stages: lengths.map((length, index) => ({
      grid: { sequences: tokensPerStep / length, tokens: length },
      maxSteps: index === 0 ? 800 : 300,
      enough: 0.97,
    })),
    examined,
  };
};

/** A byte-level decoder of width 128 and four heads. */
export const languageDecoder = (layers: readonly LayerConfig[]): DecoderConfig => ({
  width: 128,
  heads: 4,
  vocabularySize: byteVocabulary,
  layers,
});

/** A decoder of width 128 and four heads for associative recall. */
export const recallDecoder = (
  attentions: readonly Attention[],
  feedForward: FeedForward = { kind: "dense", hidden: 256 },
): DecoderConfig => ({
  width: 128,
  heads: 4,
  vocabularySize: recallVocabulary,
  layers: attentions.map((attention) => ({ attention, feedForward })),
});

export const grouped = (kvHeads: number, headDim = 32, window: number | null = null): Attention => ({
  kind: "grouped",
  kvHeads,
  headDim,
  window,
});
