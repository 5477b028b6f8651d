import fc from "fast-check";
import { expect, test } from "vitest";
import { costOf, type Price } from "../../../../routes/index.ts";
import { lossesOf, missCostUsd } from "./losses.ts";

const price: Price = {
  ...{ uncachedInputUsdPerMtok: 2, cacheReadUsdPerMtok: 0.2, cacheWriteUsdPerMtok: 2.5, outputUsdPerMtok: 9 },
  ...{ observedOn: "2026-11-28", source: "test" },
};
const usage = (uncached: number, read: number, written: number | null = null) => ({
  ...{ uncachedInputTokens: uncached, cacheReadTokens: read, cacheWriteTokens: written, outputTokens: 7 },
  ...{ inputTokens: uncached + read + (written ?? 0), reasoningTokens: null, raw: null },
});
const tokens = fc.nat(1_000);

test("the causes add up to what is missing of the prompt that only goes on", () => {
  fc.assert(
    fc.property(
      tokens,
      tokens,
      tokens,
      tokens,
      tokens,
      tokens,
      (cached, appended, ceiling, alone, timeless, expected) => {
        const losses = lossesOf(
          cached,
          { appended, ceiling, alone, timeless, expected },
          { usage: usage(900, cached), price },
        );
        expect(losses.reduce((sum, { tokens: lost }) => sum + lost, 0)).toBe(Math.max(0, appended - cached));
        expect(losses.every(({ tokens: lost }) => lost > 0)).toBe(true);
      },
    ),
  );
});

test("each cause has the step from one view to the next", () => {
  const readable = { appended: 900, ceiling: 800, alone: 768, timeless: 512, expected: 256 };
  expect(lossesOf(100, readable, { usage: usage(900, 100), price })).toMatchObject([
    { cause: "prefix changed", tokens: 100 },
    { cause: "vendor's rule", tokens: 32 },
    { cause: "another session", tokens: 256 },
    { cause: "expired", tokens: 256 },
    { cause: "unexplained", tokens: 156 },
  ]);
});

test("without a rule, all but a change is unexplained", () => {
  const readable = { appended: 900, ceiling: 800, alone: null, timeless: null, expected: null };
  const losses = lossesOf(100, readable, { usage: usage(900, 100), price });
  expect(losses.map(({ cause, tokens: lost }) => [cause, lost])).toEqual([
    ["prefix changed", 100],
    ["unexplained", 700],
  ]);
});

test("a miss costs what separates the call from one that had read the tokens", () => {
  fc.assert(
    fc.property(tokens, tokens, tokens, (uncached, read, written) => {
      fc.pre(uncached + written > 0);
      const all = usage(uncached, read, written);
      const warm = { ...all, uncachedInputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: uncached + read + written };
      expect(missCostUsd(all, uncached + written, price)).toBeCloseTo(costOf(all, price)! - costOf(warm, price)!, 12);
    }),
  );
});

test("a token that was written costs what writing cost, above reading it", () => {
  expect(missCostUsd(usage(1_000, 0, 500), 500, price)).toBeCloseTo((500 * (2.5 - 0.2)) / 1e6, 15);
  expect(missCostUsd(usage(1_000, 0, 500), 600, price)).toBeCloseTo((500 * (2.5 - 0.2) + 100 * (2 - 0.2)) / 1e6, 15);
});

test("what is not known costs nobody knows what", () => {
  expect(missCostUsd(usage(10, 0), 5, null)).toBeNull();
  expect(missCostUsd({ ...usage(10, 0), uncachedInputTokens: null }, 5, price)).toBeNull();
});
