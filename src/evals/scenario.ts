/** A scenario: a question put to a system. It is a value, so that it reads as what it asks. */
import type { Route } from "../routes/index.ts";
import type { Answer, Call, CallRequest, Message, Tool } from "../wire/index.ts";
import type { Solver } from "./solver.ts";
import type { Cell, Given, Score } from "./trial.ts";

/** A text that answers must rest on, as it was extracted. */
export interface Document {
  /** Unique in its sample, e.g. the file's path. */
  readonly id: string;
  readonly text: string;
}

/** One input with its target. */
export interface Sample {
  /** Unique in its cell. */
  readonly id: string;
  /** Of what it asks, whatever the prompt that is made of it, see `questionHash`; left out where words are made anew each time. */
  readonly questionHash?: string;
  /** Samples about one document share its prefix, and are not quite independent: intervals that take them so are too narrow. */
  readonly document: string;
  readonly messages: readonly Message[];
  /** The right answer; null where none is known: a judge may score the sample, or a schema. */
  readonly target: string | null;
  /** Further answers that are as good as the target. */
  readonly alternatives?: readonly string[];
  /** What the messages hold, or a retriever may find; none where the sample needs none. */
  readonly material?: readonly Document[];
  readonly given?: Given;
  readonly tools?: readonly Tool[];
  readonly toolChoice?: CallRequest["toolChoice"];
  readonly responseFormat?: CallRequest["responseFormat"];
  /** What the sample sets of its own, over the run's settings. */
  readonly settings?: Partial<SamplingSettings>;
  /** Where the needle is, from 0 (first line) to 1 (last); null where there is none. */
  readonly depth: number | null;
  /** False where abstaining is the right answer. */
  readonly answerable: boolean;
}

/** How an answer is sampled; what is not set is left to the vendor. */
export type SamplingSettings = Pick<
  CallRequest,
  "temperature" | "topP" | "maxTokens" | "seed" | "stop" | "reasoningEffort" | "extraBody"
>;

/** Judges one answer. What a scorer throws ends the trial as failed, never as a score of 0. */
export interface Scorer {
  /** The score's name in records and tables. */
  readonly name: string;
  /** Raised with any change that can move a score. */
  readonly version: number;
  /** Null where the scorer has nothing to say about this sample. */
  readonly score: (sample: Sample, answer: Answer, judge: AskJudge) => Score | null | Promise<Score | null>;
  /** What judging one answer takes of a judge; null, or left out, where none is asked. */
  readonly asks?: (sample: Sample) => JudgeEffort | null;
}

/** What an answer takes of a judge, at most and without retries, but for the answer itself, which is in each call once. */
export interface JudgeEffort {
  readonly calls: number;
  /** As of an {@link Effort}. */
  readonly inputTokens: number;
  readonly mostInputTokens: number;
  readonly mostOutputTokens: number;
}

/**
 * One call to the judge's route. It counts against the run's cap and is kept with the trial.
 *
 * @throws UserError where the run has no judge
 */
export type AskJudge = (request: Omit<CallRequest, "model" | "stream">) => Promise<Call>;

/** What a sample takes of a candidate. */
export interface Effort {
  /** At most. */
  readonly calls: number;
  /** Of all its prompts together, about; null where answers decide. */
  readonly inputTokens: number | null;
  /** They cannot be more: a token is a byte of the request, or more. Null where answers decide, or images do. */
  readonly mostInputTokens: number | null;
  /** Pauses between its calls, ms. */
  readonly pauseMs: number;
}

export interface Scenario {
  readonly name: string;
  /** Raised with any change that can move a score. */
  readonly version: number;
  readonly question: string;
  readonly source: string;
  /** The points of the matrix, in the order in which they run. */
  readonly cells: readonly Cell[];
  readonly sampleCount: (cell: Cell) => number;
  /** The samples of a cell, made one by one and always the same. */
  readonly samples: (cell: Cell) => Iterable<Sample>;
  /**
   * True where the samples of one document follow each other and share all but their question, and no two documents share
   * anything to speak of: they need no planning, and are never held all at once.
   */
  readonly isInOrder: boolean;
  readonly scorers: readonly Scorer[];
  /** How a route answers a cell's samples; left out, by one call each. */
  readonly solver?: (cell: Cell, route: Pick<Route, "kind">) => Solver;
  /** What a sample takes where it is not one call; null for one that is. */
  readonly effort?: (cell: Cell, sample: Sample, route: Pick<Route, "kind">) => Effort | null;
  /** The size of the prompt that a cell asks for, tokens; the record has what was really used. */
  readonly contextTokens: (cell: Cell) => number;
  /** What defines the samples, for the run's identity and for `--resume`. */
  readonly options: Readonly<Record<string, unknown>>;
}
