import { expect, test } from "vitest";
import { candidateOf, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { startDecision } from "../decision/index.ts";
import type { Trial } from "../evals/index.ts";
import type { ServerHabits } from "../routes/index.ts";
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

const unsaid = { read: null } as const;
const reading = (sample: string, { read, expected = 0 }: { read: number | null; expected?: number }, ttftMs = 100) => {
  const trial = trialOf({ candidate: "vllm/any", sample, quality: 1, costUsd: 1, ttftMs, inputTokens: 1_000 });
  const usage = { ...trial.usage!, cacheReadTokens: read, uncachedInputTokens: read === null ? null : 1_000 - read };
  return { ...trial, usage, expectedCacheReadTokens: expected };
};
const tallied = (server: ServerHabits, trials: readonly Trial[]) => {
  const tally = new Tally(server);
  for (const trial of trials) tally.add(trial);
  return tally.resolved().measures();
};

test("a server that leaves out zeros has read nothing in the calls that do not say", () => {
  const trials = [
    reading("0", unsaid),
    reading("1", { read: 800, expected: 800 }),
    reading("2", { ...unsaid, expected: 800 }),
  ];
  const server = { omitsZero: true, readsCostLess: true };
  const measures = tallied(server, trials);
  expect(measures.cache).toEqual({ n: 3, readTokens: 800, expectedTokens: 1_600, inputTokens: 3_000, asExpected: 2 });
  expect(measures.cacheReadTokens).toEqual({ sum: 800, known: 3, unknown: 0 });
  expect(measures.uncachedInputTokens).toEqual({ sum: 2_200, known: 3, unknown: 0 });
  expect(measures.ttftMs.cold.n).toBe(2);
  expect(measures.costUsd).toEqual({ sum: 3, known: 3, unknown: 0, isAtMost: false });
  // Its cells are read as all of its calls are.
  const cell = new Tally(server);
  cell.add(trials[2]!);
  expect(cell.resolved(true).measures().cache).toMatchObject({ n: 1, readTokens: 0, asExpected: 0 });
  expect(cell.resolved().measures().cache).toBeNull();
});

test("where no call says what it read, its cost is the most that it can be, if reading costs less", () => {
  const trials = [reading("0", unsaid), reading("1", { ...unsaid, expected: 800 })];
  const isAtMost = (readsCostLess: boolean) => tallied({ omitsZero: true, readsCostLess }, trials).costUsd.isAtMost;
  expect([isAtMost(true), isAtMost(false)]).toEqual([true, false]);
  expect(tallied({ omitsZero: true, readsCostLess: true }, trials).cacheReadTokens).toEqual({
    sum: null,
    known: 0,
    unknown: 2,
  });
});
