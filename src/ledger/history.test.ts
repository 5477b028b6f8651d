import fc from "fast-check";
import { expect, test } from "vitest";
import type { Claim } from "./claim.ts";
import { firstDay } from "./day.ts";
import { agree, claimsAsOf, conflictsOf, current, historyOf } from "./history.ts";

const claim = (id: string, fields: Partial<Claim> = {}): Claim => ({
  id,
  subject: "a-release",
  quantity: "totalParameters",
  value: 1e9,
  unit: "parameters",
  scope: { part: "backbone" },
  source: { provenance: "official-report", title: "Report", url: "https://example.org", seen: true },
  observed: "2026-01-01",
  ...fields,
});

const dated = fc
  .array(
    fc.record({
      observed: fc.constantFrom("2024", "2024-06", "2025-01-15", "2025-03", "2026", "2026-02-28"),
      replaces: fc.nat(12),
    }),
    { maxLength: 12 },
  )
  .map((entries) =>
    entries.map(({ observed, replaces }, index) =>
      claim(`c${index}`, { observed, ...(replaces < index ? { replaces: `c${replaces}` } : {}) }),
    ),
  );

test("as of a day, nothing from later is known, and nothing known then is missing", () => {
  fc.assert(
    fc.property(dated, fc.constantFrom("2024-01-01", "2025-01-14", "2025-02-01", "2026-03-01"), (claims, day) => {
      const known = claimsAsOf(claims, day);
      for (const { observed } of known) expect(firstDay(observed) <= day).toBe(true);
      const begun = claims.filter(({ observed }) => firstDay(observed) <= day);
      for (const one of begun) expect(known.includes(one)).toBe(!begun.some(({ replaces }) => replaces === one.id));
    }),
  );
});

test("a value that changed keeps its history", () => {
  const old = claim("price-1", { observed: "2026-01-01", value: 1e9 });
  const next = claim("price-2", { observed: "2026-02-01", value: 2e9, replaces: "price-1" });
  const gone = claim("price-3", { observed: "2026-03-01", value: null, replaces: "price-2" });
  const all = [old, next, gone];
  expect(claimsAsOf(all, "2026-01-15")).toEqual([old]);
  expect(claimsAsOf(all, "2026-02-15")).toEqual([next]);
  expect(current(all)).toEqual([]);
  expect(historyOf(all, "price-3")).toEqual([gone, next, old]);
});

test("values that exclude each other stand side by side, each in its scope", () => {
  const table = claim("a", { value: 80 });
  const other = claim("b", { value: 81 });
  const elsewhere = claim("c", { value: 99, scope: { part: "whole file" } });
  expect(conflictsOf([table, other, elsewhere])).toEqual([{ quantity: "totalParameters", claims: [table, other] }]);
  expect(conflictsOf([table, claim("d", { value: 90, replaces: "a" })])).toEqual([]);
});

test.each([
  [37e9, 36.7e9, true],
  [37e9, 36.4e9, false],
  [1040e9, 1043e9, true],
  [8e12, 7.75e12, false],
  [13_500e12, 14_000e12, false],
  [0.25, 0.253, true],
  [0, 0, true],
  [85, 85, true],
])("%d and %d agree as printed: %s", (a, b, agrees) => {
  const unit = "parameters" as const;
  expect(agree({ value: a, unit }, { value: b, unit })).toBe(agrees);
  expect(agree({ value: b, unit }, { value: a, unit })).toBe(agrees);
});

test("a month agrees with a day in it", () => {
  const unit = "date" as const;
  expect(agree({ value: "2026-03", unit }, { value: "2026-03-20", unit })).toBe(true);
  expect(agree({ value: "2026-03-19", unit }, { value: "2026-03-20", unit })).toBe(false);
});
