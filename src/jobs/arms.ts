/** An arm's name, and the retriever that it asks for. */
import {
  bm25,
  cachedEmbed,
  defaultPassageWords,
  type Embed,
  embeddings,
  hybrid,
  type Passage,
  type Rerank,
  type Retriever,
  reranked,
} from "../retrieval/index.ts";
import { type Arm, defaultTopK } from "./job.ts";

export type RetrievalArm = Exclude<Arm, "whole">;

/** How the models that arms name are reached. @throws UserError where there is no way to one */
export interface RetrievalModels {
  readonly embed: (model: string) => Embed;
  readonly rerank: (model: string) => Rerank;
}

/** `whole`, `bm25 top 8`, `hybrid with openai/text-embedding-3-small within 2000 tokens, passages of 100 words`. */
export function armName(arm: Arm): string {
  if (arm === "whole") return arm;
  const { retrieval, topK = arm.budgetTokens === undefined ? defaultTopK : null, budgetTokens, passageWords } = arm;
  return [
    retrieval,
    "embeddings" in arm ? ` with ${arm.embeddings}` : "",
    topK === null ? "" : ` top ${topK}`,
    budgetTokens === undefined ? "" : ` within ${budgetTokens} tokens`,
    arm.rerank === undefined ? "" : `, reranked by ${arm.rerank}`,
    passageWords === defaultPassageWords ? "" : `, passages of ${passageWords} words`,
  ].join("");
}

export type OpenRetriever = (arm: RetrievalArm, passages: readonly Passage[]) => Promise<Retriever>;

/**
 * Makes retrievers; while it is kept, a text is embedded once by a model, whatever arms and documents it is in.
 *
 * @param models  null where nothing is to be sent: then BM25 stands in for all, and gives as many passages
 */
export function retrieverOpener(models: RetrievalModels | null): OpenRetriever {
  if (models === null) return async (_, passages) => bm25(passages);
  const embedders = new Map<string, ReturnType<typeof cachedEmbed>>();
  const embedder = (model: string) => {
    const embed = embedders.get(model) ?? cachedEmbed(models.embed(model));
    embedders.set(model, embed);
    return embed;
  };
  const found = async (arm: RetrievalArm, passages: readonly Passage[]): Promise<Retriever> => {
    if (arm.retrieval === "bm25") return bm25(passages);
    const byMeaning = await embeddings(passages, embedder(arm.embeddings), arm.embeddings);
    return arm.retrieval === "embeddings" ? byMeaning : hybrid([bm25(passages), byMeaning]);
  };
  return async (arm, passages) => {
    const retriever = await found(arm, passages);
    return arm.rerank === undefined ? retriever : reranked(retriever, models.rerank(arm.rerank), arm.rerank);
  };
}
