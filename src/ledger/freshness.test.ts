import { expect, test } from "vitest";
import { freshness, freshnessOf } from "./freshness.ts";
import { isVerified } from "./verified.ts";

test("prices keep for days, throughput for weeks, benchmarks for months, architecture for ever", () => {
  const state = (kind: Parameters<typeof freshness>[0], today: string) => freshness(kind, "2026-01-01", today).state;
  expect([state("price", "2026-01-07"), state("price", "2026-01-08")]).toEqual(["fresh", "stale"]);
  expect([state("throughput", "2026-01-28"), state("throughput", "2026-01-29")]).toEqual(["fresh", "stale"]);
  expect([state("benchmark", "2026-06-01"), state("benchmark", "2026-07-01")]).toEqual(["fresh", "stale"]);
  expect(freshness("architecture", "1999", "2026-01-01")).toEqual({ state: "fresh", expires: null });
});

test("a value dated by month is as old as its first day", () => {
  expect(freshness("price", "2026-01", "2026-01-20")).toEqual({ state: "stale", expires: "2026-01-08" });
  expect(freshnessOf({ quantity: "decodeTokensPerSecond", observed: "2026-01-20" }, "2026-01-21").state).toBe("fresh");
});

const source = { provenance: "official-report", title: "Report", url: "https://example.org", seen: true } as const;

test("what rests on a page that nobody read is not verified, and says why", () => {
  expect(isVerified({ source })).toEqual({ verified: true });
  expect(isVerified({ source, confidence: "medium" })).toEqual({ verified: true });
  expect(isVerified({ source, confidence: "low" })).toEqual({ verified: false, because: "low confidence" });
  expect(isVerified({ source: { ...source, seen: false } }).verified).toBe(false);
  expect(isVerified({ source: { ...source, url: null, seen: false } })).toMatchObject({
    because: expect.stringContaining("not recorded"),
  });
  expect(isVerified({ source, unverified: "from memory" })).toEqual({ verified: false, because: "from memory" });
  expect(isVerified({ source: { provenance: "measured", title: "Run", runId: "r1" } })).toEqual({ verified: true });
});
