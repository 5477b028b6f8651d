import { describe, expect, test } from "vitest";
import { type Random, randomFrom } from "../../stats/index.ts";
import { type InferredHit, inferAlike, inferHits } from "./infer-hits.ts";

/** Log-normal times: exp(ln median + spread · normal). */
const times = (random: Random, count: number, medianMs: number, spread: number) =>
  Array.from({ length: count }, () => medianMs * Math.exp(spread * random.normal()));

interface Setting {
  readonly cold: number;
  readonly judged: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly spread: number;
  readonly hitShare: number;
}

/** Of 300 studies: calls with a verdict, misses taken for hits, hits taken for misses; shares of all calls. */
function simulated({ cold, judged, coldMs, warmMs, spread, hitShare }: Setting) {
  const random = randomFrom(`${cold} ${coldMs} ${spread} ${hitShare}`);
  let [decided, falseHits, falseMisses] = [0, 0, 0];
  const studies = 300;
  for (let study = 0; study < studies; study++) {
    const isHit = Array.from({ length: judged }, () => random.uniform() < hitShare);
    const ttftMs = isHit.map((hit) => times(random, 1, hit ? warmMs : coldMs, spread)[0]!);
    for (const [at, { verdict }] of inferAlike(times(random, cold, coldMs, spread), ttftMs).entries()) {
      if (verdict !== "unknown") decided++;
      if (verdict === "hit" && !isHit[at]) falseHits++;
      if (verdict === "miss" && isHit[at]) falseMisses++;
    }
  }
  const share = (count: number) => count / (studies * judged);
  return { decided: share(decided), falseHits: share(falseHits), falseMisses: share(falseMisses) };
}

const clear = { coldMs: 2_000, warmMs: 300, spread: 0.3 };
const near = { coldMs: 600, warmMs: 300, spread: 0.3 };
const nearer = { coldMs: 450, warmMs: 300, spread: 0.3 };

describe("in simulation", () => {
  test.each<Setting & { readonly atLeast: number }>([
    { ...clear, cold: 10, judged: 40, hitShare: 0.9, atLeast: 0.97 },
    { ...clear, cold: 5, judged: 40, hitShare: 0.5, atLeast: 0.95 },
    { ...clear, cold: 3, judged: 10, hitShare: 1, atLeast: 0.9 },
    { ...clear, cold: 5, judged: 40, hitShare: 0.1, atLeast: 0.6 },
    { ...near, cold: 10, judged: 40, hitShare: 0.9, atLeast: 0.4 },
  ])("%j: verdicts, and at most 2 calls in a hundred are misjudged", ({ atLeast, ...setting }) => {
    const { decided, falseHits, falseMisses } = simulated(setting);
    expect(decided).toBeGreaterThanOrEqual(atLeast);
    expect(falseHits + falseMisses).toBeLessThan(0.02);
  });

  test.each<Setting>([
    { ...clear, cold: 3, judged: 40, hitShare: 0 },
    { ...clear, cold: 10, judged: 10, hitShare: 0 },
    { ...nearer, cold: 5, judged: 40, hitShare: 0.5 },
    { coldMs: 300, warmMs: 300, spread: 0.3, cold: 5, judged: 40, hitShare: 0.9 },
  ])("%j: where nothing can be told, nearly nothing is", (setting) => {
    const { decided, falseHits, falseMisses } = simulated(setting);
    expect(decided).toBeLessThan(0.06);
    expect(falseHits + falseMisses).toBeLessThan(0.02);
  });

  test("of many calls, a probability means what it says", () => {
    const random = randomFrom(3);
    const bins = Array.from({ length: 5 }, () => ({ calls: 0, hits: 0, probability: 0 }));
    for (let study = 0; study < 60; study++) {
      const isHit = Array.from({ length: 200 }, () => random.uniform() < 0.6);
      const ttftMs = isHit.map((hit) => times(random, 1, hit ? 300 : 600, 0.25)[0]!);
      for (const [at, { hitProbability }] of inferAlike(times(random, 20, 600, 0.25), ttftMs).entries()) {
        if (hitProbability === null) continue;
        const bin = bins[Math.min(4, Math.floor(hitProbability * 5))]!;
        bin.calls++;
        bin.probability += hitProbability;
        if (isHit[at]) bin.hits++;
      }
    }
    for (const { calls, hits, probability } of bins) {
      expect(calls).toBeGreaterThan(250);
      expect(Math.abs(hits - probability) / calls).toBeLessThan(0.1);
    }
  });
});

const coldMs = [1_900, 2_000, 2_100, 2_050, 1_950];
const warmMs = [190, 200, 210, 205, 195];
const verdicts = (hits: readonly InferredHit[]) => hits.map(({ verdict }) => verdict);

test("faster never speaks for a miss, and a time between both is unknown", () => {
  const ascending = [20, 150, 250, 400, 632, 1_000, 1_500, 2_000];
  const hits = inferAlike(coldMs, [...warmMs, ...ascending]).slice(warmMs.length);
  const probabilities = hits.map(({ hitProbability }) => Number(hitProbability!.toFixed(6)));
  expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  expect(verdicts(inferAlike(coldMs, [...warmMs, 100, 2_000]))).toEqual([...warmMs.map(() => "hit"), "hit", "miss"]);
});

test.each([
  ["two cold calls", [1_900, 2_000], warmMs, /fewer than 3 calls as long/],
  ["calls as slow as cold ones", coldMs, coldMs, /fewer than 3 calls began sooner/],
  ["calls slower than cold ones", warmMs, coldMs, /fewer than 3 calls began sooner/],
  ["no calls", coldMs, [], null],
] as const)("no probability from %s", (_, cold, judged, reason) => {
  for (const hit of inferAlike(cold, judged))
    expect(hit).toEqual({
      ...{ inferred: true, verdict: "unknown", hitProbability: null },
      reason: expect.stringMatching(reason!),
    });
});

test("a call slower than any cold one was held up, and equal times are taken for what a clock tells", () => {
  expect(inferAlike(coldMs, [...warmMs, 60_000]).at(-1)).toMatchObject({
    verdict: "unknown",
    hitProbability: null,
    reason: "slower than a cold call",
  });
  expect(verdicts(inferAlike([900, 900, 900], [90, 90, 90, 90, 900]))).toEqual(["hit", "hit", "hit", "hit", "miss"]);
});

test("calls are judged by cold ones with prompts as long; those that should read little are left out", () => {
  const calls = (inputTokens: number | null, ttftMs: readonly number[], expectedTokens: number, of = "") =>
    ttftMs.map((one) => ({ ttftMs: one, inputTokens, expectedTokens, of }));
  const short = [...calls(1_000, [50, 52, 48], 0), ...calls(1_100, [9, 10, 11, 51], 900)];
  const long = [
    ...calls(9_000, coldMs, 0),
    ...calls(9_100, warmMs, 9_000),
    ...calls(9_050, [1_000], 2_000),
    ...calls(9_000, [2_020], 500),
  ];
  const unsaid = [...calls(null, coldMs, 0, "32K"), ...calls(null, warmMs, 9_000, "32K"), ...calls(null, [40], 9_000)];
  const hits = inferHits([...short, ...long, ...unsaid]).map((hit) => hit?.verdict ?? null);
  expect(hits).toEqual([
    ...[null, null, null, "hit", "hit", "hit", "miss"],
    ...[...coldMs.map(() => null), ...warmMs.map(() => "hit"), null, null],
    ...[...coldMs.map(() => null), ...warmMs.map(() => "hit"), "unknown"],
  ]);
});
