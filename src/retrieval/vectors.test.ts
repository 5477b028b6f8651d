import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../errors.ts";
import { cachedEmbed } from "./embed.ts";
import type { Passage } from "./passages.ts";
import { noCost, totalCost } from "./price.ts";
import { embeddings } from "./vectors.ts";

const passage = (text: string, place: number): Passage => ({
  id: String(place),
  document: "d",
  start: place,
  end: place + 1,
  text,
});
const number = fc.integer({ min: -50, max: 50 });
const vector = fc.array(number, { minLength: 3, maxLength: 3 }).filter((values) => values.some((value) => value !== 0));

function cosine(left: readonly number[], right: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  return product(left, right) / Math.sqrt(product(left, left) * product(right, right));
}

test("the order is that of the cosine with the query", async () => {
  await fc.assert(
    fc.asyncProperty(vector, fc.array(vector, { maxLength: 80 }), async (query, vectors) => {
      const texts = vectors.map((_, place) => `text ${place}`);
      const of = new Map([["query", query], ...texts.map((text, place) => [text, vectors[place]!] as const)]);
      const embed = cachedEmbed(async (asked) => ({ vectors: asked.map((text) => of.get(text)!), cost: noCost }));
      const retriever = await embeddings(texts.map(passage), embed, "test");
      const found = (await retriever.search("query", 99)).passages.map(({ id }) => cosine(vectors[Number(id)]!, query));
      expect(found).toHaveLength(vectors.length);
      for (const [place, value] of found.entries())
        if (place > 0) expect(value).toBeLessThanOrEqual(found[place - 1]! + 1e-6);
    }),
  );
});

test("each text is sent once, in batches of 32, at most four at a time", async () => {
  const sent: string[][] = [];
  let open = 0;
  let most = 0;
  const embed = cachedEmbed(async (texts) => {
    sent.push([...texts]);
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 1));
    open -= 1;
    return { vectors: texts.map(() => [1, 2]), cost: { usd: texts.length, tokens: null } };
  });
  const texts = Array.from({ length: 200 }, (_, index) => `text ${index % 190}`);
  const [first, again] = await Promise.all([embed(texts), embed(texts.slice(50))]);
  expect(first).toHaveLength(200);
  expect(again[0]).toBe(first[50]);
  expect(sent.map(({ length }) => length)).toEqual([32, 32, 32, 32, 32, 30]);
  expect(most).toBe(4);
  // The shares of a request are all of it.
  expect(new Set(first).size).toBe(190);
  expect(totalCost([...new Set(first)].map(({ cost }) => cost)).usd).toBeCloseTo(190, 9);
});

test.each([
  ["1 vectors came for 2 texts", async () => [[1]]],
  ["vectors of 1 and of 2 numbers came", async () => [[1], [1, 2]]],
  ["a vector without a direction came", async () => [[1], [0]]],
  ["a vector without a direction came", async () => [[1], [Number.NaN]]],
])("vectors that cannot be compared are refused: %s", async (happened, vectors) => {
  const embed = cachedEmbed(async () => ({ vectors: await vectors(), cost: noCost }));
  const asked = embeddings(["a", "b"].map(passage), embed, "test");
  await expect(asked).rejects.toThrow(happened);
  await expect(asked).rejects.toBeInstanceOf(UserError);
});
