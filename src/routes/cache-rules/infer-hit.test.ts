import { expect, test } from "vitest";
import { type Random, randomFrom } from "../../stats/index.ts";
import { type InferredHit, inferHit } from "./infer-hit.ts";

/** Log-normal times: exp(ln median + spread · normal). */
const times = (random: Random, count: number, medianMs: number, spread: number) =>
  Array.from({ length: count }, () => medianMs * Math.exp(spread * random.normal()));

interface Setting {
  readonly references: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly spread: number;
}

/** Shares of calls half of which are hits: with a verdict; of verdicts, the wrong ones; misses taken for hits; the reverse. */
function simulated({ references, coldMs, warmMs, spread }: Setting) {
  const random = randomFrom(`${references} ${coldMs} ${spread}`);
  const calls = 4_000;
  let [decided, falseHits, falseMisses] = [0, 0, 0];
  for (let call = 0; call < calls; call++) {
    const isHit = call % 2 === 0;
    const [ttftMs] = times(random, 1, isHit ? warmMs : coldMs, spread);
    const { verdict } = inferHit(ttftMs!, {
      coldMs: times(random, references, coldMs, spread),
      warmMs: times(random, references, warmMs, spread),
    });
    if (verdict !== "unknown") decided++;
    if (verdict === "hit" && !isHit) falseHits++;
    if (verdict === "miss" && isHit) falseMisses++;
  }
  return {
    decidedShare: decided / calls,
    wrongShare: (falseHits + falseMisses) / decided,
    falseHitShare: (falseHits * 2) / calls,
    falseMissShare: (falseMisses * 2) / calls,
  };
}

test.each<Setting & { readonly atLeast: number }>([
  { references: 10, coldMs: 2_000, warmMs: 300, spread: 0.3, atLeast: 0.95 },
  { references: 5, coldMs: 2_000, warmMs: 300, spread: 0.3, atLeast: 0.9 },
  { references: 3, coldMs: 2_000, warmMs: 300, spread: 0.3, atLeast: 0.75 },
  { references: 10, coldMs: 600, warmMs: 300, spread: 0.3, atLeast: 0.25 },
  { references: 5, coldMs: 600, warmMs: 300, spread: 0.3, atLeast: 0.15 },
])("%j: of the verdicts at most one in twenty is wrong", ({ atLeast, ...setting }) => {
  const { decidedShare, wrongShare } = simulated(setting);
  expect(wrongShare).toBeLessThan(0.05);
  expect(decidedShare).toBeGreaterThanOrEqual(atLeast);
});

test.each<Setting>([
  { references: 10, coldMs: 450, warmMs: 300, spread: 0.3 },
  { references: 5, coldMs: 330, warmMs: 300, spread: 0.3 },
])(
  "%j: where cold and warm are alike, nearly all is unknown, and of a hundred calls at most two are misjudged",
  (setting) => {
    const { decidedShare, falseHitShare, falseMissShare } = simulated(setting);
    expect(decidedShare).toBeLessThan(0.1);
    expect(falseHitShare).toBeLessThan(0.02);
    expect(falseMissShare).toBeLessThan(0.02);
  },
);

test("a probability means what it says", () => {
  const random = randomFrom(3);
  const bins = Array.from({ length: 5 }, () => ({ calls: 0, hits: 0, probability: 0 }));
  for (let call = 0; call < 10_000; call++) {
    const isHit = random.uniform() < 0.5;
    const [ttftMs] = times(random, 1, isHit ? 300 : 450, 0.3);
    const references = { coldMs: times(random, 20, 450, 0.3), warmMs: times(random, 20, 300, 0.3) };
    const { hitProbability } = inferHit(ttftMs!, references);
    if (hitProbability === null) continue;
    const bin = bins[Math.min(4, Math.floor(hitProbability * 5))]!;
    bin.calls++;
    bin.probability += hitProbability;
    if (isHit) bin.hits++;
  }
  for (const { calls, hits, probability } of bins) {
    expect(calls).toBeGreaterThan(250);
    expect(Math.abs(hits - probability) / calls).toBeLessThan(0.06);
  }
});

const references = { coldMs: [1_900, 2_000, 2_100, 2_050, 1_950], warmMs: [190, 200, 210, 205, 195] };
const verdictOf = ({ verdict, hitProbability }: InferredHit) => [verdict, hitProbability === null];

test("faster never speaks for a miss, and a time between both is unknown", () => {
  const probability = (ttftMs: number) => Number(inferHit(ttftMs, references).hitProbability!.toFixed(6));
  const ascending = [20, 150, 200, 250, 400, 600, 1_000, 1_500, 2_000, 2_100];
  const probabilities = ascending.map(probability);
  expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
  expect(inferHit(100, references).verdict).toBe("hit");
  expect(inferHit(632, references).verdict).toBe("unknown");
  expect(inferHit(2_000, references)).toMatchObject({ inferred: true, verdict: "miss", n: { cold: 5, warm: 5 } });
});

test("no probability without references that differ, where they contradict, and for a call slower than cold ones", () => {
  expect(verdictOf(inferHit(200, { coldMs: [1, 2], warmMs: references.warmMs }))).toEqual(["unknown", true]);
  expect(verdictOf(inferHit(200, { coldMs: [9, 9, 9], warmMs: references.warmMs }))).toEqual(["unknown", true]);
  expect(verdictOf(inferHit(200, { coldMs: references.warmMs, warmMs: references.coldMs }))).toEqual(["unknown", true]);
  expect(verdictOf(inferHit(60_000, references))).toEqual(["unknown", true]);
});

test("what was expected before counts", () => {
  const undecided = inferHit(632, references, { priorHitShare: 0.5 }).hitProbability!;
  expect(inferHit(632, references, { priorHitShare: 0.9 }).hitProbability!).toBeGreaterThan(undecided);
  expect(inferHit(632, references, { priorHitShare: 0.1 }).hitProbability!).toBeLessThan(undecided);
});
