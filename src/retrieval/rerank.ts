/** A ranking put in order by a model that reads query and passage together. */
import { UserError } from "../errors.ts";
import { type Cost, totalCost } from "./price.ts";
import type { Retriever } from "./retriever.ts";

/** How well each text answers the query, the higher the better, in their order, and what saying so took. */
export type Rerank = (
  query: string,
  texts: readonly string[],
) => Promise<{ readonly scores: readonly number[]; readonly cost: Cost }>;

/** At most so many passages are judged. */
export const rerankDepth = 50;

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
  prepared: retriever.prepared,
  search: async (query, topK) => {
    const found = await retriever.search(query, Math.max(topK, rerankDepth));
    if (found.passages.length === 0) return found;
    const judged = found.passages.slice(0, rerankDepth);
    const { scores, cost } = await rerank(
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
    const passages = [...ordered.map((place) => judged[place]!), ...found.passages.slice(rerankDepth)].slice(0, topK);
    return { passages, cost: totalCost([found.cost, cost]) };
  },
});
