import fc from "fast-check";
import { expect, test } from "vitest";
import { costOfUse, mostToEmbed, mostToRerank, type RetrievalPrice, totalCost } from "./price.ts";

const price = (usd: number, per: RetrievalPrice["per"]): RetrievalPrice => ({
  usd,
  per,
  observedOn: "2026-11-28",
  source: "a test",
});

test.each([
  [{ tokens: 500_000, searches: null }, price(0.02, "Mtok"), 0.01],
  [{ tokens: 9, searches: 3 }, price(2, "Ksearch"), 0.006],
  [{ tokens: 9, searches: null }, price(2, "Ksearch"), null],
  [{ tokens: null, searches: 3 }, price(0.02, "Mtok"), null],
  [{ tokens: 9, searches: 3 }, null, null],
  // What costs nothing costs nothing, whatever is said of it.
  [{ tokens: null, searches: null }, price(0, "Mtok"), 0],
])("%j at %j is %j USD", (use, at, usd) => {
  expect(costOfUse(use, at)).toBe(usd);
});

test("a total is unknown where a part is, each of its numbers for itself", () => {
  const known = { usd: 1, tokens: 2 };
  expect(totalCost([])).toEqual({ usd: 0, tokens: 0 });
  expect(totalCost([known, known])).toEqual({ usd: 2, tokens: 4 });
  expect(totalCost([known, { usd: null, tokens: 3 }])).toEqual({ usd: null, tokens: 5 });
});

const text = fc.string({ unit: "grapheme", maxLength: 4_000 });
const bytes = (of: string) => Buffer.byteLength(of);

test("no tokenizer with a token for every byte, and marks around each text, takes more than the most", () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), text, (texts, query) => {
      const read = texts.map((one) => bytes(one) + 3);
      expect(mostToEmbed(texts).tokens).toBeGreaterThanOrEqual(read.reduce((sum, one) => sum + one, 0));
      // Jina: the query with each document.
      const together = texts.map((one) => bytes(query) + bytes(one) + 4);
      expect(mostToRerank(query, texts).tokens).toBeGreaterThanOrEqual(together.reduce((sum, one) => sum + one, 0));
    }),
  );
});

test("no more searches are counted than by pieces of 500 tokens, query included, a hundred a search", () => {
  const documents = fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(documents, fc.integer({ min: 0, max: 250 }), (lengths, queryTokens) => {
      const pieces = lengths.reduce((sum, tokens) => sum + Math.max(1, Math.ceil(tokens / (500 - queryTokens))), 0);
      const texts = lengths.map((tokens) => "x".repeat(tokens));
      const most = mostToRerank("q".repeat(queryTokens), texts).searches!;
      expect(most).toBeGreaterThanOrEqual(Math.ceil(pieces / 100));
    }),
    { numRuns: 50 },
  );
});
