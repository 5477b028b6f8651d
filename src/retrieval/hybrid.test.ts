import fc from "fast-check";
import { expect, test } from "vitest";
import { fused, hybrid } from "./hybrid.ts";
import type { Passage } from "./passages.ts";
import { reranked } from "./rerank.ts";
import type { Retriever } from "./retriever.ts";

const passage = (id: string): Passage => ({ id, document: "d", start: 0, end: 1, text: `text ${id}` });
const ranking = (ids: string) => [...ids].map(passage);
const idsOf = (passages: readonly Passage[]) => passages.map(({ id }) => id).join("");
const cost = (usd: number | null) => ({ usd, tokens: null });
const fixed = (name: string, ids: string, usd: number | null = 0): Retriever => ({
  name,
  version: 1,
  prepared: [cost(usd)],
  search: async (_query, topK) => ({ passages: ranking(ids).slice(0, topK), cost: cost(usd) }),
});

test("what two rankings have high up comes before what one has highest", () => {
  // 1/62 + 1/62 > 1/61 + 1/64 > 1/61 > 1/63, which c and y both have
  expect(idsOf(fused([ranking("abc"), ranking("xbya")]))).toBe("baxcy");
});

test("a passage that no ranking has lower than another is not behind it", () => {
  const orders = fc.shuffledSubarray([..."abcdef"]);
  fc.assert(
    fc.property(fc.array(orders, { minLength: 1, maxLength: 4 }), (all) => {
      const order = idsOf(fused(all.map((ids) => ranking(ids.join("")))));
      expect([...order].sort()).toEqual([...new Set(all.flat())].sort());
      const rank = (ids: readonly string[], id: string) =>
        ids.includes(id) ? ids.indexOf(id) : Number.POSITIVE_INFINITY;
      for (const left of order)
        for (const right of order)
          if (
            all.every((ids) => rank(ids, left) <= rank(ids, right)) &&
            all.some((ids) => rank(ids, left) < rank(ids, right))
          )
            expect(order.indexOf(left)).toBeLessThan(order.indexOf(right));
    }),
  );
});

test("a hybrid takes the best of what its parts find", async () => {
  const both = hybrid([fixed("one", "abcdef"), fixed("two", "fedcba")]);
  expect(both.name).toBe("hybrid of one and two");
  expect(idsOf((await both.search("query", 3)).passages)).toBe("afb");
});

test("reranking orders what was found by the model's scores, and keeps the order of equal ones", async () => {
  const asked: (readonly string[])[] = [];
  const retriever = reranked(
    fixed("one", "abcd"),
    async (query, texts) => {
      asked.push([query, ...texts]);
      return { scores: [0.1, 0.9, 0.1, 0.95], cost: cost(0) };
    },
    "judge",
  );
  expect(idsOf((await retriever.search("query", 3)).passages)).toBe("dba");
  expect(asked).toEqual([["query", "text a", "text b", "text c", "text d"]]);
  const saying = (scores: readonly number[]) => async () => ({ scores, cost: cost(0) });
  expect((await reranked(fixed("none", ""), saying([]), "judge").search("query", 3)).passages).toEqual([]);
  await expect(reranked(fixed("one", "ab"), saying([1]), "judge").search("query", 3)).rejects.toThrow(
    "1 scores for 2 passages",
  );
});

test("what is found costs what all that was asked for it cost, and is unknown where one of them is", async () => {
  const found = async (...usd: (number | null)[]) => {
    const both = hybrid(usd.map((one, place) => fixed(String(place), "ab", one)));
    const retriever = reranked(both, async () => ({ scores: [1, 2], cost: cost(4) }), "judge");
    return [(await retriever.search("query", 2)).cost.usd, retriever.prepared.map((one) => one.usd)];
  };
  expect(await found(1, 2)).toEqual([7, [1, 2]]);
  expect(await found(1, null)).toEqual([null, [1, null]]);
});
