/** What finds passages, over passages that it was made with. */
import type { Passage } from "./passages.ts";
import type { Cost } from "./price.ts";

export interface Retriever {
  readonly name: string;
  /** Raised with any change that can move a ranking. */
  readonly version: number;
  /** What each of its texts took before anything could be found: the same object where the text is the same. */
  readonly prepared: readonly Cost[];
  /** At most `topK` passages, the best first; fewer where no more have anything to do with the query. */
  readonly search: (query: string, topK: number) => Promise<Found>;
}

export interface Found {
  readonly passages: readonly Passage[];
  /** What asking models took for this query; of what was known before, what it took then. */
  readonly cost: Cost;
}
