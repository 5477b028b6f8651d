import { expect, test } from "vitest";
import { averageRepeats, pairBySample } from "./pairs.ts";

test("repeats are averaged over those that have a value", () => {
  const trial = (sample: string, value: number | null) => ({ sample, cluster: "d", value });
  expect(averageRepeats([trial("s", 1), trial("t", null), trial("s", 0), trial("s", null)])).toEqual([
    { sample: "s", cluster: "d", value: 0.5, repeats: 2 },
    { sample: "t", cluster: "d", value: null, repeats: 0 },
  ]);
});

test("a sample belongs to one cluster", () => {
  const trial = { sample: "s", value: 1 };
  expect(() =>
    averageRepeats([
      { ...trial, cluster: "d" },
      { ...trial, cluster: "e" },
    ]),
  ).toThrow("sample s is in two clusters");
});

test("what lacks a side is left out and counted", () => {
  const mean = (sample: string, value: number | null) => ({ sample, cluster: "d", value, repeats: 1 });
  const baseline = [mean("both", 0), mean("failed there", 1), mean("failed here", null), mean("only here", 1)];
  const candidate = [mean("only there", 1), mean("failed there", null), mean("failed here", 1), mean("both", 1)];
  expect(pairBySample(baseline, candidate)).toEqual({
    pairs: [{ sample: "both", cluster: "d", baseline: 0, candidate: 1 }],
    leftOut: 4,
  });
  expect(() => pairBySample([mean("s", 0), mean("s", 1)], [])).toThrow("average its repeats first");
});
