import { expect, test } from "vitest";
import { candidateOf, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { startDecision } from "../decision/index.ts";
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

test("the share is the mean over samples, as in the decision, where repeats fail unequally", () => {
  const tally = new Tally();
  const decision = startDecision([runOf([candidateOf("a")])], { today: "2026-11-28" });
  // Of one sample a single asking was answered, of the other all three.
  for (const [sample, quality] of [
    ["0", 0],
    ["0", null],
    ["0", null],
    ["1", 1],
    ["1", 1],
    ["1", 1],
  ] as const) {
    tally.add(trialOf({ candidate: "a", sample, quality }));
    decision.add(trialOf({ candidate: "a", sample, quality }));
  }
  const measures = tally.measures();
  expect(measures).toMatchObject({ scored: 4, failed: 2, quality: { share: 0.5, n: 2 } });
  expect(measures.scores.contains).toEqual(measures.quality);
  expect(Tally.of([tally]).measures().quality).toEqual(measures.quality);
  expect(decision.decision().options[0]!.quality!.value).toBe(measures.quality!.share);
});

test("quality has one interval, in the tables and in the decision, where answers are partly right too", () => {
  for (const scores of [
    [1, 0.5, 0.8, 1, 0.25, 1, 0.9, 1, 0.6],
    [1, 0, 1, 1, 0, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 1],
  ]) {
    const trials = [...scores, ...scores.toReversed()].map((quality, index) =>
      trialOf({ candidate: "a", sample: `${index % 9}`, document: `${index % 3}`, quality }),
    );
    const tally = new Tally();
    const decision = startDecision([runOf([candidateOf("a")])], { today: "2026-11-28" });
    for (const trial of trials) {
      tally.add(trial);
      decision.add(trial);
    }
    const { value, interval } = decision.decision().options[0]!.quality!;
    const { share, interval: ofTables } = tally.measures().quality!;
    expect(share).toBeCloseTo(value, 12);
    expect(ofTables.low).toBeCloseTo(interval!.low, 12);
    expect(ofTables.high).toBeCloseTo(interval!.high, 12);
  }
});
