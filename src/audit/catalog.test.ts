import { expect, test } from "vitest";
import { readLedger } from "../ledger-files/index.ts";
import { catalogOf, filteredCatalog, sortedCatalog } from "./catalog.ts";

const ledger = readLedger();
const entries = catalogOf(ledger);
const ids = (...filters: string[]) => filteredCatalog(entries, filters, ledger).map(({ id }) => id);

test("every release has its line, with what its config says", () => {
  expect(entries.length).toBe(ledger.releases.length);
  expect(entries.find(({ id }) => id === "deepseek-v3")).toMatchObject({
    releasedOn: "2024-12-26",
    totalParameters: { values: [671_026_419_200], from: "config" },
    cacheBytesPerToken: { values: [70_272], from: "config" },
    contextTokens: { values: [131_072], from: "published" },
    noEstimate: null,
  });
});

test("what nobody computes is as published, and what nobody published is unknown", () => {
  const vision = entries.find(({ id }) => id === "kimi-vl-a3b")!;
  expect(vision.totalParameters?.from).toBe("published");
  expect(entries.find(({ id }) => id === "cursor-composer-2")).toMatchObject({
    totalParameters: null,
    cacheBytesPerToken: null,
    noEstimate: expect.stringMatching(/^no estimate: /),
  });
});

test("filters narrow, all of them together", () => {
  const moonshot = ids("org:moonshot-ai");
  expect(moonshot).toEqual(expect.arrayContaining(["kimi-k2", "kimi-k3", "moonlight-16b-a3b"]));
  expect(ids("org:Moonshot AI", "idea:kda")).toEqual(expect.arrayContaining(["kimi-k3", "kimi-linear-48b-a3b"]));
  expect(ids("org:moonshot-ai", "idea:kda").length).toBeLessThan(moonshot.length);
  // DSA develops MLA.
  expect(ids("idea:mla")).toContain("deepseek-v3.2");
  expect(ids("weights:closed")).toContain("kimi-k1.5");
  expect(ids("mit flash").every((id) => id.includes("flash"))).toBe(true);
  expect(ids("no such words")).toEqual([]);
});

test.each([
  ["colour:red", 'the key "colour"'],
  ["org:nobody", "there is no organisation called nobody"],
  ["weights:some", "weights:some"],
])("%s is refused", (filter, happened) => {
  expect(() => ids(filter)).toThrow(happened);
});

test("unknown values come last, whatever the order", () => {
  for (const order of ["total", "cache", "date"] as const) {
    const sorted = sortedCatalog(entries, order);
    const known = sorted.map((entry) =>
      order === "date" ? entry.releasedOn : order === "total" ? entry.totalParameters : entry.cacheBytesPerToken,
    );
    expect(known.slice(known.indexOf(null)).every((one) => one === null)).toBe(true);
  }
});
