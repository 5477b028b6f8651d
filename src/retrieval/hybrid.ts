/** Several rankings made one. */
import type { Passage } from "./passages.ts";
import { totalCost } from "./price.ts";
import type { Retriever } from "./retriever.ts";

/** Cormack et al. found it good in a pilot study, and left it so. */
const k = 60;

/**
 * Reciprocal rank fusion: by Σ 1 / (60 + rank), over the rankings that have the passage, the first rank being 1. Of equal
 * ones the one is first that an earlier ranking has higher up.
 *
 * @see Cormack, Clarke & Büttcher 2009, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods",
 *   SIGIR 2009, doi:10.1145/1571941.1572114
 */
export function fused(rankings: readonly (readonly Passage[])[]): Passage[] {
  const scores = new Map<string, { readonly passage: Passage; score: number }>();
  for (const ranking of rankings)
    for (const [place, passage] of ranking.entries()) {
      const entry = scores.get(passage.id) ?? { passage, score: 0 };
      entry.score += 1 / (k + place + 1);
      scores.set(passage.id, entry);
    }
  return [...scores.values()].sort((left, right) => right.score - left.score).map(({ passage }) => passage);
}

/** So many of each ranking are fused, at least: a passage that one has far down and the other high up may come first. */
const leastDepth = 100;

/** What the retrievers, over the same passages, find together. */
export const hybrid = (retrievers: readonly Retriever[]): Retriever => ({
  name: `hybrid of ${retrievers.map(({ name }) => name).join(" and ")}`,
  version: retrievers.reduce((sum, { version }) => sum + version, 1),
  prepared: retrievers.flatMap(({ prepared }) => prepared),
  search: async (query, topK) => {
    const depth = Math.max(topK, leastDepth);
    const found = await Promise.all(retrievers.map((retriever) => retriever.search(query, depth)));
    return {
      passages: fused(found.map(({ passages }) => passages)).slice(0, topK),
      cost: totalCost(found.map(({ cost }) => cost)),
    };
  },
});
