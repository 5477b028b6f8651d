import fc from "fast-check";
import { expect, test } from "vitest";
import { analyse } from "./analysis.ts";
import { chosenRate, openTrials, trialCount } from "./plan.ts";
import type { Arm, Form, Outcome } from "./protocol.ts";
import type { Measures, TrialPlan, TrialRecord } from "./trial.ts";

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
  const analysis = analyse(formOf([arm("a"), arm("b")], [difference]), records);
  expect(analysis).toMatchObject({ verdict: "inconclusive", isComplete: false });
});

const matching: Outcome = {
  name: "steps to match",
  of: { kind: "costToMatch", cost: "steps", arms: ["half", "whole"], against: "a" },
  rule: null,
  isPrimary: false,
};
const matched = (half: number, whole: number) => {
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

const tuned = (rate: number, heldOutLoss: number | undefined) =>
  record({ arm: "a", phase: "tuning", rate, seed: 9 }, heldOutLoss === undefined ? {} : { heldOutLoss });

test("the rate with the lowest loss in tuning is used for all seeds, and taken over by arms that say so", () => {
  const form = formOf([arm("a", [0.1, 0.2, 0.4]), arm("b", { as: "a" })]);
  expect(trialCount(form)).toBe(9);
  expect(openTrials(form, []).map(({ phase, rate }) => [phase, rate])).toEqual([
    ["tuning", 0.1],
    ["tuning", 0.2],
    ["tuning", 0.4],
  ]);
  const records = [tuned(0.1, 3), tuned(0.2, 2), tuned(0.4, Number.NaN)];
  expect(chosenRate(form, form.arms[1]!, records)).toBe(0.2);
  const open = openTrials(form, records);
  expect(open).toHaveLength(6);
  expect(open.every(({ phase, rate, seed }) => phase === "final" && rate === 0.2 && seed !== 9)).toBe(true);
  expect(openTrials(form, [...records, { ...final("b", 2, {}), rate: 0.2 }])).toHaveLength(5);
});

test("a training that diverged is no number, and its rate does not win", () => {
  const form = formOf([arm("a", [0.1, 0.2])]);
  expect(chosenRate(form, form.arms[0]!, [tuned(0.1, undefined), tuned(0.2, 7)])).toBe(0.2);
});
