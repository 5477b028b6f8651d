/** What finding a run's passages took, where models were asked for it. */
import type { Cost, RetrievalPrice } from "../retrieval/index.ts";
import type { RunInfo } from "./trial.ts";

/** A model that a run's arms ask to find passages. */
export interface RetrievalModel {
  readonly model: string;
  /** Null where it is not known. */
  readonly price: RetrievalPrice | null;
}

/** What finding a run's passages took, once. A run that goes on finds them again, and pays again. */
export interface RetrievalSpent {
  /** ISO 8601. */
  readonly endedAt: string;
  /** Whether they were all found. */
  readonly isWhole: boolean;
  /** Requests that were sent, retries included, and their cost together, USD; null where that of one is not known. */
  readonly requests: number;
  readonly costUsd: number | null;
  /** Of each arm that asks models, as if it were alone: what arms share is in all of them. */
  readonly arms: readonly ArmSpent[];
}

export interface ArmSpent {
  readonly arm: string;
  /** Embedding all of its material: once, however many questions follow. In the cost of no answer. */
  readonly toPrepare: Cost;
  /** Of all samples' questions together, embedded and reranked for. Each is in the cost of its answers. */
  readonly questions: Cost;
  readonly samples: number;
}

/** What it took in each arm when all passages were last found; empty where no model was asked, or they were not. */
export const spentByArm = ({ retrieval = [] }: Pick<RunInfo, "retrieval">): readonly ArmSpent[] =>
  retrieval.findLast(({ isWhole }) => isWhole)?.arms ?? [];
