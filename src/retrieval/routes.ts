/** Models that embed or rerank, by the routes that vendors have for them. */
import { z } from "zod";
import { UserError } from "../errors.ts";
import type { Endpoint } from "../wire/index.ts";
import type { Embed } from "./embed.ts";
import { type PostOptions, postJson } from "./post-json.ts";
import { costOfUse, mostToEmbed, mostToRerank, type RetrievalPrice, type Use } from "./price.ts";
import type { Rerank } from "./rerank.ts";

/** How a model that embeds or reranks is reached. */
export interface RetrievalRoute {
  readonly endpoint: Endpoint;
  readonly model: string;
  /** Null where it is not known. */
  readonly price: RetrievalPrice | null;
}

const count = z.number().min(0);
const Usage = z
  .object({ total_tokens: count.nullish(), prompt_tokens: count.nullish(), search_units: count.nullish() })
  .nullish()
  .catch(null);
const Billed = z
  .object({ billed_units: z.object({ search_units: count.nullish() }).nullish() })
  .nullish()
  .catch(null);
const Embeddings = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })),
  usage: Usage,
});
const Ranked = z.object({
  results: z.array(z.object({ index: z.int(), relevance_score: z.number() })),
  usage: Usage,
  meta: Billed,
});

/** Tokens as OpenAI, Jina, vLLM and llama.cpp report them, searches as Cohere and OpenRouter do. */
const useIn = ({ usage, meta }: { usage?: z.infer<typeof Usage>; meta?: z.infer<typeof Billed> }): Use => ({
  tokens: usage?.total_tokens ?? usage?.prompt_tokens ?? null,
  searches: meta?.billed_units?.search_units ?? usage?.search_units ?? null,
});

/** @see OpenAI's API reference, "Create embeddings" */
export function embedBy({ endpoint, model, price }: RetrievalRoute, options?: PostOptions): Embed {
  return async (texts) => {
    const { answer, costUsd } = await postJson(
      endpoint,
      {
        path: "embeddings",
        body: { model, input: texts, encoding_format: "float" },
        answer: Embeddings,
        ceilingUsd: costOfUse(mostToEmbed(texts), price),
        costOf: (answer) => costOfUse(useIn(answer), price),
      },
      options,
    );
    const inOrder = answer.data.toSorted((left, right) => left.index - right.index);
    return { vectors: inOrder.map(({ embedding }) => embedding), cost: { usd: costUsd, tokens: useIn(answer).tokens } };
  };
}

/**
 * Passages that the answer leaves out come last. A passage that is not there, or comes twice, throws a UserError.
 *
 * @see Jina's and Cohere's API references, "Rerank"; vLLM and llama.cpp's server have the same form
 */
export function rerankBy({ endpoint, model, price }: RetrievalRoute, options?: PostOptions): Rerank {
  return async (query, texts) => {
    const { answer, costUsd } = await postJson(
      endpoint,
      {
        path: "rerank",
        body: { model, query, documents: texts, top_n: texts.length },
        answer: Ranked,
        ceilingUsd: costOfUse(mostToRerank(query, texts), price),
        costOf: (answer) => costOfUse(useIn(answer), price),
      },
      options,
    );
    const scores = new Array<number>(texts.length).fill(Number.NEGATIVE_INFINITY);
    const seen = new Set<number>();
    for (const { index, relevance_score } of answer.results) {
      if (!(index in scores) || seen.has(index)) throw notUsable(index, seen.has(index), texts.length);
      seen.add(index);
      scores[index] = relevance_score;
    }
    return { scores, cost: { usd: costUsd, tokens: useIn(answer).tokens } };
  };
}

const notUsable = (index: number, isTwice: boolean, passages: number) =>
  new UserError({
    happened: `the reranking route's answer cannot be used: it has the passage ${index} ${isTwice ? "twice" : `of ${passages}, counted from 0`}`,
    expected: "each passage once at most, by its place",
    mend: "see whether the model that `rerank` names is one that reranks",
  });
