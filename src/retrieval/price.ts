/**
 * What models that embed and rerank cost: their price, what an answer says it used, and the most that a request can use.
 */

/** As a vendor's page had it on a day. */
export interface RetrievalPrice {
  readonly usd: number;
  /** For a million tokens, or for a thousand searches: one is a query with up to 100 documents. */
  readonly per: "Mtok" | "Ksearch";
  /** YYYY-MM-DD. */
  readonly observedOn: string;
  readonly source: string;
}

/** Null is what nobody says. */
export interface Use {
  readonly tokens: number | null;
  readonly searches: number | null;
}

/** What something took; null is unknown. */
export interface Cost {
  readonly usd: number | null;
  readonly tokens: number | null;
}

/** Of what asks no model. */
export const noCost: Cost = { usd: 0, tokens: 0 };

/** Unknown where one of them is. */
export function totalCost(costs: Iterable<Cost>): Cost {
  let [usd, tokens]: [number | null, number | null] = [0, 0];
  for (const cost of costs) {
    usd = usd === null || cost.usd === null ? null : usd + cost.usd;
    tokens = tokens === null || cost.tokens === null ? null : tokens + cost.tokens;
  }
  return { usd, tokens };
}

/** USD; null where the price, or what it is asked for, is not known. */
export function costOfUse({ tokens, searches }: Use, price: RetrievalPrice | null): number | null {
  if (price === null) return null;
  if (price.usd === 0) return 0;
  const [used, unit] = price.per === "Mtok" ? [tokens, 1e6] : [searches, 1e3];
  return used === null ? null : (used * price.usd) / unit;
}

/** A model may set marks of its own around a text, such as `[CLS]` and `[SEP]`. */
const marksOfText = 8;

/** A token of text is at least one of its bytes, as the request has it. */
export const mostTokensOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) + marksOfText;

/** The most that embedding can take. */
export const mostToEmbed = (texts: readonly string[]): Use => ({
  tokens: texts.reduce((sum, text) => sum + mostTokensOf(text), 0),
  searches: null,
});

/**
 * The most that reranking can take. The query is read with each text: Jina counts it so. Cohere counts a text as one
 * document for every 500 tokens of it and the query; at least half of them are taken to be the text's.
 *
 * @see Cohere's and Jina's pages on prices: "search unit", and what counts as a token of a reranker
 */
export function mostToRerank(query: string, texts: readonly string[]): Use {
  const documents = texts.reduce((sum, text) => sum + Math.ceil(mostTokensOf(text) / 250), 0);
  return {
    tokens: texts.reduce((sum, text) => sum + mostTokensOf(query) + mostTokensOf(text), 0),
    searches: Math.max(1, Math.ceil(documents / 100)),
  };
}
