/** A scenario: a question put to a system. It is a value, so that it reads as what it asks. */
import type { Message } from "../wire/index.ts";
import type { Cell, Score } from "./trial.ts";

/** One input with its target. */
export interface Sample {
  /** Unique in its cell. */
  readonly id: string;
  /** Samples about one document share its prefix, and are not quite independent: intervals that take them so are too narrow. */
  readonly document: string;
  readonly messages: readonly Message[];
  readonly target: string;
  /** Where the needle is, from 0 (first line) to 1 (last); null where there is none. */
  readonly depth: number | null;
  /** False where abstaining is the right answer. */
  readonly answerable: boolean;
}

export interface Scorer {
  readonly name: string;
  /** Null where the scorer has nothing to say about this sample. */
  readonly score: (sample: Sample, answer: string) => Score | null;
}

export interface Scenario {
  readonly name: string;
  /** Raised with any change that can move a score. */
  readonly version: number;
  readonly question: string;
  readonly source: string;
  /** The points of the matrix, in the order in which they run. */
  readonly cells: readonly Cell[];
  readonly samplesPerCell: number;
  /** The samples of a cell, made one by one and always the same; those of one document follow each other. */
  readonly samples: (cell: Cell) => Iterable<Sample>;
  readonly scorers: readonly Scorer[];
  /** The size of the prompt that a cell asks for, tokens; the record has what was really used. */
  readonly contextTokens: (cell: Cell) => number;
  /** What defines the samples, for the run's identity and for `--resume`. */
  readonly options: Readonly<Record<string, unknown>>;
}
