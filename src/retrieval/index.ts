export { bm25 } from "./bm25.ts";
export { cachedEmbed, type Embed } from "./embed.ts";
export { hybrid } from "./hybrid.ts";
export { defaultPassageWords, type Passage, passageId, passagesOf, passagesVersion } from "./passages.ts";
export type { PostOptions, Reserve } from "./post-json.ts";
export {
  type Cost,
  costOfUse,
  mostToEmbed,
  mostTokensOf,
  mostToRerank,
  noCost,
  type RetrievalPrice,
  totalCost,
} from "./price.ts";
export { type Rerank, rerankDepth, reranked } from "./rerank.ts";
export type { Found, Retriever } from "./retriever.ts";
export { embedBy, type RetrievalRoute, rerankBy } from "./routes.ts";
export { embeddings } from "./vectors.ts";
