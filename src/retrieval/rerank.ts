/** A ranking put in order by a model that reads query and passage together. */
import { UserError } from "../errors.ts";
import type { Retriever } from "./retriever.ts";

/** How well each text answers the query, the higher the better, in their order. */
export type Rerank = (query: string, texts: readonly string[]) => Promise<readonly number[]>;

/** So many passages are judged. */
const depth = 50;

/**
 * The first 50 passages of a retriever in the order of a model's judgement, of equal ones the one first that was before;
 * those behind them as they were.
 *
 * @param model  that judges, for the name
 * @throws UserError where the scores are not one for each passage
 */
export const reranked = (retriever: Retriever, rerank: Rerank, model: string): Retriever => ({
  name: `${retriever.name}, reranked by ${model}`,
  version: retriever.version + 1,
  search: async (query, topK) => {
    const found = await retriever.search(query, Math.max(topK, depth));
    if (found.length === 0) return [];
    const judged = found.slice(0, depth);
    const scores = await rerank(
      query,
      judged.map(({ text }) => text),
    );
    if (scores.length !== judged.length || scores.some(Number.isNaN))
      throw new UserError({
        happened: `the reranking route's answer cannot be used: it has ${scores.length} scores for ${judged.length} passages`,
        expected: "a score for each passage",
        mend: "see whether the model that `rerank` names is one that reranks",
      });
    const ordered = [...judged.keys()].sort((left, right) => scores[right]! - scores[left]! || left - right);
    return [...ordered.map((place) => judged[place]!), ...found.slice(depth)].slice(0, topK);
  },
});
