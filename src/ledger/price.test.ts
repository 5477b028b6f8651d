import { expect, test } from "vitest";
import { dearestPrice, type Price, pricesOn } from "./price.ts";

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

test("of a name's prices on a day the dearest is taken, and none where its input or output is unknown", () => {
  const source = price("x", null, null).source;
  const ledger = {
    releases: [
      { id: "old", prices: [{ ...price("old", "2026-01-01", null), input: 9, output: 9 }] },
      {
        id: "new",
        prices: [
          { ...price("off", "2026-05-01", null), tier: "off-peak" as const, input: 1, output: 3 },
          { ...price("peak", "2026-05-01", null), tier: "peak" as const, input: 2, output: 6 },
          { ...price("yuan", "2026-05-01", null), currency: "CNY" as const, input: 50, output: 90 },
          { ...price("half", "2026-05-01", null), input: 99, output: null },
        ],
      },
    ],
    apiNames: [
      {
        name: "m",
        vendor: "a-lab",
        serves: [{ release: "new", from: null }],
        status: "current" as const,
        from: null,
        retiredOn: null,
        source,
        observed: "2026-05",
      },
    ],
  };
  const idOn = (name: string, day: string) => dearestPrice(ledger, { host: "a-lab", name, day })?.id ?? null;
  expect([idOn("m", "2026-05-02"), idOn("m", "2026-04-01"), idOn("n", "2026-05-02")]).toEqual(["peak", null, null]);
});
