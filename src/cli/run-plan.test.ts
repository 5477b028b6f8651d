import { expect, test } from "vitest";
import { planFor } from "../../test/fixtures/plan.ts";
import { routeTo } from "../../test/fixtures/route.ts";
import { grounding, groundingDefaults } from "../evals/index.ts";
import type { Price } from "../routes/index.ts";
import { identityOf } from "./run-plan.ts";
import { parseSettings } from "./settings.ts";

const price: Price = {
  uncachedInputUsdPerMtok: 1,
  cacheReadUsdPerMtok: 0.1,
  cacheWriteUsdPerMtok: null,
  outputUsdPerMtok: 2,
  observedOn: "2026-11-02",
  source: "given on the command line",
};
const identity = (own: Price) => {
  const route = routeTo("http://127.0.0.1:1/v1", { price: own });
  const plan = planFor(grounding(groundingDefaults), route, { limit: () => 1 });
  return identityOf(plan, parseSettings({}, "a test", "."), { judge: null, retrieval: new Map() });
};

test("a run goes on tomorrow: the day of a price is no part of what it is, its amount is", () => {
  expect(identity({ ...price, observedOn: "2026-11-03" })).toBe(identity(price));
  expect(identity({ ...price, outputUsdPerMtok: 3 })).not.toBe(identity(price));
});
