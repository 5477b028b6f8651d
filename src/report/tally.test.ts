import { expect, test } from "vitest";
import { trialOf } from "../../test/fixtures/decision-run.ts";
import { decodeTokensPerSecond, Tally } from "./tally.ts";

const speed = (outputTokens: number | null, gapsUs: readonly number[]) =>
  decodeTokensPerSecond({
    usage: {
      uncachedInputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      outputTokens,
      reasoningTokens: null,
      inputTokens: null,
      raw: null,
    },
    timings: {
      sentAt: "2026-01-01T00:00:00.000Z",
      headersMs: 1,
      firstEventMs: 2,
      firstReasoningMs: null,
      firstContentMs: 2,
      gapsUs,
      endMs: 20,
    },
  });

test.each([
  ["five events, one token each, and an end token that no event brings", 6, [1000, 1000, 1000, 1000], 1000],
  ["five events, one token each", 5, [1000, 1000, 1000, 1000], 1000],
  ["five events that bring several tokens each", 21, [5000, 5000, 5000, 5000], 1000],
  ["too few events", 2, [1000], null],
  ["events that came in one burst", 6, [0, 200, 0, 300], null],
  ["a count that nobody reported", null, [1000, 1000, 1000], null],
])("decoding speed of %s", (_case, outputTokens, gapsUs, expected) => {
  expect(speed(outputTokens, gapsUs)).toBe(expected);
});

const tallyOf = (arm: string, scores: readonly number[]) => {
  const tally = new Tally();
  for (const [index, quality] of scores.entries())
    tally.add(trialOf({ candidate: "a", sample: String(index), arm, quality }));
  return tally;
};

test("arms that are asked the same samples make an interval no narrower than one of them", () => {
  const scores = [1, 1, 1, 0, 1, 1, 0, 1];
  const one = tallyOf("whole", scores);
  const both = Tally.of([one, tallyOf("bm25", scores)]).measures().quality!;
  expect(both).toMatchObject({ share: 0.75, n: 16, interval: one.measures().quality!.interval });
});
