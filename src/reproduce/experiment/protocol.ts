/**
 * A claim's experiment as data, fixed before it is run: what is trained, how many learning rates each arm may try, what is
 * measured, by which rule it is judged, and what a negative result would mean.
 */

import type { KvType } from "../../engine/index.ts";
import type { DecoderConfig } from "../model/config.ts";
import type { Grid } from "../model/site.ts";
import type { OptimiserSettings } from "../optimisers/optimiser.ts";
import type { Schedule } from "../optimisers/schedule.ts";
import type { RecallStage } from "../training/recall-run.ts";

export interface Protocol {
  /** What `assay reproduce` calls it. */
  readonly name: string;
  readonly title: string;
  /** Claims of the ledger that it bears on, as `<idea or release>#<claim>`; empty where the ledger has only the idea. */
  readonly claims: readonly string[];
  /** Ideas of the ledger that it is about. */
  readonly ideas: readonly string[];
  readonly question: string;
  readonly ifNegative: string;
  /** What else could move the result, found out after the protocol was written. */
  readonly caveats: readonly string[];
  readonly full: ProtocolForm;
  /** A shorter form for a new user's machine. */
  readonly quick: ProtocolForm;
}

export interface ProtocolForm extends Form {
  /** What the result holds for, and no further. */
  readonly scope: string;
  /** The method in a few sentences. */
  readonly method: string;
}

export interface Form {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  /** Seed of the trials that choose each arm's learning rate; none of `seeds`. */
  readonly tuningSeed: number;
  readonly outcomes: readonly Outcome[];
  readonly figures: readonly Figure[];
  /** What the form can tell apart, from the spread that was found; `null` where that is not known yet. */
  readonly power: string | null;
  /** CPU minutes that it takes, on a core of the AMD EPYC where it was written. */
  readonly cpuMinutes: number;
}

/** One thing compared with others. All tuned arms of a protocol try as many rates. */
export interface Arm {
  readonly name: string;
  readonly training: Training;
  /** Peak learning rates to choose from by the tuning seed, or the arm whose choice is taken over. */
  readonly rates: readonly number[] | { readonly as: string };
}

export type Training = LanguageTraining | RecallTraining | ReadingExamination;

/** A language model on the installed text. */
export interface LanguageTraining {
  readonly task: "language";
  readonly config: DecoderConfig;
  readonly grid: Grid;
  readonly optimiser: OptimiserSettings;
  readonly schedule: Schedule;
  readonly pointSteps: number;
}

/** Associative recall, from short sequences to long ones. */
export interface RecallTraining {
  readonly task: "recall";
  readonly config: DecoderConfig;
  readonly optimiser: OptimiserSettings;
  readonly stages: readonly RecallStage[];
  /** Lengths of the sequences it is examined on at the end, tokens. */
  readonly examined: readonly number[];
}

/** Nothing is trained: a reading specimen is asked about registers in llama.cpp, with its cache in one format. */
export interface ReadingExamination {
  readonly task: "reading";
  readonly specimen: string;
  /** Of its weights: with others it is another experiment. */
  readonly sha256: string;
  readonly cache: KvType;
  readonly contextTokens: number;
  /** Every fourth of them has no answer. */
  readonly questions: number;
}

/** What a trial gives; the names carry the units. Times are those of training alone, without judging and building of graphs. */
export const measures = {
  heldOutLoss: { says: "held-out loss", unit: "nats/byte", better: "lower" },
  recall: { says: "recall", unit: "share", better: "higher" },
  abstention: { says: "abstention where nothing is stated", unit: "share", better: "higher" },
  steps: { says: "steps", unit: "steps", better: "lower" },
  trainingFlops: { says: "training work", unit: "FLOPs", better: "lower" },
  cpuSeconds: { says: "CPU time of training", unit: "seconds", better: "lower" },
  wallSeconds: { says: "wall-clock time of training", unit: "seconds", better: "lower" },
  largestLogit: { says: "largest attention logit", unit: "logit", better: "lower" },
  loadExcess: { says: "largest expert load over the mean, less 1", unit: "share", better: "lower" },
  kvBytesPerToken: { says: "KV cache", unit: "bytes/token", better: "lower" },
  parameters: { says: "parameters", unit: "parameters", better: "lower" },
} as const satisfies Record<string, { says: string; unit: string; better: "lower" | "higher" }>;

export type Measure = keyof typeof measures;

/** What is taken from the trials of each seed, compared seed by seed, and the rule that it is held to. */
export interface Outcome {
  readonly name: string;
  readonly of: Quantity;
  /** The rule that decides; `null` where the number is only reported. */
  readonly rule: Rule | null;
  /** Whether the verdict rests on it. */
  readonly isPrimary: boolean;
}

export type Quantity =
  /** The measure of one arm. */
  | { readonly kind: "level"; readonly measure: Measure; readonly arm: string }
  /** Recall of values that stood from `from` to below `to` tokens back, in sequences of `tokens`. */
  | {
      readonly kind: "recallAt";
      readonly arm: string;
      readonly tokens: number;
      readonly from: number;
      readonly to: number;
    }
  /** arm − against. */
  | { readonly kind: "difference"; readonly measure: Measure; readonly arm: string; readonly against: string }
  /** arm ÷ against. */
  | { readonly kind: "ratio"; readonly measure: Measure; readonly arm: string; readonly against: string }
  /**
   * The share of `cost` that the arms need for the loss that `against` ends with: they are one method with training runs
   * of different lengths, each with its whole schedule, and the share is interpolated between the two next to that loss
   * (in the logarithm of the cost). Outside their range it is the nearest end, and counted as such. A run that diverged
   * reaches no loss: the share lies below that of the next longer one, or is the largest tried, and is counted as such too.
   */
  | {
      readonly kind: "costToMatch";
      readonly cost: Measure;
      readonly arms: readonly string[];
      readonly against: string;
    };

/** The arms whose trials it rests on. */
export const armsIn = (of: Quantity): readonly string[] => {
  if (of.kind === "costToMatch") return [...of.arms, of.against];
  return "against" in of ? [of.arm, of.against] : [of.arm];
};

/** What the page draws. */
export type Figure =
  /** The curve of each arm, mean over seeds and their range. */
  | {
      readonly kind: "curves";
      readonly title: string;
      readonly measure: "heldOutLoss" | "recall" | "largestLogit" | "loadExcess";
      readonly arms: readonly string[];
    }
  /** Measures against another, a panel for each, with a mark for each arm. */
  | { readonly kind: "tradeOff"; readonly title: string; readonly x: Measure; readonly panels: readonly Panel[] }
  /** Recall by how far back the value stood. */
  | { readonly kind: "byDistance"; readonly title: string; readonly tokens: number; readonly arms: readonly string[] };

export interface Panel {
  readonly y: Measure;
  readonly arms: readonly { readonly arm: string; readonly label: string }[];
}

export interface Rule {
  readonly relation: "at most" | "at least";
  readonly value: number;
}
