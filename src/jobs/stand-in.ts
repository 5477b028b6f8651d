/** BM25 in the place of models that are not asked, with the most that asking them would take. */
import { registerTokens } from "../evals/index.ts";
import {
  bm25,
  type Cost,
  costOfUse,
  mostToEmbed,
  mostTokensOf,
  mostToRerank,
  noCost,
  type Passage,
  type RetrievalPrice,
  type Retriever,
  rerankDepth,
  totalCost,
} from "../retrieval/index.ts";
import type { RetrievalArm } from "./arms.ts";

/** Null where it is not known. */
export type PriceOf = (model: string) => RetrievalPrice | null;

/**
 * Makes retrievers that find as many passages as an arm's own would. Their costs are the most in USD, without retries, and
 * tokens as words, numbers and marks.
 */
export function standInOpener(priceOf: PriceOf): (arm: RetrievalArm, passages: readonly Passage[]) => Retriever {
  const known = new Map<string, Cost>();
  const embedded = (model: string, text: string): Cost => {
    const key = `${model}\n${text}`;
    const cost = known.get(key) ?? {
      usd: costOfUse(mostToEmbed([text]), priceOf(model)),
      tokens: registerTokens(text),
    };
    known.set(key, cost);
    return cost;
  };
  return (arm, passages) => {
    const byWords = bm25(passages);
    const embedding = (text: string) => ("embeddings" in arm ? embedded(arm.embeddings, text) : noCost);
    const reranking = arm.rerank === undefined ? () => noCost : rerankCost(passages, priceOf(arm.rerank));
    return {
      ...byWords,
      prepared: passages.map(({ text }) => embedding(text)),
      search: async (query, topK) => ({
        passages: (await byWords.search(query, topK)).passages,
        cost: query.trim() === "" ? noCost : totalCost([embedding(query), reranking(query)]),
      }),
    };
  };
}

/** Whichever are found, it is no more than for the longest ones. */
function rerankCost(passages: readonly Passage[], price: RetrievalPrice | null): (query: string) => Cost {
  const longest = passages
    .map(({ text }) => text)
    .sort((left, right) => mostTokensOf(right) - mostTokensOf(left))
    .slice(0, rerankDepth);
  const tokens = longest.reduce((sum, text) => sum + registerTokens(text), 0);
  return (query) => ({
    usd: costOfUse(mostToRerank(query, longest), price),
    tokens: tokens + longest.length * registerTokens(query),
  });
}
