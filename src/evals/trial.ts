/** What a run leaves behind: a description of the run and one record a trial. Store and report read nothing else. */
import type { CandidateKind, Price } from "../routes/index.ts";
import type { Answer, Call, FailureClass, Timings, Usage } from "../wire/index.ts";
import type { LoggedSpending } from "./budget.ts";
import type { RetrievalModel, RetrievalSpent } from "./retrieval-spent.ts";

export type { CandidateKind, Price };

/** A point of the scenario's matrix, e.g. `{ contextTokens: 512, needles: 1 }`. */
export type Cell = Readonly<Record<string, string | number | boolean>>;

export interface Score {
  /** From 0 (wrong) to 1 (right). */
  readonly value: number;
  /** Why, in a few words: what was expected and what came. */
  readonly explanation: string;
  /** What a judge said, a value from 0 to 1 each time that it was asked; left out where none was. */
  readonly ratings?: readonly number[];
  /** The verdicts that the judge had to choose from, with their values; left out where any value would do. */
  readonly labels?: Readonly<Record<string, number>>;
}

/** What the prompt held of the material, so that what retrieval missed is told apart from what the model missed. */
export interface Given {
  /** Ids; null for all of the material. */
  readonly passages: readonly string[] | null;
  /** Whether the answer stands in it; null where that cannot be seen. */
  readonly holdsAnswer: boolean | null;
  /**
   * Of finding them for this question by asking models, USD: it embedded, passages reranked. Null where it is not known;
   * left out where no model was asked. Paid once in a run, however often and by whomever the question is answered.
   */
  readonly costUsd?: number | null;
}

export interface TrialFailure {
  readonly class: FailureClass | "scorer";
  readonly message: string;
}

/** One sample in one cell, once. Exactly one of `scores` and `failure` is there, unless the trial was skipped. */
export interface Trial {
  /** Unique in the run and known before it starts: candidate, cell, sample and repeat. */
  readonly id: string;
  readonly candidate: string;
  readonly cell: Cell;
  readonly sampleId: string;
  /** Of what the sample asks: samples of one name in two runs are the same where it is. Left out where nobody says, and in older runs. */
  readonly questionHash?: string;
  /** Which asking of the sample it is, from 1 for the second; left out for the first. */
  readonly repeat?: number;
  /** What the sample is about; intervals take the samples of one document together. */
  readonly document: string;
  /** Where in the context the needle was put, 0 to 1; null where the question has no answer. */
  readonly depth: number | null;
  /** False where abstaining is the right answer. */
  readonly answerable: boolean;
  /** Null where none is known. */
  readonly target: string | null;
  /** Further answers that are as good; left out where there are none. */
  readonly alternatives?: readonly string[];
  /** Left out where the sample does not say. */
  readonly given?: Given;
  readonly outcome: "scored" | "failed" | "skipped";
  /** By scorer; `grounded` is the scenario's headline. Null unless scored. */
  readonly scores: Readonly<Record<string, Score>> | null;
  readonly failure: TrialFailure | null;
  /** Of the last turn, as are `timings`. */
  readonly answer: string | null;
  /** Of all turns together, the last attempt at each. */
  readonly usage: Usage | null;
  /** Of all turns together; null where the rule is not known. */
  readonly expectedCacheReadTokens: number | null;
  /**
   * What this answer takes: all the candidate's calls, retries included, and finding what it was given, `given.costUsd`.
   * 0 where nothing was asked; null where a price or a token count is not known.
   */
  readonly costUsd: number | null;
  /** Of all calls to a judge; 0 where there were none. */
  readonly judgeCostUsd: number | null;
  readonly timings: Timings | null;
  /** KV cache that this call's tokens occupied, fixed state included; null where it was not measured. */
  readonly kvCacheBytes: number | null;
  /** The candidate's calls that counted: 1 but where a solver makes several. */
  readonly turns: number;
  /** The candidate's calls, retries included. */
  readonly attempts: number;
}

/** One call of a trial. */
export interface TrialCall extends Call {
  /** `answer` calls are the candidate's, `judge` calls those of a scorer. */
  readonly purpose: "answer" | "judge";
  /** Which of the candidate's calls it is, from 1; attempts at the same call share a turn. A judge's are those of the turn it judges. */
  readonly turn: number;
  /** What the route's cache rule says should have been read from the cache; null where the rule is not known. */
  readonly expectedCacheReadTokens: number | null;
  /** What no cache could have exceeded, in the route's own tokens; left out where only the vendor knows them. */
  readonly cacheCeilingTokens?: number;
  /** Null where a price or a token count is not known. */
  readonly costUsd: number | null;
  /** Where it stands in the run's log of spending; the store keeps it, and does not give it back with the call. */
  readonly spendingEntry?: number;
}

/** A trial that was answered, and whose judging was broken off. */
export interface AnsweredTrial {
  readonly trialId: string;
  readonly answer: Answer;
  /** Those of the judge so far, too. */
  readonly calls: readonly TrialCall[];
}

/** A trial with the calls it took, oldest first; the last answer is the one that was judged. */
export interface TrialRecord {
  readonly trial: Trial;
  readonly calls: readonly TrialCall[];
}

export interface CandidateInfo {
  /** `route/model`. */
  readonly id: string;
  readonly kind: CandidateKind;
  /** What a reader has to know before believing a number, e.g. that the weights are random; null where nothing. */
  readonly notice: string | null;
  readonly baseUrl: string;
  readonly model: string;
  /** The attention design, e.g. `MLA`; null where it is not known. */
  readonly attention: string | null;
  /** Context that the model was trained for, tokens; null where it is not known. */
  readonly trainedContextTokens: number | null;
  /** Measured in the engine's real cache, or null. */
  readonly kvCache: { readonly bytesPerToken: number; readonly fixedBytes: number; readonly source: string } | null;
  readonly cacheRule: string | null;
  /** What the rule was told of prompts: the route's tokens, or words stretched to its counts. Absent in older runs. */
  readonly cacheRuleBy?: "tokens" | "words";
  /** Conversations that the embedded engine holds at a time; left out for vendors, and in older runs. */
  readonly sequences?: number;
  /** USD per million tokens, with the day the price was observed; null where it is not known. */
  readonly price: Price | null;
}

/** What a run compares that stops as soon as it is clear. */
export interface SequentialDesign {
  /** The smallest difference in quality that would change a decision; above 0, below 1. */
  readonly careAbout: number;
  /** Candidates, in their arms where a job has several; two or more. */
  readonly options: readonly string[];
  readonly documents: number;
  /** Of the order of the documents. */
  readonly seed: number;
}

/** Whose answers a judge compares; the judge is the run's candidate. */
export interface PreferenceDesign {
  readonly runs: readonly string[];
  /** The option that all others are held against. */
  readonly against: string;
  readonly rubric: string;
  /** The others, with the samples that both answered, and those that one of the two did not. */
  readonly pairs: readonly { readonly option: string; readonly samples: number; readonly leftOut: number }[];
}

export interface RunInfo {
  readonly id: string;
  readonly scenario: {
    readonly name: string;
    readonly version: number;
    readonly question: string;
    readonly source: string;
  };
  readonly startedAt: string;
  /** Null while it runs, and when it was killed. */
  readonly finishedAt: string | null;
  readonly status: "running" | "finished" | "interrupted";
  readonly seed: number;
  /** SHA-256 over all that could move the numbers. */
  readonly identity: string;
  /** The options that the user set or that were defaulted, for display and for `--resume`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What a reader has to know before believing a number: what extraction and imports left out. Absent in older runs. */
  readonly notes?: readonly string[];
  readonly candidates: readonly CandidateInfo[];
  /** The model that scorers ask, USD per million tokens; left out where none do, and in older runs. */
  readonly judge?: { readonly model: string; readonly price: Price | null };
  /** Left out where arms ask none. */
  readonly retrievalModels?: readonly RetrievalModel[];
  /** What finding passages took, each time; the store adds it. Left out where no model was asked. */
  readonly retrieval?: readonly RetrievalSpent[];
  /** What its log of spending has beside its trials; the store adds it. Left out where there is no log. */
  readonly logged?: LoggedSpending;
  /** Left out where all that is planned is asked. */
  readonly sequential?: SequentialDesign;
  /** Where answers of other runs are held against each other. */
  readonly preference?: PreferenceDesign;
  readonly plannedTrials: number;
  readonly versions: Readonly<Record<string, string>>;
}
