import { expect, test } from "vitest";
import { decodeTokensPerSecond } from "./tally.ts";

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
  ["a count that nobody reported", null, [1000, 1000, 1000], null],
])("decoding speed of %s", (_case, outputTokens, gapsUs, expected) => {
  expect(speed(outputTokens, gapsUs)).toBe(expected);
});
