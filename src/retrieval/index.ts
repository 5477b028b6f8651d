export { bm25 } from "./bm25.ts";
export { cachedEmbed, type Embed } from "./embed.ts";
export { hybrid } from "./hybrid.ts";
export { defaultPassageWords, type Passage, passageId, passagesOf, passagesVersion } from "./passages.ts";
export { type Rerank, reranked } from "./rerank.ts";
export type { Retriever } from "./retriever.ts";
export { embedBy, rerankBy } from "./routes.ts";
export { embeddings } from "./vectors.ts";
