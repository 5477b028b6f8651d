import fc from "fast-check";
import { expect, test } from "vitest";
import { bm25 } from "./bm25.ts";
import type { Passage } from "./passages.ts";
import { termsOf } from "./words.ts";

const passage = (text: string, place: number): Passage => ({
  id: String(place),
  document: "d",
  start: place,
  end: place + 1,
  text,
});

/** The formula, word by word and passage by passage. */
function scored(query: readonly string[], texts: readonly (readonly string[])[]): number[] {
  const meanLength = texts.reduce((sum, { length }) => sum + length, 0) / texts.length;
  return texts.map((words) =>
    query.reduce((sum, term) => {
      const holding = texts.filter((other) => other.includes(term)).length;
      const times = words.filter((word) => word === term).length;
      const rarity = Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5));
      return sum + (rarity * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * words.length) / meanLength));
    }, 0),
  );
}

const word = fc.constantFrom("a", "b", "c", "d", "e", "constructor");
const words = fc.array(word, { minLength: 1, maxLength: 12 });

test("the order is that of the formula", async () => {
  await fc.assert(
    fc.asyncProperty(words, fc.array(words, { minLength: 1, maxLength: 10 }), async (query, texts) => {
      const retriever = bm25(texts.map((all, place) => passage(all.join(" "), place)));
      const found = (await retriever.search(query.join(" "), 99)).passages;
      const scores = scored(query, texts);
      expect(found.map(({ id }) => id).sort()).toEqual(
        [...scores.keys()]
          .filter((place) => scores[place]! > 0)
          .map(String)
          .sort(),
      );
      const inOrder = found.map(({ id }) => scores[Number(id)]!);
      for (const [place, score] of inOrder.entries()) {
        if (place > 0) expect(score).toBeLessThanOrEqual(inOrder[place - 1]! + 1e-9);
      }
    }),
  );
});

test("it finds the passage that shares the query's rare words, in any capitals and forms of letters", async () => {
  const texts = [
    "Returns are accepted within thirty days of the delivery.",
    "The warehouse is open on weekdays, and closed in August.",
    "Delivery takes three days; the warehouse confirms each one.",
    "返品は三十日以内に受け付けます。",
    "हम किताबें तीन दिन में भेजते हैं",
  ].map(passage);
  const first = async (query: string) => (await bm25(texts).search(query, 1)).passages.map(({ id }) => Number(id));
  expect(await first("When are RETURNS accepted?")).toEqual([0]);
  expect(await first("Is the warehouse open on ｗｅｅｋｄａｙｓ?")).toEqual([1]);
  expect(await first("返品の期限は三十日ですか")).toEqual([3]);
  expect(await first("किताबें कब मिलेंगी")).toEqual([4]);
  expect(await first("xylophone")).toEqual([]);
  expect((await bm25([]).search("returns", 3)).passages).toEqual([]);
});

test("terms are words in small letters, and pairs of characters where no spaces are set", () => {
  expect(termsOf("The №5 café, don’t")).toEqual(["the", "no5", "café", "don", "t"]);
  expect(termsOf("コーヒーを2杯")).toEqual(["コー", "ーヒ", "ヒー", "ーを", "2", "杯"]);
});
