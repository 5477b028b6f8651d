/** What finds passages, over passages that it was made with. */
import type { Passage } from "./passages.ts";

export interface Retriever {
  readonly name: string;
  /** Raised with any change that can move a ranking. */
  readonly version: number;
  /** At most `topK` passages, the best first; fewer where no more have anything to do with the query. */
  readonly search: (query: string, topK: number) => Promise<readonly Passage[]>;
}
