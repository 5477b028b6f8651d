/** Passages by their meaning, as a model embeds it. */
import type { cachedEmbed } from "./embed.ts";
import type { Passage } from "./passages.ts";
import { noCost } from "./price.ts";
import type { Retriever } from "./retriever.ts";

/**
 * The passages whose vectors have the largest cosine with the query's. All of them are compared: nothing is approximate.
 * Of equal ones the earlier is first; an empty query finds nothing.
 *
 * @param model  that embeds, for the name
 * @throws UserError as `embed` does
 */
export async function embeddings(
  passages: readonly Passage[],
  embed: ReturnType<typeof cachedEmbed>,
  model: string,
): Promise<Retriever> {
  const embedded = await embed(passages.map(({ text }) => text));
  return {
    name: `embeddings of ${model}`,
    version: 1,
    prepared: embedded.map(({ cost }) => cost),
    search: async (query, topK) => {
      if (query.trim() === "" || passages.length === 0) return { passages: [], cost: noCost };
      const wanted = (await embed([query]))[0]!;
      const cosines = embedded.map(({ vector }) => dot(vector, wanted.vector));
      const places = [...passages.keys()]
        .sort((left, right) => cosines[right]! - cosines[left]! || left - right)
        .slice(0, topK);
      return { passages: places.map((place) => passages[place]!), cost: wanted.cost };
    },
  };
}

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at++) sum += left[at]! * right[at]!;
  return sum;
}
