import { expect, test } from "vitest";
import { type GradedCall, gradeCalls } from "./grade.ts";

const call = (over: Partial<GradedCall>): GradedCall => ({
  cluster: "document",
  promptTokens: 1_000,
  reportedTokens: null,
  expectedTokens: null,
  ceilingTokens: null,
  ...over,
});

test("ratios are of sums over the calls that have both sides", () => {
  const grade = gradeCalls([
    call({ reportedTokens: 0, expectedTokens: 0, ceilingTokens: 100 }),
    call({ reportedTokens: 512, expectedTokens: 768, ceilingTokens: 900 }),
    call({ expectedTokens: 640, ceilingTokens: 700 }),
    call({ reportedTokens: 256 }),
  ]);
  expect(grade.ofPrompt).toMatchObject({ ratio: expect.closeTo(768 / 3_000, 12), n: 3 });
  expect(grade.ofExpected).toMatchObject({ ratio: expect.closeTo(512 / 768, 12), n: 2 });
  expect(grade.ofCeiling).toMatchObject({ ratio: expect.closeTo(512 / 1_000, 12), n: 2 });
  expect(grade.expectedOfCeiling).toMatchObject({ ratio: expect.closeTo(1_408 / 1_700, 12), n: 3 });
  expect(grade.asExpected).toEqual({ calls: 1, n: 2 });
});

test("nothing reported is no ratio, and nothing to read is none either", () => {
  expect(gradeCalls([call({ expectedTokens: 5 })]).ofExpected).toBeNull();
  expect(gradeCalls([call({ reportedTokens: 0, expectedTokens: 0 })]).ofExpected).toBeNull();
  expect(gradeCalls([]).ofPrompt).toBeNull();
});

test("an interval needs two clusters, and calls of one cluster count as one", () => {
  const read = (reportedTokens: number, cluster: string) => call({ cluster, reportedTokens, expectedTokens: 1_000 });
  const spread = [900, 700, 1_000, 600, 800, 500];
  const interval = (clusterOf: (index: number) => string) =>
    gradeCalls(spread.map((tokens, index) => read(tokens, clusterOf(index)))).ofExpected!.interval;
  expect(interval(() => "one")).toBeNull();
  const apart = interval(String)!;
  expect(apart.low).toBeLessThan(0.75);
  expect(apart.high).toBeGreaterThan(0.75);
  const twice = gradeCalls([...spread, ...spread].map((tokens, index) => read(tokens, String(index % 6)))).ofExpected!;
  expect(twice).toMatchObject({ n: 12, clusters: 6 });
  expect(twice.interval!.high).toBeCloseTo(apart.high, 12);
});
