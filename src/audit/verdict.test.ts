import { expect, test } from "vitest";
import type { Check, Tolerance } from "../ledger/index.ts";
import type { Statement } from "./statement.ts";
import { type Finding, judge } from "./verdict.ts";

const today = "2026-11-24";
const said = (fields: Partial<Statement> = {}): Statement => ({
  id: "c",
  subject: "s",
  says: "something",
  value: 100,
  unit: "count",
  aging: "architecture",
  observed: "2026-01-01",
  source: { provenance: "official-docs", title: "a page", url: null, seen: true },
  verified: { verified: true },
  check: null,
  made: { as: "claim", claim: {} as never },
  ...fields,
});
const found = (value: number | string, by: Finding["by"] = "computed", on: string | null = null): Finding => ({
  by,
  value,
  from: "somewhere",
  url: null,
  on,
});
const check = (tolerance: Tolerance, rule?: { name: string; says: string }): Check => ({
  kind: "arithmetic",
  expression: "1",
  inputs: [{ value: 1, is: "one" }],
  tolerance,
  ...(rule && { rule }),
});
const verdict = (statement: Statement, ...findings: Finding[]) => judge(statement, findings, today).verdict;

test.each([
  [100.9, { relative: 0.01 }, "confirmed"],
  [99.1, { relative: 0.01 }, "confirmed"],
  [101.1, { relative: 0.01 }, "contradicted"],
  [100.5, { absolute: 0.5 }, "confirmed"],
  [100.6, { absolute: 0.5 }, "contradicted"],
  [100, "exact", "confirmed"],
  [100.0001, "exact", "contradicted"],
] as const)("%d against 100 within %o is %s", (value, tolerance, expected) => {
  expect(verdict(said({ check: check(tolerance) }), found(value))).toBe(expected);
});

test("without a tolerance, the printed digits decide", () => {
  expect(verdict(said({ value: 37e9 }), found(36.6e9))).toBe("confirmed");
  expect(verdict(said({ value: 37e9 }), found(36.4e9))).toBe("contradicted");
  expect(verdict(said({ value: "MIT", unit: "text" }), found("mit"))).toBe("confirmed");
  expect(verdict(said({ value: "MIT", unit: "text" }), found("apache-2.0"))).toBe("contradicted");
});

test("a bound is crossed on one side only", () => {
  expect(verdict(said({ bound: "lower" }), found(1e6))).toBe("confirmed");
  expect(verdict(said({ bound: "lower" }), found(99))).toBe("contradicted");
  expect(verdict(said({ bound: "upper" }), found(1))).toBe("confirmed");
  expect(verdict(said({ bound: "upper" }), found(101))).toBe("contradicted");
  expect(verdict(said({ range: [90, 110] }), found(109))).toBe("confirmed");
  expect(verdict(said({ range: [90, 110] }), found(112))).toBe("contradicted");
});

test("one witness against it is enough, whatever the others say", () => {
  const { verdict, because, evidence } = judge(said(), [found(100), found(120, "measured")], today);
  expect([verdict, because]).toEqual(["contradicted", "the measured value lies outside the tolerance"]);
  expect(evidence.map(({ agrees, relativeDifference }) => [agrees, relativeDifference])).toEqual([
    [true, 0],
    [false, 0.2],
  ]);
});

test("a rule is named where the number only comes out under it", () => {
  const rule = { name: "TiB, not TB", says: "read as TiB" };
  const { verdict, because } = judge(said({ check: check("exact", rule) }), [found(100)], today);
  expect([verdict, because]).toEqual(["confirmed under a rule", "TiB, not TB"]);
});

test("what grows old is stale until somebody looks again", () => {
  const price = said({ aging: "price", observed: "2026-11-01" });
  expect(judge(price, [], today)).toMatchObject({ verdict: "stale", expires: "2026-11-08" });
  expect(verdict(price, found(100))).toBe("stale");
  expect(judge(price, [found(100, "observed", today)], today)).toMatchObject({
    verdict: "confirmed",
    expires: "2026-12-01",
  });
  expect(verdict(price, found(200, "observed", today))).toBe("contradicted");
});

test("what nobody can know better is unverifiable, with the reason", () => {
  expect(judge(said(), [], today)).toMatchObject({
    verdict: "unverifiable",
    because: "it neither follows from the config nor was it measured here",
  });
  expect(judge(said(), [{ obstacle: "no config" }], today).because).toBe("no config");
  expect(judge(said(), [{ elsewhere: "12 at 1 M parameters" }], today)).toMatchObject({
    verdict: "unverifiable",
    because: "measured here, but in another scope: 12 at 1 M parameters",
    obstacles: [],
  });
  expect(judge(said({ verified: { verified: false, because: "hearsay" } }), [], today).because).toBe("hearsay");
});
