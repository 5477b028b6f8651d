/** An arm's name, and the retriever that it asks for. */
import { agentLoops } from "../evals/index.ts";
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
import { type PriceOf, standInOpener } from "./stand-in.ts";

export type RetrievalArm = Extract<Arm, { readonly retrieval: unknown }>;

export const isRetrieval = (arm: Arm): arm is RetrievalArm => typeof arm === "object" && "retrieval" in arm;

/** Whether models are asked to find its passages. */
export const asksModels = (arm: RetrievalArm): boolean => arm.retrieval !== "bm25" || arm.rerank !== undefined;

/** How an agent looks into the material; null for an arm that is none. */
export function agentOf(arm: Arm): agentLoops.AgentLoopOptions | null {
  if (arm === "agent") return agentLoops.agentLoopDefaults;
  return typeof arm === "object" && "agent" in arm ? { ...agentLoops.agentLoopDefaults, ...arm.agent } : null;
}

/** How the models that arms name are reached. */
export interface RetrievalModels {
  readonly embed: (model: string) => Embed;
  readonly rerank: (model: string) => Rerank;
}

/** `whole`, `agent`, `agent of 8 turns`, `bm25 top 8`, `hybrid with openai/text-embedding-3-small within 2000 tokens, passages of 100 words`. */
export function armName(arm: Arm): string {
  if (!isRetrieval(arm)) return arm === "whole" ? arm : agentName(agentOf(arm)!);
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

const agentName = ({ maxTurns }: agentLoops.AgentLoopOptions) =>
  maxTurns === agentLoops.agentLoopDefaults.maxTurns
    ? "agent"
    : `agent of ${maxTurns} turn${maxTurns === 1 ? "" : "s"}`;

export type OpenRetriever = (arm: RetrievalArm, passages: readonly Passage[]) => Promise<Retriever>;

/**
 * Makes retrievers; while it is kept, a text is embedded once by a model, whatever arms and documents it is in.
 *
 * @param models  null where nothing is to be sent: then BM25 stands in for all, and gives as many passages
 * @param priceOf  of models that BM25 stands in for
 */
export function retrieverOpener(models: RetrievalModels | null, priceOf: PriceOf = () => null): OpenRetriever {
  if (models === null) {
    const standIn = standInOpener(priceOf);
    return async (arm, passages) => (asksModels(arm) ? standIn(arm, passages) : bm25(passages));
  }
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
