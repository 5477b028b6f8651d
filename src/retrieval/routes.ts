/** Models that embed or rerank, by the routes that vendors have for them. */
import { z } from "zod";
import type { Endpoint } from "../wire/index.ts";
import type { Embed } from "./embed.ts";
import { type PostOptions, postJson } from "./post-json.ts";
import type { Rerank } from "./rerank.ts";

const Embeddings = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })) });
const Ranked = z.object({ results: z.array(z.object({ index: z.int(), relevance_score: z.number() })) });

/** @see OpenAI's API reference, "Create embeddings" */
export function embedBy(endpoint: Endpoint, model: string, options?: PostOptions): Embed {
  return async (texts) => {
    const body = { model, input: texts, encoding_format: "float" };
    const { data } = await postJson(endpoint, "embeddings", body, Embeddings, options);
    return data.toSorted((left, right) => left.index - right.index).map(({ embedding }) => embedding);
  };
}

/**
 * Passages that the answer leaves out come last.
 *
 * @see Jina's and Cohere's API references, "Rerank"; vLLM and llama.cpp's server have the same form
 */
export function rerankBy(endpoint: Endpoint, model: string, options?: PostOptions): Rerank {
  return async (query, texts) => {
    const body = { model, query, documents: texts, top_n: texts.length };
    const { results } = await postJson(endpoint, "rerank", body, Ranked, options);
    const scores = new Array<number>(texts.length).fill(Number.NEGATIVE_INFINITY);
    for (const { index, relevance_score } of results) if (index in scores) scores[index] = relevance_score;
    return scores;
  };
}
