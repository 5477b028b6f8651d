import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { candidateOf, type MadeTrial, price, runOf, trialOf } from "../../test/fixtures/decision-run.ts";
import { UserError } from "../errors.ts";
import type { Trial } from "../evals/index.ts";
import { type Decision, type DecisionOptions, startDecision } from "./index.ts";

const today = "2026-11-28";
const run = runOf(["a", "b", "c"].map((id) => candidateOf(id)));

function decided(trials: readonly Trial[], options: Partial<DecisionOptions> = {}, of = run): Decision {
  const builder = startDecision([of], { today, ...options });
  for (const trial of trials) builder.add(trial);
  return builder.decision();
}

/** Samples "0", "1", …, each its own document, with what each option makes of them. */
const answers = (made: Readonly<Record<string, readonly (number | null)[]>>, more: Partial<MadeTrial> = {}) =>
  Object.entries(made).flatMap(([candidate, values]) =>
    values.map((quality, index) => trialOf({ candidate, sample: String(index), quality, ...more })),
  );

const ones = (count: number) => new Array<number>(count).fill(1);
const zeros = (count: number) => new Array<number>(count).fill(0);

describe("quality", () => {
  test("is compared by McNemar's mid-p where each document has one sample: six of six discordant pairs make 1/64", () => {
    const { reference, comparisons } = decided(answers({ a: ones(10), b: [...ones(4), ...zeros(6)] }));
    expect(reference).toBe("a");
    expect(comparisons).toHaveLength(1);
    expect(comparisons[0]).toMatchObject({ option: "b", against: "a", verdict: "worse", leftOut: 0 });
    expect(comparisons[0]!.quality!.value).toBeCloseTo(-0.6, 12);
    expect(comparisons[0]!.quality).toMatchObject({
      n: 10,
      documents: 10,
      p: 1 / 64,
      adjustedP: 1 / 64,
      test: "McNemar",
    });
  });

  test("is corrected over all pairs of options, since the reference was chosen by what was measured", () => {
    const { comparisons } = decided(answers({ a: ones(10), b: [...ones(4), ...zeros(6)], c: ones(10) }));
    expect(comparisons.map(({ option }) => option)).toEqual(["b", "c"]);
    expect(comparisons[0]!.quality!.adjustedP).toBe(3 / 64);
  });

  test("never counts a failed trial, which is an argument against the option instead", () => {
    const { options, shortlist, checks, comparisons } = decided(answers({ a: [1, 1, 1, null], b: [1, 0, 1, 0] }));
    const [a] = options;
    expect(a).toMatchObject({
      scored: 3,
      failed: 1,
      samples: 3,
      quality: { value: 1, n: 3 },
      reliability: { value: 0.75 },
    });
    expect(comparisons[0]).toMatchObject({ leftOut: 1, quality: { n: 3 } });
    expect(shortlist[0]!.against.join()).toContain("1 trial failed");
    expect(checks.map(({ because }) => because).join()).toContain("only 75%");
  });

  test("averages the repeats of a sample, which is one sample still", () => {
    const again = [...answers({ a: [1, 0] }), ...answers({ a: [0, 0] })];
    expect(decided(again).options[0]!.quality).toMatchObject({ value: 0.25, n: 2 });
  });

  test("is as good within what matters only where the interval says so, and none that differ say little", () => {
    const few = decided(answers({ a: ones(20), b: ones(20) })).comparisons[0]!;
    const many = decided(answers({ a: ones(100), b: ones(100) })).comparisons[0]!;
    expect(few).toMatchObject({ verdict: "not told apart", isAsGood: false });
    expect(many).toMatchObject({ verdict: "not told apart", isAsGood: true });
    expect(few.quality!.interval!.high).toBeCloseTo(1.96 ** 2 / (20 + 1.96 ** 2), 3);
    expect(few.needed!.samples).toBeGreaterThan(20);
  });

  test("has no interval of one document, and then nothing is established", () => {
    const { options, comparisons, dominated } = decided(
      answers({ a: ones(30), b: zeros(30) }, { document: "the only one", costUsd: 1 }),
    );
    expect(options[0]!.quality!.interval).toBeNull();
    expect(comparisons[0]).toMatchObject({ verdict: "not told apart", isNotWorse: false });
    expect(comparisons[0]!.needed).toBeNull();
    expect(dominated).toEqual([]);
  });
});

describe("costs", () => {
  const priced = runOf(["a", "b"].map((id) => candidateOf(id, { price })));
  // 1,000 tokens at $10 a million: $0.01, of which 900 cached cost 900 · $1 = $0.0009 and 100 uncached $0.001.
  const trials = [0, 1].map((sample) =>
    trialOf({
      candidate: "a",
      sample: String(sample),
      quality: sample,
      costUsd: sample === 0 ? 0.01 : 0.0019,
      inputTokens: 1000,
      cacheReadTokens: sample === 0 ? 0 : 900,
    }),
  );

  test("are those of a call, a right answer and a month, with and without caching", () => {
    const [a] = decided(trials, { volume: { callsPerMonth: 1000 } }, priced).options;
    expect(a!.costUsd.perCall!.value).toBeCloseTo(0.00595, 12);
    expect(a!.costUsd.perMonth!.value).toBeCloseTo(5.95, 9);
    expect(a!.costUsd.perCorrectAnswer!.value).toBeCloseTo(0.0119, 12);
    expect(a!.costWithoutCacheUsd.perCall!.value).toBeCloseTo(0.01, 12);
    expect(a!.costWithoutCacheUsd.perCorrectAnswer!.value).toBeCloseTo(0.02, 12);
    expect(decided(trials, {}, priced).options[0]!.costUsd.perMonth).toBeNull();
  });

  const cheap = { ...trials[0]!.usage!, outputTokens: 0 };
  const bareOf = (trial: Partial<Trial>) =>
    decided([{ ...trials[0]!, ...trial }], {}, priced).options[0]!.costWithoutCacheUsd.perCall?.value ?? null;

  test("without caching are those of all input, also where one of several turns hid what it read", () => {
    // $0.01 of input once, and again with 900 of 1,000 tokens read: the second turn did not say so to the trial's usage.
    const hidden = { ...cheap, inputTokens: 2000, uncachedInputTokens: null, cacheReadTokens: null };
    const loop = { costUsd: 0.0119, usage: hidden, turns: 2, attempts: 2 };
    expect(bareOf(loop)).toBeCloseTo(0.02, 12);
    expect(
      bareOf({ ...loop, costUsd: 0.0129, given: { passages: [], holdsAnswer: null, costUsd: 0.001 } }),
    ).toBeCloseTo(0.021, 12);
    // What the retry cost cannot be told from what was read.
    expect(bareOf({ ...loop, attempts: 3 })).toBeNull();
    expect(bareOf({ ...loop, usage: { ...hidden, inputTokens: null, uncachedInputTokens: 1100 } })).toBeNull();
  });

  test("without caching are what was paid where a single call hides what it read, and of no other where one is unknown", () => {
    const hidden = { ...cheap, uncachedInputTokens: null, cacheReadTokens: null };
    expect(bareOf({ costUsd: 0.01, usage: hidden })).toBeCloseTo(0.01, 12);
    expect(bareOf({ costUsd: 0.015, usage: hidden, attempts: 2 })).toBeCloseTo(0.015, 12);
    const dark = { ...trials[1]!, usage: null };
    const [a] = decided([trials[0]!, dark], {}, priced).options;
    expect(a!.costUsd.perCall!.value).toBeCloseTo(0.00595, 12);
    expect(a!.costWithoutCacheUsd.perCall).toBeNull();
  });

  test("are those of the first asking, without caching too", () => {
    const again = { ...trials[1]!, sampleId: "0", document: "0", repeat: 1, usage: { ...cheap, inputTokens: 5000 } };
    const [a] = decided([trials[0]!, again], {}, priced).options;
    expect(a!.costUsd.perCall).toMatchObject({ value: 0.01, n: 1 });
    expect(a!.costWithoutCacheUsd.perCall).toMatchObject({ value: 0.01, n: 1 });
  });

  test("count what failed and was paid for, in the mean and in a right answer, and not what was refused", () => {
    const paid = (candidate: string) => [
      ...[1, 1, 0].map((quality, index) => trialOf({ candidate, sample: `${index}`, quality, costUsd: 1 })),
      trialOf({ candidate, sample: "3", quality: candidate === "a" ? null : 1, costUsd: 5 }),
      trialOf({ candidate, sample: "4", quality: null, costUsd: 0 }),
      trialOf({ candidate, sample: "5", quality: null, costUsd: null }),
      {
        ...trialOf({ candidate, sample: "6", quality: null, costUsd: 0.5 }),
        given: { passages: [], holdsAnswer: null, costUsd: 0.5 },
      },
    ];
    const { options, comparisons } = decided([...paid("a"), ...paid("b")]);
    const [a, b] = options;
    expect(a).toMatchObject({ scored: 3, failed: 4, failedPaid: 1, quality: { value: 2 / 3, n: 3 } });
    expect(a!.costUsd.perCall).toMatchObject({ value: 2, n: 4 });
    expect(a!.costUsd.perCorrectAnswer).toMatchObject({ value: 4, n: 4 });
    expect(b!.costUsd.perCorrectAnswer!.value).toBeCloseTo(8 / 3, 12);
    expect(comparisons[0]).toMatchObject({ quality: { n: 3 }, costUsd: { value: 1, n: 4 } });
  });

  test("of a right answer take a paid repeat that failed as one that was not right", () => {
    const asked = (
      [
        [0, 1],
        [1, null],
      ] as const
    ).map(([repeat, quality]) => ({
      ...trialOf({ candidate: "a", sample: "0", quality, costUsd: 1 }),
      repeat,
    }));
    expect(decided(asked).options[0]!.costUsd.perCorrectAnswer!.value).toBe(2);
  });

  test("of nothing are known: a free option is cheaper, × 0, and the other side has no finite multiple", () => {
    const of = (candidate: string, costUsd: number) => answers({ [candidate]: ones(100) }, { costUsd });
    const { dominated, comparisons, baseline, options } = decided([...of("a", 1), ...of("b", 0)], { baseline: "b" });
    expect(dominated).toMatchObject([{ option: "a", by: "b" }]);
    expect(dominated[0]!.because).toContain("cost × 0");
    expect(comparisons[0]!.costUsd).toMatchObject({ value: 0, interval: null, n: 100 });
    expect(baseline!.comparisons[0]!.costUsd!.value).toBe(Number.POSITIVE_INFINITY);
    expect(options[1]!.costUsd.perCorrectAnswer!.value).toBe(0);
    const both = decided([...of("a", 0), ...of("b", 0)]);
    expect(both.comparisons[0]!.costUsd).toMatchObject({ value: 1, p: 1 });
    expect(both.dominated).toEqual([]);
  });

  test("are unknown where one is, and then no reason for anything", () => {
    const known = (candidate: string, costUsd: number) => answers({ [candidate]: ones(40) }, { costUsd });
    const all = [...known("a", 1), ...known("b", 0.1)];
    expect(decided(all, { careAbout: 0.2 }).dominated.map(({ option, by }) => [option, by])).toEqual([["a", "b"]]);
    const lost = all.map((trial, index) => (index === 45 ? { ...trial, costUsd: null } : trial));
    const { options, dominated, pareto } = decided(lost, { careAbout: 0.2 });
    expect(options[1]).toMatchObject({ costKnown: 39, costUnknown: 1, costUsd: { perCall: null } });
    expect(dominated).toEqual([]);
    expect(pareto).toEqual(["a", "b"]);
  });
});

describe("domination", () => {
  test("needs quality that is not worse by what matters, and something that is surely better; it says why", () => {
    const trials = [
      ...answers({ a: ones(100) }, { costUsd: 2, ttftMs: 100 }),
      ...answers({ b: ones(100) }, { costUsd: 1, ttftMs: 100 }),
      ...answers({ c: [...ones(60), ...zeros(40)] }, { costUsd: 0.1 }),
    ];
    const { dominated, pareto } = decided(trials);
    expect(pareto).toEqual(["b", "c"]);
    expect(dominated).toEqual([
      {
        option: "a",
        by: "b",
        because: [
          expect.stringMatching(/^quality not worse by 5 points: 0\.0 points/),
          "cost × 0.500",
          "TTFT not told apart: × 1.00",
          "not compared: KV cache",
        ],
      },
    ]);
  });

  const value = fc.constantFrom(0, 1, null);
  const cost = fc.constantFrom(1, 2, 3);
  const someTrials = fc
    .array(
      fc.record({
        sample: fc.integer({ min: 0, max: 19 }).map(String),
        candidate: fc.constantFrom("a", "b", "c"),
        quality: value,
        costUsd: cost,
        ttftMs: cost,
        kvCacheBytes: cost,
      }),
      { minLength: 1, maxLength: 200 },
    )
    .map((made) => made.map((one) => trialOf({ ...one, document: `document ${Number(one.sample) % 10}` })));

  test("is never of an option by itself, and never goes round in a circle", () => {
    fc.assert(
      fc.property(someTrials, (trials) => {
        const { dominated, pareto, options } = decided(trials, { careAbout: 0.6 });
        const by = Map.groupBy(dominated, ({ option }) => option);
        const reaches = (from: string, to: string, seen: readonly string[] = []): boolean =>
          (by.get(from) ?? []).some(
            (one) => one.by === to || (!seen.includes(one.by) && reaches(one.by, to, [...seen, one.by])),
          );
        for (const { id } of options) expect(reaches(id, id)).toBe(false);
        if (options.some(({ quality }) => quality !== null)) expect(pareto.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  test("nothing depends on the order of the trials", () => {
    fc.assert(
      fc.property(
        someTrials.chain((trials) =>
          fc.tuple(fc.constant(trials), fc.shuffledSubarray(trials, { minLength: trials.length })),
        ),
        ([trials, shuffled]) => {
          expect(decided(shuffled)).toEqual(decided(trials));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("changing two options' names changes sides, and nothing else", () => {
    const other: Readonly<Record<string, string>> = { a: "b", b: "a", c: "c" };
    const renamed = (trial: Trial) => ({ ...trial, candidate: other[trial.candidate]! });
    fc.assert(
      fc.property(someTrials, (trials) => {
        const [one, two] = [trials, trials.map(renamed)].map((of) => decided(of, { baseline: null }));
        const seen = ({ dominated }: Decision) => dominated.map(({ option, by }) => [option, by]).sort();
        expect(seen(two!)).toEqual(
          seen(one!)
            .map((pair) => pair.map((id) => other[id!]!))
            .sort(),
        );
        const both = ["a", "b"].every((id) =>
          one!.options.some((option) => option.id === id && option.quality !== null),
        );
        if (!both) return;
        const against = (of: readonly Trial[], baseline: string, option: string) =>
          decided(of, { baseline }).baseline!.comparisons.find((comparison) => comparison.option === option)!;
        const [forward, back] = [against(trials, "a", "b"), against(trials, "b", "a")];
        const swapped = against(trials.map(renamed), "b", "a");
        expect(swapped.quality?.value).toBe(forward.quality?.value);
        expect(swapped.verdict).toBe(forward.verdict);
        expect(back.quality?.p).toBe(forward.quality?.p);
        if (forward.quality !== null) expect(back.quality!.value).toBeCloseTo(-forward.quality.value, 12);
      }),
      { numRuns: 40 },
    );
  });
});

describe("the shortlist", () => {
  test("has the best, and the cheapest of those that are as good as far as it matters", () => {
    const trials = [
      ...answers({ a: ones(100) }, { costUsd: 2, ttftMs: 300 }),
      ...answers({ b: ones(100) }, { costUsd: 1, ttftMs: 300 }),
      ...answers({ c: [...ones(60), ...zeros(40)] }, { costUsd: 0.1, ttftMs: 10 }),
    ];
    const { shortlist } = decided(trials);
    expect(shortlist.map(({ option }) => option)).toEqual(["a", "b"]);
    expect(shortlist[0]!.reasons[0]).toMatch(
      /^highest quality measured: 100% \(96–100%\), n 100; not told apart from b/,
    );
    expect(shortlist[0]!.against.join()).toContain("dominated by b");
    expect(shortlist[1]!.reasons[1]).toContain("cheapest 1,000 calls of 2 with such a quality: $1,000.00");
  });

  test("names no cheaper one that got nothing right, however few samples there were", () => {
    const { shortlist } = decided([
      ...answers({ a: ones(4) }, { costUsd: 2 }),
      ...answers({ b: zeros(4) }, { costUsd: 1 }),
    ]);
    expect(shortlist.map(({ option }) => option)).toEqual(["a"]);
  });

  test("names a cheaper one that could be as good and is not shown to be, with the samples that would tell", () => {
    const some = Array.from({ length: 20 }, (_, index) => (index % 5 === 0 ? 0 : 1));
    const { shortlist } = decided([
      ...answers({ a: ones(20) }, { costUsd: 2 }),
      ...answers({ b: some }, { costUsd: 1 }),
    ]);
    expect(shortlist.map(({ option }) => option)).toEqual(["a", "b"]);
    expect(shortlist[1]!.reasons[0]).toMatch(/^perhaps: costs 0\.500 times as much .*takes [\d,]+ samples$/);
  });

  test("has nothing to say where nothing was scored", () => {
    expect(decided(answers({ a: [null], b: [null] }))).toMatchObject({
      reference: null,
      shortlist: [],
      comparisons: [],
    });
    expect(decided([])).toMatchObject({ options: [], reference: null, pareto: [] });
  });
});

test("calibration specimens are measured, and never a choice", () => {
  const of = runOf([candidateOf("a"), candidateOf("noise", { kind: "calibration specimen" })]);
  const { options, calibration, reference } = decided(answers({ a: zeros(5), noise: ones(5) }), {}, of);
  expect(options.map(({ id }) => id)).toEqual(["a"]);
  expect(calibration.map(({ id, quality }) => [id, quality!.value])).toEqual([["noise", 1]]);
  expect(reference).toBe("a");
});

describe("several runs", () => {
  const later = runOf([candidateOf("a")], {
    id: "run-2",
    startedAt: "2026-11-27T10:00:00.000Z",
    options: { temperature: 1 },
  });

  test("make one candidate two options, on the samples that both asked", () => {
    const builder = startDecision([run, later], { today, baseline: "run-1" });
    for (const trial of answers({ a: ones(12) })) builder.add(trial, "run-1");
    for (const trial of answers({ a: zeros(10) })) builder.add(trial, "run-2");
    const { options, baseline, differences } = builder.decision();
    expect(options.map(({ id }) => id)).toEqual(["a · run-1", "a · run-2"]);
    expect(baseline!.comparisons[0]).toMatchObject({
      option: "a · run-2",
      verdict: "worse",
      leftOut: 2,
      quality: { n: 10 },
    });
    expect(differences).toEqual([{ name: "temperature", values: [null, "1"] }]);
  });

  test("cost a month at the volume they were run with, where they agree and nobody says another", () => {
    const volumeOf = (first: number, second: number | undefined, volume?: DecisionOptions["volume"]) => {
      const runs = [
        { ...run, options: { volume: first } },
        { ...later, options: { volume: second } },
      ];
      const builder = startDecision(runs, { today, volume });
      for (const { id } of runs) builder.add(trialOf({ candidate: "a", sample: "1", quality: 1 }), id);
      return builder.decision().callsPerMonth;
    };
    expect(volumeOf(500, 500)).toBe(500);
    expect(volumeOf(500, undefined)).toBe(500);
    expect(volumeOf(500, 600)).toBeNull();
    expect(volumeOf(500, 500, { callsPerMonth: 9 })).toBe(9);
    expect(volumeOf(500, 500, null)).toBeNull();
  });

  test("are refused where they asked other questions", () => {
    const other = { ...later, scenario: { ...later.scenario, version: 2 } };
    expect(() => startDecision([run, other], { today })).toThrow(UserError);
    expect(() => startDecision([run, run], { today })).toThrow("given twice");
    const builder = startDecision([run, later], { today });
    builder.add(trialOf({ candidate: "a", sample: "1", quality: 1 }), "run-1");
    builder.add(trialOf({ candidate: "a", sample: "2", quality: 1 }), "run-2");
    expect(() => builder.decision()).toThrow("no sample in common");
  });

  describe("with samples of one name", () => {
    const asking = (sample: string, questionHash: string | undefined, quality = 1) => ({
      ...trialOf({ candidate: "a", sample, quality }),
      ...(questionHash !== undefined && { questionHash }),
    });
    const compared = (first: readonly (string | undefined)[], second: readonly (string | undefined)[]) => {
      const builder = startDecision([run, later], { today });
      for (const [index, hash] of first.entries()) builder.add(asking(String(index), hash), "run-1");
      for (const [index, hash] of second.entries()) builder.add(asking(String(index), hash, 0), "run-2");
      return builder.decision();
    };

    test("pair those that ask the same, and name those that do not", () => {
      const { comparisons, options, changedSamples, isPairedByName } = compared(["p", "q", "r"], ["p", "x", "r"]);
      expect(changedSamples).toEqual(["1"]);
      expect(comparisons[0]).toMatchObject({ quality: { n: 2 }, leftOut: 2 });
      expect(options.map(({ samples }) => samples)).toEqual([3, 3]);
      expect(isPairedByName).toBe(false);
    });

    test("are refused where all ask something else", () => {
      expect(() => compared(["p", "q"], ["x", "y"])).toThrow(
        "no sample in common: 2 samples of one name ask different things, 0 first",
      );
    });

    test("are taken as the same where a record does not tell, which is said", () => {
      for (const [first, second] of [
        [["p"], [undefined]],
        [[undefined], ["p"]],
      ] as const) {
        const { comparisons, changedSamples, isPairedByName } = compared(first, second);
        expect(comparisons[0]!.quality!.n).toBe(1);
        expect([changedSamples, isPairedByName]).toEqual([[], true]);
      }
    });
  });

  test("a baseline that is no option is refused with those that are", () => {
    expect(() => decided(answers({ a: [1], b: [1] }), { baseline: "nobody" })).toThrow(
      'the baseline "nobody" is no option',
    );
  });
});

test("costs and times are those of a sample's first asking, and quality of all of them", () => {
  const asked = (repeat: number, costUsd: number, quality: number) => ({
    ...trialOf({ candidate: "a", sample: "1", quality, costUsd }),
    id: `a | 1 | ${repeat}`,
    repeat,
  });
  const [option] = decided([asked(0, 0.003, 1), asked(1, 0.001, 0)], {}, runOf([candidateOf("a", { price })])).options;
  expect(option!.costUsd.perCall!.value).toBe(0.003);
  expect(option!.quality!.value).toBe(0.5);
});

test("says where a run may have found the prompts of an earlier one in the cache", () => {
  const candidates = [candidateOf("a", { price })];
  const first = runOf(candidates);
  const soon = runOf(candidates, {
    id: "run-2",
    startedAt: "2026-11-22T12:00:00.000Z",
    finishedAt: "2026-11-22T12:01:00.000Z",
  });
  const late = runOf(candidates, { id: "run-3", startedAt: "2026-11-24T12:00:00.000Z", finishedAt: null });
  const builder = startDecision([first, soon, late], { today });
  const trial = trialOf({
    candidate: "a",
    sample: "1",
    quality: 1,
    costUsd: 0.002,
    inputTokens: 1_000,
    cacheReadTokens: 900,
  });
  for (const { id } of [first, soon, late]) builder.add(trial, id);
  const due = builder.decision().checks.flatMap(({ because, isDue }) => (isDue ? because : []));
  expect(due).toEqual([
    "a answered in run run-1 less than 24 hours before run run-2, which may have read from the cache what was left there",
  ]);
});

test("says by when to look again: prices after 30 days, vendors after 90, what did not hold at once", () => {
  const of = runOf([candidateOf("a", { price, trainedContextTokens: 500 }), candidateOf("b", { kind: "gguf" })]);
  const trials = answers({ a: ones(3), b: ones(3) }, { inputTokens: 1000, costUsd: 0.01 });
  const { checks } = decided(trials, { today: "2026-12-20" }, of);
  expect(checks.map(({ by, isDue, because }) => [by, isDue, because])).toEqual([
    [null, true, "100% of the calls to a were longer than the 500 tokens that it was trained for"],
    ["2026-12-20", true, "the price of a was observed on 2026-11-20"],
    ["2027-02-20", false, "a answered on 2026-11-22, and a vendor may change what answers behind a name"],
    [null, false, "the embedded engine was measured with assay 0.1.0"],
  ]);
});

describe("what is compared", () => {
  const ask = (candidate: string, samples: readonly number[], right: (sample: number) => boolean, over = {}) =>
    samples.map((sample) => trialOf({ candidate, sample: String(sample), quality: right(sample) ? 1 : 0, ...over }));
  const decided = (trials: readonly Trial[], candidates = [...new Set(trials.map(({ candidate }) => candidate))]) => {
    const decision = startDecision([runOf(candidates.map((id) => candidateOf(id, { price })))], {
      today: "2026-11-29",
    });
    for (const trial of trials) decision.add(trial);
    return decision.decision();
  };
  const all = Array.from({ length: 40 }, (_, sample) => sample);
  const easy = all.slice(0, 20);

  test("the reference does best on the samples that options share, not on its own easy ones", () => {
    const decision = decided([
      ...ask("whole", all, (sample) => sample < 20 || sample % 4 > 0),
      ...ask("easy", easy, (sample) => sample > 0),
    ]);
    expect(decision.options.map(({ quality }) => quality!.value)).toEqual([0.875, 0.95]);
    expect(decision.reference).toBe("whole");
  });

  test("what answered a single sample is no reference, however right", () => {
    expect(decided([...ask("one", [0], () => true), ...ask("many", all, (sample) => sample !== 39)]).reference).toBe(
      "many",
    );
  });

  test("a server that leaves out zeros has read nothing in an arm where it never says anything", () => {
    const id = "vllm/any";
    const asked = (arm: string, read: number | null) =>
      ask(id, all, () => true, { arm, costUsd: 1, inputTokens: 1_000 }).map((trial) => ({
        ...{ ...trial, usage: { ...trial.usage!, cacheReadTokens: read }, expectedCacheReadTokens: 500 },
      }));
    const [whole, bm25] = decided([...asked("whole", 500), ...asked("bm25", null)]).options;
    expect([whole!.cacheReadShare, bm25!.cacheReadShare]).toEqual([1, 0]);
    expect([whole!.costIsAtMost, bm25!.costIsAtMost]).toEqual([false, false]);
  });

  test("a cheap option that can be relied on comes before a cheaper one that fails", () => {
    const eight = all.slice(0, 8);
    const decision = decided([
      ...ask("dear", eight, () => true, { costUsd: 10 }),
      ...ask("cheap", eight, () => true, { costUsd: 5 }),
      ...ask("failing", eight.slice(4), () => true, { costUsd: 1 }),
      ...eight.slice(0, 4).map((sample) => trialOf({ candidate: "failing", sample: String(sample), quality: null })),
    ]);
    expect(decision.shortlist.map(({ option }) => option)).toEqual(["dear", "cheap"]);
  });

  test("a cost that is at most something is dearer than nothing, and cheaper where it is less all the same", () => {
    const silent = (trials: readonly Trial[]) =>
      trials.map((trial) => ({ ...trial, usage: { ...trial.usage!, cacheReadTokens: null } }));
    const paid = (candidate: string, costUsd: number) =>
      ask(
        candidate,
        Array.from({ length: 100 }, (_, sample) => sample),
        () => true,
        { costUsd, inputTokens: 1_000 },
      );
    const costs = (mine: number) => {
      const decision = decided([...silent(paid("silent", mine)), ...paid("open", 2)]);
      const [first, second] = decision.options;
      expect([first!.costIsAtMost, second!.costIsAtMost]).toEqual([true, false]);
      return { dominated: decision.dominated.map(({ option }) => option), cost: decision.comparisons[0]!.costUsd };
    };
    expect(costs(1).dominated).toEqual(["open"]);
    expect(costs(3)).toEqual({ dominated: [], cost: null });
  });
});
