import fc from "fast-check";
import { expect, test } from "vitest";
import { analyse } from "./analysis.ts";
import { chosenRate, openTrials, trialCount } from "./plan.ts";
import type { Arm, Form, Outcome } from "./protocol.ts";
import { summariesOf } from "./summary.ts";
import type { Measures, TrialPlan, TrialRecord } from "./trial-record.ts";

const training = { task: "language" } as Arm["training"];
const record = (plan: TrialPlan, measures: Measures): TrialRecord => ({
  ...plan,
  measures,
  curve: [],
  byDistance: [],
  machine: { processor: "", node: "", onnxruntime: "" },
});
const final = (arm: string, seed: number, measures: Measures) =>
  record({ arm, phase: "final", rate: 1, seed }, measures);
const formOf = (arms: readonly Arm[], outcomes: readonly Outcome[] = [], seeds = [1, 2, 3]): Form => ({
  arms,
  seeds,
  tuningSeed: 9,
  outcomes,
  figures: [],
  power: null,
  cpuMinutes: 1,
});
const arm = (name: string, rates: Arm["rates"] = [1]): Arm => ({ name, training, rates });

const difference: Outcome = {
  name: "b less a",
  of: { kind: "difference", measure: "heldOutLoss", arm: "b", against: "a" },
  rule: { relation: "at most", value: 0 },
  isPrimary: true,
};

// Student's worked case: differences −1, −2, −3 have mean −2 and a 95 % interval of ± 4.302653 · 1/√3.
test("arms are compared seed by seed, with Student's interval", () => {
  const records = [1, 2, 3].flatMap((seed) => [
    final("a", seed, { heldOutLoss: 10 * seed }),
    final("b", seed, { heldOutLoss: 10 * seed - seed }),
  ]);
  const { findings } = analyse(formOf([arm("a"), arm("b")], [difference]), records);
  expect(findings[0]!.estimate!.mean).toBe(-2);
  expect(findings[0]!.estimate!.interval!.high).toBeCloseTo(-2 + 4.302653 / Math.sqrt(3), 5);
  expect(findings[0]!.verdict).toBe("inconclusive");
});

test.each([
  [[-3, -3.1, -2.9], "supported"],
  [[3, 3.1, 2.9], "not supported"],
  [[-1, 1, 0.2], "inconclusive"],
] as const)("differences of %j are %s by a rule of at most 0", (differences, verdict) => {
  const records = differences.flatMap((value, index) => [
    final("a", index + 1, { heldOutLoss: 5 }),
    final("b", index + 1, { heldOutLoss: 5 + value }),
  ]);
  expect(analyse(formOf([arm("a"), arm("b")], [difference]), records).verdict).toBe(verdict);
});

test("one seed says nothing of the spread, and decides nothing", () => {
  const records = [final("a", 1, { heldOutLoss: 5 }), final("b", 1, { heldOutLoss: 1 })];
  const analysis = analyse(formOf([arm("a"), arm("b")], [difference], [1]), records);
  expect(analysis).toMatchObject({ verdict: "inconclusive", isComplete: true });
});

/** Losses of b less those of a, seed by seed. */
const pairs = (...differences: readonly (number | null)[]) =>
  differences.flatMap((value, index) => [
    final("a", index + 1, { heldOutLoss: 5 }),
    final("b", index + 1, { heldOutLoss: value === null ? null : 5 + value }),
  ]);
const both = [arm("a"), arm("b")];

test("there is no verdict before the last trial, even where the other seeds agree", () => {
  const form = formOf(both, [difference], [1, 2, 3, 4, 5]);
  const records = pairs(-3, -3.1, -2.9, -3, -3.1);
  const unfinished = analyse(form, records.slice(0, -1));
  expect(unfinished).toMatchObject({ verdict: null, isComplete: false, findings: [{ verdict: null }] });
  expect(unfinished.findings[0]!.values).toHaveLength(4);
  // One seed twice is not two.
  expect(analyse(form, [...records.slice(0, -1), records[0]!])).toMatchObject({ verdict: null, isComplete: false });
  expect(analyse(form, records)).toMatchObject({ verdict: "supported", isComplete: true });
});

test.each([
  ["level", { kind: "level", measure: "heldOutLoss", arm: "b" }],
  ["difference", { kind: "difference", measure: "heldOutLoss", arm: "b", against: "a" }],
  ["ratio", { kind: "ratio", measure: "heldOutLoss", arm: "b", against: "a" }],
] as const)("a seed that diverged is counted, and leaves a %s undecided however the rest agree", (_, of) => {
  const outcome: Outcome = { ...difference, of, rule: { relation: "at most", value: 100 } };
  const form = formOf(both, [outcome], [1, 2, 3, 4, 5]);
  expect(analyse(form, pairs(-3, -3.1, -2.9, -3, -3.1)).verdict).toBe("supported");
  const records = pairs(-3, null, -2.9, null, -3.1);
  const analysis = analyse(form, records);
  expect(analysis).toMatchObject({ verdict: "inconclusive", isComplete: true });
  expect(analysis.findings[0]).toMatchObject({ diverged: 2, seeds: 5, verdict: "inconclusive" });
  expect(analysis.findings[0]!.values.map(({ seed }) => seed)).toEqual([1, 3, 5]);
  expect(summariesOf(form, records).map(({ diverged }) => diverged)).toEqual([0, 2]);
});

test("recall of a training that diverged has no value by distance either", () => {
  const of = { kind: "recallAt", arm: "b", tokens: 16, from: 1, to: 16 } as const;
  const form = formOf([arm("b")], [{ ...difference, of, rule: { relation: "at least", value: 0.5 } }]);
  const bins = (right: number) => [{ tokens: 16, bins: [{ from: 1, to: 16, n: 100, right }] }];
  const recalled = [90, 91, 92].map((right, index) => ({
    ...final("b", index + 1, { recall: right / 100 }),
    byDistance: bins(right),
  }));
  expect(analyse(form, recalled).verdict).toBe("supported");
  const diverged = [...recalled.slice(0, 2), final("b", 3, { recall: null })];
  expect(analyse(form, diverged)).toMatchObject({ verdict: "inconclusive", findings: [{ diverged: 1 }] });
});

test("a ratio to nothing is no number, and decides nothing", () => {
  const outcome: Outcome = {
    ...difference,
    of: { kind: "ratio", measure: "recall", arm: "b", against: "a" },
    rule: { relation: "at least", value: 1 },
  };
  const records = [1, 2, 3].flatMap((seed) => [
    final("a", seed, { recall: seed === 2 ? 0 : 0.5 }),
    final("b", seed, { recall: 0.9 + seed / 100 }),
  ]);
  const { findings } = analyse(formOf(both, [outcome]), records);
  expect(findings[0]).toMatchObject({ verdict: "inconclusive", diverged: 0, values: [{ seed: 1 }, { seed: 3 }] });
});

// Three times 0.1 makes a mean of 0.10000000000000002, so the interval lies beside the value that all seeds have.
test("seeds that all agree decide from three on, by the very value", () => {
  const level: Outcome = {
    ...difference,
    of: { kind: "level", measure: "heldOutLoss", arm: "a" },
    rule: { relation: "at most", value: 0.1 },
  };
  const equal = (count: number) => {
    const seeds = Array.from({ length: count }, (_, index) => index + 1);
    return analyse(
      formOf([arm("a")], [level], seeds),
      seeds.map((seed) => final("a", seed, { heldOutLoss: 0.1 })),
    ).findings[0]!;
  };
  expect(equal(3)).toMatchObject({ allEqual: true, detectable: null, verdict: "supported" });
  expect(equal(3).estimate!.mean).toBeCloseTo(0.1, 12);
  expect(equal(2)).toMatchObject({ allEqual: true, verdict: "inconclusive" });
  expect(equal(1)).toMatchObject({ allEqual: false, verdict: "inconclusive" });
});

const matching: Outcome = {
  name: "steps to match",
  of: { kind: "costToMatch", cost: "steps", arms: ["half", "whole"], against: "a" },
  rule: null,
  isPrimary: false,
};
const matched = (half: number | null, whole: number | null) => {
  const records = [
    final("a", 1, { heldOutLoss: 2, steps: 100 }),
    final("half", 1, { heldOutLoss: half, steps: 50 }),
    final("whole", 1, { heldOutLoss: whole, steps: 100 }),
  ];
  return analyse(formOf([arm("a"), arm("half"), arm("whole")], [matching], [1]), records).findings[0]!;
};

test("the cost of the same loss lies between the runs next to it, in the logarithm of the cost", () => {
  expect(matched(2.5, 1.5).values[0]!.value).toBeCloseTo(Math.sqrt(0.5), 10);
  fc.assert(
    fc.property(
      fc.double({ min: 2.001, max: 4, noNaN: true }),
      fc.double({ min: 1, max: 1.999, noNaN: true }),
      (half, whole) => {
        const share = matched(half, whole).values[0]!.value;
        // Interpolated back, the loss at that cost is the one to be matched.
        const part = Math.log(share / 0.5) / Math.log(2);
        expect(half + part * (whole - half)).toBeCloseTo(2, 9);
      },
    ),
  );
});

test("a loss that no run reaches, or that the shortest has passed, is the nearest end and said to be", () => {
  expect(matched(3, 2.5)).toMatchObject({ outside: 1, values: [{ value: 1 }] });
  expect(matched(1.9, 1.5)).toMatchObject({ outside: 1, values: [{ value: 0.5 }] });
  expect(matched(2, 1.5)).toMatchObject({ outside: 0, values: [{ value: 0.5 }] });
});

test("a run that diverged reaches no loss: its share is the largest tried, or at most that of the next longer run", () => {
  expect(matched(2.5, null)).toMatchObject({ outside: 1, diverged: 1, values: [{ value: 1 }] });
  expect(matched(null, null)).toMatchObject({ outside: 1, diverged: 1, values: [{ value: 1 }] });
  expect(matched(null, 1.5)).toMatchObject({ outside: 1, diverged: 1, values: [{ value: 1 }] });
  expect(matched(2, null)).toMatchObject({ outside: 0, diverged: 1, values: [{ value: 0.5 }] });
});

test("where the loss to be matched diverged there is nothing to match", () => {
  const records = [1, 2, 3].flatMap((seed) => [
    final("a", seed, { heldOutLoss: seed === 1 ? null : 2, steps: 100 }),
    final("half", seed, { heldOutLoss: 2.5, steps: 50 }),
    final("whole", seed, { heldOutLoss: 1.5 + seed / 100, steps: 100 }),
  ]);
  const ruled: Outcome = { ...matching, rule: { relation: "at most", value: 0.9 }, isPrimary: true };
  const analysis = analyse(formOf([arm("a"), arm("half"), arm("whole")], [ruled]), records);
  expect(analysis).toMatchObject({ verdict: "inconclusive", findings: [{ diverged: 1 }] });
  expect(analysis.findings[0]!.values.map(({ seed }) => seed)).toEqual([2, 3]);
});

const tuned = (rate: number, heldOutLoss: number | null) =>
  record({ arm: "a", phase: "tuning", rate, seed: 9 }, { heldOutLoss });

test("the rate with the lowest loss in tuning is used for all seeds, and taken over by arms that say so", () => {
  const form = formOf([arm("a", [0.1, 0.2, 0.4]), arm("b", { as: "a" })]);
  expect(trialCount(form)).toBe(9);
  expect(openTrials(form, []).map(({ phase, rate }) => [phase, rate])).toEqual([
    ["tuning", 0.1],
    ["tuning", 0.2],
    ["tuning", 0.4],
  ]);
  const records = [tuned(0.1, 3), tuned(0.2, 2), tuned(0.4, null)];
  expect(chosenRate(form, form.arms[1]!, records)).toBe(0.2);
  const open = openTrials(form, records);
  expect(open).toHaveLength(6);
  expect(open.every(({ phase, rate, seed }) => phase === "final" && rate === 0.2 && seed !== 9)).toBe(true);
  expect(openTrials(form, [...records, { ...final("b", 2, {}), rate: 0.2 }])).toHaveLength(5);
});

test("a training that diverged is no number, and its rate does not win", () => {
  const form = formOf([arm("a", [0.1, 0.2])]);
  expect(chosenRate(form, form.arms[0]!, [tuned(0.1, null), tuned(0.2, 7)])).toBe(0.2);
});
