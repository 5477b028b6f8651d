/** The ledger that comes with Assay, judged. */
import { beforeAll, expect, test } from "vitest";
import type { Ledger } from "../ledger/index.ts";
import { readLedger } from "../ledger-files/index.ts";
import { judgeAll, outcomeOf, ownWitnesses } from "./check.ts";
import { type Statement, statementsOf } from "./statement.ts";
import type { Judgement } from "./verdict.ts";

const today = "2026-11-24";
let ledger: Ledger;
let judgements: Judgement[];
beforeAll(() => {
  ledger = readLedger();
  judgements = judgeAll(statementsOf(ledger, today), ownWitnesses(ledger), today);
});
const of = (id: string) => judgements.find(({ statement }) => statement.id === id)!;

test("every check can be carried out, and only these come out otherwise than was said", () => {
  const checked = judgements.filter(({ statement }) => statement.check !== null);
  expect(checked.length).toBeGreaterThan(90);
  expect(checked.filter(({ evidence }) => evidence.length === 0)).toEqual([]);
  expect(judgements.filter(({ verdict }) => verdict === "contradicted").map(({ statement }) => statement.id)).toEqual([
    "kimi-k2-0905-total-parameters",
    "k2-params",
    "k2-params-table",
    "k3-recipe-size",
    "qwen72-gflops",
  ]);
});

test("K2's 1.04T is contradicted by its config: 1,026,408,232,448", () => {
  const { verdict, evidence } = of("k2-params");
  expect(verdict).toBe("contradicted");
  expect(evidence).toMatchObject([{ by: "computed", value: 1_026_408_232_448, agrees: false }]);
});

test("a number that needs a reading of its own is confirmed under that rule", () => {
  expect(of("k3-dl")).toMatchObject({ verdict: "confirmed under a rule", because: "TiB, not TB" });
  expect(of("v2-kv").rule!.name).toBe("6-bit cache");
});

test("prices that hold today are statements, those that ended are not", () => {
  const prices = judgements.filter(({ statement }) => statement.made.as === "price");
  expect(prices.map(({ statement }) => statement.id)).toContain("ds-v41-peak.input");
  expect(prices.filter(({ statement }) => statement.id.startsWith("ds-v4f-peak."))).toEqual([]);
});

test("the outcome tells a contradiction from what could not be checked", () => {
  const only = (id: string) => outcomeOf([of(id)]);
  expect(only("k2-params")).toBe("contradicted");
  expect(only("v3-kv")).toBe("checked");
  expect(only("deepseek-v3-license")).toBe("could not check");
  expect(outcomeOf(judgements.filter(({ statement }) => statement.subject === "deepseek-v3"))).toBe("checked");
  const blocked = { ...of("v3-kv"), evidence: [], verdict: "unverifiable", obstacles: ["no config"] } as const;
  expect(outcomeOf([of("k2-kv"), blocked])).toBe("could not check");
});

test("a measurement in the ledger is evidence for a claim in the same scope, and for no other", () => {
  const claim = of("v3-kv").statement.made;
  if (claim.as !== "claim") throw new Error("v3-kv is a claim");
  const measured = {
    ...claim.claim,
    id: "measured",
    value: 70_000,
    source: { provenance: "measured", title: "a run", runId: "r1" },
    check: undefined,
    observed: today,
  } as const;
  const deepseek = ledger.releases.find(({ id }) => id === "deepseek-v3")!;
  const releases = [{ ...deepseek, claims: [...deepseek.claims, measured] }];
  const own = statementsOf({ ...ledger, releases }, today).filter(({ id }: Statement) => id.startsWith("v3-kv"));
  const [same, other] = judgeAll(own, ownWitnesses({ ...ledger, releases }), today);
  expect(same).toMatchObject({
    verdict: "contradicted",
    evidence: [{ agrees: true }, { by: "measured", agrees: false }],
  });
  expect(other).toMatchObject({ statement: { id: "v3-kv-reddit" }, verdict: "confirmed" });
});
