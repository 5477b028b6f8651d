/** Passages by the words that they share with the query, rare words first. */
import MiniSearch from "minisearch";
import type { Passage } from "./passages.ts";
import { noCost } from "./price.ts";
import type { Retriever } from "./retriever.ts";
import { termsOf } from "./words.ts";

/** Those of Lucene and Elasticsearch. */
const k1 = 1.2;
const b = 0.75;

/**
 * BM25: the sum over the query's terms t, each as often as it stands there, of
 *
 *   ln(1 + (N − n_t + ½) / (n_t + ½)) · f · (k1 + 1) / (f + k1 · (1 − b + b · length / mean length))
 *
 * with N passages, n_t of them with t, f times in this one. Passages with no term of the query are not found; of equal ones
 * the earlier is first.
 *
 * MiniSearch departs from this in three ways, which are undone here. It takes a passage's length as the number of its
 * different terms; so they are made different, by their places. It adds a bonus to each term that is there (BM25+'s δ, ½
 * by default); that is 0. It multiplies the sum by the number of the query's terms that are there; the score is divided by
 * that.
 *
 * @see Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", §3.4; the first factor as in
 *   Lucene's BM25Similarity
 */
export function bm25(passages: readonly Passage[]): Retriever {
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ["text"],
    tokenize: (text) => termsOf(text).map((term, place) => `${place} ${term}`),
    processTerm: (token) => token.slice(token.indexOf(" ") + 1),
    searchOptions: { tokenize: termsOf, processTerm: (term) => term, bm25: { k: k1, b, d: 0 } },
  });
  index.addAll(passages.map(({ text }, id) => ({ id, text })));
  return {
    name: "bm25",
    version: 1,
    prepared: [],
    search: async (query, topK) => ({
      passages: index
        .search(query)
        .map(({ id, score, queryTerms }) => ({ place: id as number, score: score / queryTerms.length }))
        .sort((left, right) => right.score - left.score || left.place - right.place)
        .slice(0, topK)
        .map(({ place }) => passages[place]!),
      cost: noCost,
    }),
  };
}
