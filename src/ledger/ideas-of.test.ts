import { expect, test } from "vitest";
import { readLedger } from "../ledger-files/index.ts";
import { ideasOf, withDevelopmentsOf } from "./ideas-of.ts";

const ledger = readLedger();
const of = (id: string) => ideasOf(ledger, ledger.releases.find((release) => release.id === id)!);

test("what a link says is known: Kimi K3 reuses Muon, though its own list does not name it", () => {
  expect(ledger.releases.find(({ id }) => id === "kimi-k3")!.ideas).not.toContain("muon");
  expect(of("kimi-k3")).toContain("muon");
});

test("a release has the ideas of the one it was trained from", () => {
  expect(of("deepseek-r1-0528")).toEqual(expect.arrayContaining(of("deepseek-v3")));
});

test("Gated MLA and DSA are MLA developed further", () => {
  expect([...withDevelopmentsOf(ledger.ideas, "mla")]).toEqual(
    expect.arrayContaining(["mla", "dsa", "csa", "gated-mla"]),
  );
  expect(withDevelopmentsOf(ledger.ideas, "dsa").has("mla")).toBe(false);
});
