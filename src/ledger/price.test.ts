import { expect, test } from "vitest";
import { type Price, pricesOn } from "./price.ts";

const price = (id: string, validFrom: string | null, validTo: string | null): Price => ({
  id,
  release: "a-release",
  host: "a-lab",
  currency: "USD",
  cachedInput: null,
  input: 1,
  output: 2,
  validFrom,
  validTo,
  source: { provenance: "official-docs", title: "Prices", url: "https://example.org", seen: true },
  observed: "2026-05",
});

test("a price holds from its first day until the day it ends", () => {
  const prices = [price("launch", "2026-04-24", "2026-04-26"), price("next", "2026-04-26", null)];
  const on = (day: string) => pricesOn(prices, day).map(({ id }) => id);
  expect([on("2026-04-23"), on("2026-04-24"), on("2026-04-25"), on("2026-04-26"), on("2027-01-01")]).toEqual([
    [],
    ["launch"],
    ["launch"],
    ["next"],
    ["next"],
  ]);
});

test("a price whose start nobody knows counts from when it was seen", () => {
  expect(pricesOn([price("seen", null, null)], "2026-04-30")).toEqual([]);
  expect(pricesOn([price("seen", null, null)], "2026-05-01")).toHaveLength(1);
});
